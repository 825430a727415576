#include "server/api/decisions.h"

#include <algorithm>
#include <set>

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
      if (const auto* redone = std::get_if<events::DraftStepRedone>(&event)) {
        if (redone->version == version) redone_ = redone;
      }
    }
  }

  bool is_creation() const { return creation_ != nullptr; }
  // The version from which the version was made by this commit.
  std::optional<base::VersionId> source() const {
    return creation_ != nullptr ? creation_->source : std::nullopt;
  }
  // The step that the commit did again: its reason counts.
  std::optional<Position> redone_step() const {
    return redone_ != nullptr ? std::optional(redone_->step) : std::nullopt;
  }

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
  const events::DraftStepRedone* redone_ = nullptr;
};

// The reason in the commit itself, without those given later.
std::string reason_at(const events::Log& log, Position position, base::VersionId version) {
  const auto commit = log.read(position);
  if (!commit) return "";
  for (const events::Event& event : commit->content.events) {
    const auto* changed = std::get_if<events::StatusesChanged>(&event);
    if (changed != nullptr && changed->version == version) return changed->reason;
  }
  return "";
}

// Decisions on some codes, newest first, through the versions from which the version was made: what
// a version begins with was decided in the one before.
class Search {
 public:
  Search(const events::Log& log, const projections::Views& views, base::VersionId version)
      : log_(log), views_(views), version_(version), reasons_(views.reasons(version)) {}

  base::VersionId version() const { return version_; }

  // The decision on the code in a commit of the present version, if it is one, or shows that an
  // earlier version's was taken over by somebody who decided otherwise.
  std::optional<CodeDecision> on(const std::string& code, const CommitDecisions& commit) {
    if (ended_.contains(code)) return std::nullopt;
    auto decision = commit.on(code);
    if (commit.source()) {
      if (!decision) {
        ended_.insert(code);
      } else {
        taken_over_.emplace(code, *std::move(decision));
      }
      return std::nullopt;
    }
    if (!decision) return std::nullopt;
    const auto taken = taken_over_.find(code);
    if (taken != taken_over_.end()) {
      const bool is_explained = taken->second.status == decision->status;
      CodeDecision own = std::move(taken->second);
      taken_over_.erase(taken);
      if (!is_explained) {
        ended_.insert(code);
        return own;
      }
    }
    return with_reason(*std::move(decision), commit);
  }
  // What nothing older explains.
  std::optional<CodeDecision> unexplained(const std::string& code) {
    const auto taken = taken_over_.find(code);
    if (taken == taken_over_.end()) return std::nullopt;
    return std::move(taken_over_.extract(taken).mapped());
  }
  // Behind the commit that made the present version from another one.
  void go_on_in(base::VersionId source) {
    version_ = source;
    reasons_ = views_.reasons(source);
  }

 private:
  CodeDecision with_reason(CodeDecision decision, const CommitDecisions& commit) const {
    const Position step = commit.redone_step().value_or(decision.position);
    const auto given = reasons_.find(step);
    if (given != reasons_.end()) {
      decision.reason = given->second;
    } else if (commit.redone_step()) {
      decision.reason = reason_at(log_, step, version_);
    }
    return decision;
  }

  const events::Log& log_;
  const projections::Views& views_;
  base::VersionId version_;
  std::map<Position, std::string> reasons_;
  std::map<std::string, CodeDecision> taken_over_;  // what the newest version began with
  std::set<std::string> ended_;                     // codes without older decisions that count
};

}  // namespace

base::Result<Decisions> find_decisions(const events::Log& log, const projections::Views& views,
                                       const projections::VersionRecord& version,
                                       const DecisionsQuery& query) {
  Decisions found;
  Search search(log, views, version.id);
  const auto stream = events::Stream::of_codelist(version.codelist);
  const auto reader =
      log.read_stream(stream, views.stream_version(stream), events::Direction::backward);
  bool is_full = false;
  std::size_t commits_count = 0;
  Position last;
  bool is_whole = true;
  while (auto commit = reader->next()) {
    if (!*commit) return commit->error();
    if ((*commit)->position > version.changed_at) continue;
    if (is_full && found.last_on.size() == query.deciders.size()) return found;
    if (++commits_count > decision_commits_max) {
      is_whole = false;
      break;
    }
    last = (*commit)->position;
    const CommitDecisions decisions(**commit, search.version());
    for (const std::string& decider : query.deciders) {
      if (decider == query.code || found.last_on.contains(decider)) continue;
      if (auto decision = search.on(decider, decisions)) {
        found.last_on.emplace(decider, *std::move(decision));
      }
    }
    if (auto decision = search.on(query.code, decisions)) {
      if (std::ranges::find(query.deciders, query.code) != query.deciders.end()) {
        found.last_on.emplace(query.code, *decision);
      }
      if (!is_full && (!query.before || decision->position < *query.before)) {
        found.on_code.push_back(*std::move(decision));
        is_full = found.on_code.size() >= query.limit;
        if (is_full && !decisions.is_creation()) found.next = last;
      }
    }
    if (!decisions.is_creation()) continue;
    if (!decisions.source()) break;
    search.go_on_in(*decisions.source());
  }
  for (const std::string& decider : query.deciders) {
    if (decider == query.code) continue;
    if (auto decision = search.unexplained(decider)) {
      found.last_on.emplace(decider, *std::move(decision));
    }
  }
  if (auto decision = search.unexplained(query.code)) {
    if (std::ranges::find(query.deciders, query.code) != query.deciders.end()) {
      found.last_on.emplace(query.code, *decision);
    }
    if (!is_full) found.on_code.push_back(*std::move(decision));
  }
  if (!is_whole && !is_full) found.next = last;
  return found;
}

}  // namespace codelog::api
