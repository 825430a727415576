#include "server/api/decisions.h"

#include <algorithm>

#include "server/commands/draft_steps.h"

namespace codelog::api {
namespace {

using base::CodeStatus;
using base::Position;
using events::Commit;

// The last status in a list of decisions, if the code is there.
std::optional<CodeStatus> status_in(const std::vector<events::CodeWithStatus>& codes,
                                    const std::string& code) {
  const auto found = std::find_if(codes.rbegin(), codes.rend(),
                                  [&](const auto& entry) { return entry.code == code; });
  if (found == codes.rend()) return std::nullopt;
  return found->status;
}

// A change that begins or ends a decision on the code.
std::optional<CodeStatus> decided_in(const std::vector<base::CodeChange>& changes,
                                     const std::string& code) {
  const auto found = std::ranges::lower_bound(changes, code, {}, &base::CodeChange::code);
  if (found == changes.end() || found->code != code) return std::nullopt;
  if (found->after && base::is_direct(*found->after)) return found->after;
  const bool was_direct = found->before && base::is_direct(*found->before);
  return was_direct ? std::optional(CodeStatus::unresolved) : std::nullopt;
}

// Decisions in one commit on the draft.
class CommitDecisions {
 public:
  CommitDecisions(const Commit& commit, base::VersionId version)
      : commit_(commit), effect_(commands::effect_of(commit, version)) {
    for (const events::Event& event : commit.content.events) {
      if (const auto* made = std::get_if<events::VersionCreated>(&event)) {
        if (made->version == version) creation_ = made;
      }
      if (const auto* changed = std::get_if<events::StatusesChanged>(&event)) {
        if (changed->version == version) changed_ = changed;
      }
    }
  }

  bool is_creation() const { return creation_ != nullptr; }

  std::optional<CodeDecision> on(const std::string& code) const {
    const auto status = status_of(code);
    if (!status) return std::nullopt;
    return CodeDecision{commit_.position,
                        commit_.content.time,
                        commit_.content.actor,
                        commit_.content.command,
                        changed_ != nullptr ? changed_->reason : "",
                        *status};
  }

 private:
  std::optional<CodeStatus> status_of(const std::string& code) const {
    if (changed_ != nullptr) {
      if (const auto status = status_in(changed_->updates, code)) return status;
    }
    if (effect_) return decided_in(effect_->changes, code);
    if (creation_ == nullptr) return std::nullopt;
    const auto status = status_in(creation_->codes, code);
    return status && base::is_direct(*status) ? status : std::nullopt;
  }

  const Commit& commit_;
  const std::optional<commands::StepEffect> effect_;
  const events::VersionCreated* creation_ = nullptr;
  const events::StatusesChanged* changed_ = nullptr;
};

}  // namespace

base::Result<Decisions> find_decisions(const events::Log& log, const projections::Views& views,
                                       const projections::VersionRecord& version,
                                       const DecisionsQuery& query) {
  Decisions found;
  const auto reasons = views.reasons(version.id);
  const auto with_reason = [&](CodeDecision decision) {
    const auto given = reasons.find(decision.position);
    if (given != reasons.end()) decision.reason = given->second;
    return decision;
  };
  const auto stream = events::Stream::of_codelist(version.codelist);
  const auto reader =
      log.read_stream(stream, views.stream_version(stream), events::Direction::backward);
  bool is_full = false;
  std::size_t commits_count = 0;
  Position last;
  while (auto commit = reader->next()) {
    if (!*commit) return commit->error();
    if ((*commit)->position > version.changed_at) continue;
    if (is_full && found.last_on.size() == query.deciders.size()) return found;
    if (++commits_count > decision_commits_max) {
      if (!is_full) found.next = last;
      return found;
    }
    last = (*commit)->position;
    const CommitDecisions decisions(**commit, version.id);
    for (const std::string& decider : query.deciders) {
      if (found.last_on.contains(decider)) continue;
      if (auto decision = decisions.on(decider)) {
        found.last_on.emplace(decider, with_reason(std::move(*decision)));
      }
    }
    const bool is_wanted = !is_full && (!query.before || last < *query.before);
    if (auto decision = is_wanted ? decisions.on(query.code) : std::nullopt) {
      found.on_code.push_back(with_reason(std::move(*decision)));
      is_full = found.on_code.size() >= query.limit;
      if (is_full && !decisions.is_creation()) found.next = last;
    }
    if (decisions.is_creation()) break;
  }
  return found;
}

}  // namespace codelog::api
