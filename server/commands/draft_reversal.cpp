#include "server/commands/draft_reversal.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "server/commands/texts.h"

namespace codelog::commands {
namespace {

using base::CodeChange;
using base::CodeStatus;
using coding_systems::Codeset;

// The last step, or the one undone last, in words.
struct Words {
  std::string_view last_done;  // "made" or "undone"
  std::string_view verb;       // "undo" or "redo"
};
constexpr Words of_undo{"made", "undo"};
constexpr Words of_redo{"undone", "redo"};

std::string name_of(const Commit& commit) {
  const std::string& actor = commit.content.actor;
  return actor.empty() ? "an operator of the site" : actor;
}

// A user may reverse the user's own last move of a step at any time, another user's only if the
// client says that it has seen that move.
Result<void> check_seen(const Commit& move, const Actor& actor,
                        const std::optional<Position>& base_position, const Words& words) {
  if (move.content.actor == actor.username) return {};
  if (base_position && *base_position >= move.position) return {};
  const std::string name = name_of(move);
  const std::string place = std::to_string(move.position.value());
  const std::string verb(words.verb);
  const std::string last_done(words.last_done);
  return Error{ErrorCode::conflict,
               "the draft's last step was " + last_done + " by " + name + " (position " + place +
                   "). To " + verb +
                   " it, look at the draft as it is now, and give its position as base_position",
               {{"base_position", "must be at least " + place + " to " + verb + " a step that " +
                                      name + " has " + last_done}}};
}

// What later steps must leave alone, so that a step can be reversed beneath them.
struct Claims {
  std::vector<std::string> codes;  // sorted: decided, brought, removed, or confirmed
  std::set<SearchId> searches;
};

Claims claims_of(const StepEffect& effect) {
  Claims claims;
  claims.codes = decided_codes(effect);
  for (const CodeChange& change : effect.changes) {
    if (!change.before || !change.after) claims.codes.push_back(change.code);
  }
  claims.codes.insert(claims.codes.end(), effect.settled.begin(), effect.settled.end());
  claims.codes.insert(claims.codes.end(), effect.reopened.begin(), effect.reopened.end());
  sort_unique(claims.codes);
  for (const auto* searches : {&effect.searches_added, &effect.searches_removed}) {
    for (const auto& search : *searches) claims.searches.insert(search.id);
  }
  return claims;
}

Error builds_on(const Commit& later, Position step, const std::string& what) {
  const std::string place = std::to_string(later.position.value());
  const std::string detail = "a later step of " + name_of(later) + " (position " + place +
                             ") builds on it: it also changed " + what;
  return {ErrorCode::conflict,
          "the step at position " + std::to_string(step.value()) +
              " cannot be reversed alone: " + detail,
          {{"step", detail}}};
}

Result<void> check_not_built_on(const ReversedStep& step, const StepHistory& history,
                                VersionId draft) {
  const Claims own = claims_of(step.effect);
  for (const Commit& later : history.since) {
    const Claims others = claims_of(*effect_of(later, draft));
    std::vector<std::string> shared;
    std::ranges::set_intersection(own.codes, others.codes, std::back_inserter(shared));
    if (!shared.empty()) {
      const std::string more =
          shared.size() == 1 ? "" : " and " + std::to_string(shared.size() - 1) + " more";
      return builds_on(later, step.step, shared.front() + more);
    }
    for (const SearchId id : own.searches) {
      if (!others.searches.contains(id)) continue;
      return builds_on(later, step.step, "search " + std::to_string(id.value()));
    }
  }
  return {};
}

bool suits(const StepEffect& effect, const Codeset& codeset) {
  return std::ranges::all_of(effect.changes, [&](const CodeChange& change) {
    return codeset.status_of(change.code) == change.before;
  });
}

// The codes that leave with a reversal: nothing else holds them.
std::vector<std::string> unheld(std::vector<std::string> codes, const StepEffect& back,
                                const Codeset& after, const Workspace& workspace) {
  std::set<std::string_view> found;
  const auto take_in = [&](const events::SearchWithResults& search) {
    found.insert(search.codes.begin(), search.codes.end());
  };
  for (const projections::SearchRecord& record : workspace.searches->records) {
    const bool leaves = std::ranges::any_of(
        back.searches_removed, [&](const auto& search) { return search.id == record.search.id; });
    if (!leaves) take_in(record.search);
  }
  for (const auto& search : back.searches_added) take_in(search);
  std::erase_if(codes, [&](const std::string& code) {
    return found.contains(code) || workspace.own_codes->contains(code);
  });
  return after.without_included_ancestor(codes);
}

// Reverses the decisions of a step among others made since, and computes again what follows from
// them: its recorded effect on inherited statuses no longer holds.
void reverse_among_others(StepEffect& back, const Workspace& workspace) {
  Codeset after = *workspace.codeset;
  std::vector<std::string> added;
  std::vector<std::string> gone;
  std::vector<events::CodeWithStatus> updates;
  for (const CodeChange& change : back.changes) {
    const bool was_decided = change.before && base::is_direct(*change.before);
    const bool is_decided = change.after && base::is_direct(*change.after);
    if (!change.before) added.push_back(change.code);
    if (!change.after) gone.push_back(change.code);
    if (was_decided || is_decided || !change.before) {
      updates.push_back({change.code, is_decided ? *change.after : CodeStatus::unresolved});
    }
  }
  after.apply(after.changes_if_added(added));
  after.apply(after.changes_if_updated(updates));
  after.apply(after.changes_if_removed(unheld(std::move(gone), back, after, workspace)));
  back.changes = Codeset::changes_between(*workspace.codeset, after);
  std::erase_if(back.reopened,
                [&](const std::string& code) { return !after.status_of(code).has_value(); });
}

Result<ReversedStep> reversed(const Reversal& reversal, Position step, StepHistory history) {
  const auto effect = effect_of(history.last_move, reversal.draft.id);
  if (!effect) {
    reversal.views.report_damage("a draft's list of steps names a commit that is none");
  }
  ReversedStep found{step, effect->inverse()};
  if (history.since.empty() && suits(found.effect, *reversal.workspace.codeset)) return found;
  if (const auto free = check_not_built_on(found, history, reversal.draft.id); !free) {
    return free.error();
  }
  reverse_among_others(found.effect, reversal.workspace);
  return found;
}

Result<ReversedStep> last_of(const Reversal& reversal, const std::vector<Position>& steps,
                             const std::optional<Position>& base_position, const Words& words) {
  if (steps.empty()) {
    return Error{ErrorCode::conflict, "there is nothing to " + std::string(words.verb), {}};
  }
  auto history = history_of(reversal.log, reversal.draft, steps.back());
  if (!history) return history.error();
  const auto seen = check_seen(history->last_move, reversal.actor, base_position, words);
  if (!seen) return seen.error();
  return reversed(reversal, steps.back(), std::move(*history));
}

// The newest step that the actor made.
Result<Position> own_last_step(const Reversal& reversal) {
  const auto& steps = reversal.draft.undo_steps;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const auto commit = reversal.log.read(*step);
    if (!commit) return commit.error();
    if (commit->content.actor == reversal.actor.username) return *step;
  }
  return Error{ErrorCode::conflict, "there is no step of yours to undo", {}};
}

Result<void> check_own(const Reversal& reversal, Position step) {
  const auto commit = made_step(reversal.log, reversal.draft, step);
  if (!commit) return commit.error();
  const auto& steps = reversal.draft.undo_steps;
  if (std::ranges::find(steps, step) == steps.end()) {
    return base::field_error(ErrorCode::invalid, "step",
                             "is undone already, or too old to be undone");
  }
  if (commit->content.actor == reversal.actor.username) return {};
  return base::field_error(ErrorCode::invalid, "step",
                           "was made by " + name_of(*commit) + ", not by you");
}

}  // namespace

Result<ReversedStep> last_step(const Reversal& reversal, std::optional<Position> base_position) {
  return last_of(reversal, reversal.draft.undo_steps, base_position, of_undo);
}

Result<ReversedStep> last_undone_step(const Reversal& reversal,
                                      std::optional<Position> base_position) {
  return last_of(reversal, reversal.draft.redo_steps, base_position, of_redo);
}

Result<ReversedStep> own_step(const Reversal& reversal, std::optional<Position> step) {
  if (step) {
    if (const auto own = check_own(reversal, *step); !own) return own.error();
  } else {
    const auto last = own_last_step(reversal);
    if (!last) return last.error();
    step = *last;
  }
  auto history = history_of(reversal.log, reversal.draft, *step);
  if (!history) return history.error();
  return reversed(reversal, *step, std::move(*history));
}

}  // namespace codelog::commands
