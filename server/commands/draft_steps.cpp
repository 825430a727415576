#include "server/commands/draft_steps.h"

#include <algorithm>
#include <functional>

namespace codelog::commands {
namespace {

// Finds the step event of one draft in a commit.
class FindEffect {
 public:
  explicit FindEffect(VersionId draft) : draft_(draft) {}

  void operator()(const events::SearchAdded& event) {
    if (event.version == draft_) effect_ = StepEffect{event.changes, {event.search}, {}};
  }
  void operator()(const events::SearchRemoved& event) {
    if (event.version == draft_)
      effect_ = StepEffect{event.changes, {}, {event.search}, event.settled, {}};
  }
  void operator()(const events::StatusesChanged& event) {
    if (event.version == draft_) effect_ = StepEffect{event.changes, {}, {}, event.settled, {}};
  }
  void operator()(const events::StatusesReapplied& event) {
    if (event.version != draft_) return;
    effect_ =
        StepEffect{event.changes, event.searches_added, event.searches_removed, event.settled, {}};
  }
  void operator()(const events::AssumptionsConfirmed& event) {
    if (event.version == draft_) effect_ = StepEffect{{}, {}, {}, event.settled, {}};
  }
  void operator()(const events::DraftStepUndone& event) {
    take(event);
    if (event.version == draft_) effect_->reopened = event.reopened;
  }
  void operator()(const events::DraftStepRedone& event) {
    take(event);
    if (event.version == draft_) effect_->settled = event.settled;
  }
  void operator()(const auto&) {}

  std::optional<StepEffect> found() && { return std::move(effect_); }

 private:
  void take(const auto& event) {
    if (event.version != draft_) return;
    effect_ = StepEffect{event.changes, event.searches_added, event.searches_removed, {}, {}};
  }

  VersionId draft_;
  std::optional<StepEffect> effect_;
};

// Collects decisions by code in a commit: the updates of StatusesChanged, and the decisions
// restored by undo or redo.
void collect_decisions(const Commit& commit, VersionId draft,
                       std::map<std::string, base::CodeStatus>& decided) {
  for (const events::Event& event : commit.content.events) {
    if (const auto* changed = std::get_if<events::StatusesChanged>(&event)) {
      if (changed->version != draft) continue;
      // The newest decision on a code comes first here, and counts.
      const auto& updates = changed->updates;
      for (auto update = updates.rbegin(); update != updates.rend(); ++update) {
        decided.emplace(update->code, update->status);
      }
    }
  }
  const auto effect = effect_of(commit, draft);
  if (!effect) return;
  const bool moved =
      std::holds_alternative<events::DraftStepUndone>(commit.content.events.front()) ||
      std::holds_alternative<events::DraftStepRedone>(commit.content.events.front());
  if (!moved) return;
  for (const base::CodeChange& change : effect->changes) {
    const bool direct = (change.before && base::is_direct(*change.before)) ||
                        (change.after && base::is_direct(*change.after));
    if (direct) {
      decided.emplace(change.code, change.after.value_or(base::CodeStatus::unresolved));
    }
  }
}

// The event that created the draft, if it is in this commit.
const events::VersionCreated* creation_of(VersionId draft, const Commit& commit) {
  for (const events::Event& event : commit.content.events) {
    const auto* made = std::get_if<events::VersionCreated>(&event);
    if (made != nullptr && made->version == draft) return made;
  }
  return nullptr;
}

}  // namespace

StepEffect StepEffect::inverse() const {
  StepEffect back{changes, searches_removed, searches_added, reopened, settled};
  for (base::CodeChange& change : back.changes) std::swap(change.before, change.after);
  return back;
}

std::optional<StepEffect> effect_of(const Commit& commit, VersionId draft) {
  FindEffect find(draft);
  for (const events::Event& event : commit.content.events) std::visit(find, event);
  return std::move(find).found();
}

Result<std::map<std::string, base::CodeStatus>> decided_by_others(
    const events::Log& log, const projections::VersionRecord& draft, const Actor& actor,
    const std::optional<Position>& base_position) {
  std::map<std::string, base::CodeStatus> decided;
  std::map<std::string, base::CodeStatus> own;  // newer than what is read next
  const Stream stream = Stream::of_codelist(draft.codelist);
  const auto reader =
      log.read_stream(stream, log.stream_version(stream), events::Direction::backward);
  while (auto commit = reader->next()) {
    if (!*commit) return commit->error();
    const bool is_own = (*commit)->content.actor == actor.username;
    if (base_position && (*commit)->position <= *base_position) break;
    if (!base_position && is_own && effect_of(**commit, draft.id)) break;
    std::map<std::string, base::CodeStatus> found;
    collect_decisions(**commit, draft.id, found);
    for (const auto& [code, status] : found) {
      if (is_own) {
        own.emplace(code, status);
      } else if (!own.contains(code)) {
        decided.emplace(code, status);
      }
    }
    if (creation_of(draft.id, **commit) != nullptr) break;  // Nothing about this draft is older.
  }
  return decided;
}

namespace {

// The step that a commit made, undid or redid.
Position moved_step(const Commit& commit, VersionId draft) {
  for (const events::Event& event : commit.content.events) {
    const auto* undone = std::get_if<events::DraftStepUndone>(&event);
    if (undone != nullptr && undone->version == draft) return undone->step;
    const auto* redone = std::get_if<events::DraftStepRedone>(&event);
    if (redone != nullptr && redone->version == draft) return redone->step;
  }
  return commit.position;
}

}  // namespace

Result<StepHistory> history_of(const events::Log& log, const projections::VersionRecord& draft,
                               Position step) {
  StepHistory history;
  // By step, the newest move of it, and whether there is an odd number of moves.
  std::map<Position, std::pair<Commit, bool>> moves;
  const Stream stream = Stream::of_codelist(draft.codelist);
  const auto reader =
      log.read_stream(stream, log.stream_version(stream), events::Direction::backward);
  while (auto commit = reader->next()) {
    if (!*commit) return commit->error();
    if ((*commit)->position < step) break;
    if (!effect_of(**commit, draft.id)) continue;
    const Position moved = moved_step(**commit, draft.id);
    if (moved == step) {
      history.last_move = std::move(**commit);
      break;
    }
    const auto [found, is_newest] = moves.try_emplace(moved);
    if (is_newest) found->second.first = std::move(**commit);
    found->second.second = !found->second.second;
  }
  for (auto& [moved, move] : moves) {
    if (move.second) history.since.push_back(std::move(move.first));
  }
  std::ranges::sort(history.since, std::greater<>(), &Commit::position);
  return history;
}

Result<Commit> made_step(const events::Log& log, const projections::VersionRecord& draft,
                         Position step) {
  auto commit = log.read(step);
  if (!commit && commit.error().code != ErrorCode::not_found) return commit.error();
  if (commit && effect_of(*commit, draft.id) && moved_step(*commit, draft.id) == step) {
    return commit;
  }
  return base::field_error(
      ErrorCode::invalid, "step",
      std::to_string(step.value()) + " is not the position of a step of this draft");
}

std::vector<std::string> decided_codes(const StepEffect& effect) {
  std::vector<std::string> codes;
  for (const base::CodeChange& change : effect.changes) {
    const bool is_direct = (change.before && base::is_direct(*change.before)) ||
                           (change.after && base::is_direct(*change.after));
    if (is_direct) codes.push_back(change.code);
  }
  return codes;
}

bool OwnCodes::contains(const std::string& code) const {
  std::call_once(once_, [this] { read(); });
  return !codes_ || std::ranges::binary_search(*codes_, code);
}

void OwnCodes::read() const {
  const auto reader =
      log_.read_stream(stream_, log_.stream_version(stream_), events::Direction::backward);
  while (auto commit = reader->next()) {
    const auto* made = *commit ? creation_of(draft_, **commit) : nullptr;
    if (made == nullptr) continue;
    std::vector<std::string_view> found;
    for (const events::SearchWithResults& search : made->searches) {
      found.insert(found.end(), search.codes.begin(), search.codes.end());
    }
    std::ranges::sort(found);
    codes_.emplace();
    for (const events::CodeWithStatus& code : made->codes) {
      if (!std::ranges::binary_search(found, code.code)) codes_->push_back(code.code);
    }
    std::ranges::sort(*codes_);
    return;
  }
}

}  // namespace codelog::commands
