#include "server/history/provenance.h"

#include <algorithm>
#include <unordered_map>

#include "server/history/commit_codes.h"

namespace codelog::history {
namespace {

using base::VersionId;
using events::Commit;
using projections::VersionRecord;
using projections::Views;

class Tracer {
 public:
  Tracer(const Views& views, const VersionRecord& version)
      : views_(views), version_(version.id), at_(version.id), codelist_(version.codelist) {
    for (const base::CodeWithStatus& entry : views.codes(version.id)) {
      if (base::is_direct(entry.status)) wanted_.emplace(entry.code, entry.status);
    }
  }

  // Commits come newest first. False once nothing older matters.
  bool take(const Commit& commit) {
    if (last_ && commit.position > *last_) return true;
    restored_.reset();
    for (const events::Event& event : commit.content.events) {
      const auto* restored = std::get_if<events::CodelistRestored>(&event);
      if (restored != nullptr) restored_ = restored->as_of;
    }
    const Act act{commit.position, commit.content.time, commit.content.actor};
    for (const events::Event& event : commit.content.events) {
      std::visit([&](const auto& value) { take_event(act, value); }, event);
    }
    if (next_) {
      at_ = *next_;
      next_.reset();
    }
    return !is_at_beginning_;
  }

  Provenance finish() && {
    for (auto& [actor, contribution] : by_actor_) {
      found_.contributions.push_back(std::move(contribution));
    }
    std::ranges::stable_sort(found_.contributions, std::greater(), &Contribution::decisions_count);
    return std::move(found_);
  }

 private:
  void take_event(const Act&, const events::ReasonGiven& event) {
    reasons_.emplace(event.step, event.reason);
  }
  void take_event(const Act& act, const events::VersionSavedForReview& event) {
    if (event.version == version_ && !found_.saved) found_.saved = act;
  }
  void take_event(const Act& act, const events::VersionPublished& event) {
    if (event.version == version_ && !found_.published) found_.published = act;
  }
  // The newest move of a step says whether it counts.
  void take_event(const Act&, const events::DraftStepUndone& event) {
    if (event.version == at_) moved_.emplace(event.step, Move::undone);
  }
  void take_event(const Act&, const events::DraftStepRedone& event) {
    if (event.version == at_) moved_.emplace(event.step, Move::redone);
  }
  void take_event(const Act& act, const events::StatusesChanged& event) {
    if (event.version != at_) return;
    const auto moved = moved_.find(act.position);
    if (moved != moved_.end() && moved->second == Move::undone) return;
    const auto given = reasons_.find(act.position);
    const std::string& reason = given == reasons_.end() ? event.reason : given->second;
    contribution_of(act).decisions_count += event.updates.size();
    for (auto update = event.updates.rbegin(); update != event.updates.rend(); ++update) {
      note(*update, {act, reason, at_, false});
    }
  }
  void take_event(const Act& act, const events::SearchAdded& event) {
    if (event.version != at_) return;
    ++contribution_of(act).searches_count;
    // Older ones replace it: the first to search counts.
    found_.searches[event.search.text] = act;
  }
  void take_event(const Act& act, const events::VersionCreated& event) {
    if (event.version == version_) found_.created = act;
    if (event.version != at_) return;
    // The version was brought back as it was: what happened until then still counts.
    if (restored_) {
      last_ = restored_;
      return;
    }
    for (const events::SearchWithResults& search : event.searches)
      found_.searches[search.text] = act;
    if (event.source && views_.codelist_of_version(*event.source) == codelist_) {
      next_ = event.source;
      return;
    }
    if (event.source) found_.foreign_source = event.source;
    for (const base::CodeWithStatus& entry : event.codes) note(entry, {act, {}, at_, true});
    if (event.csv_data) take_rest({act, {}, at_, true});
    is_at_beginning_ = true;
  }
  void take_event(const Act&, const auto&) {}

  // A decision that another one has replaced does not count; one that was undone and redone does,
  // as it was made first.
  void note(const base::CodeWithStatus& decided, Decision decision) {
    const auto wanted = wanted_.find(decided.code);
    if (wanted == wanted_.end() || wanted->second != decided.status) return;
    found_.decisions.emplace(decided.code, std::move(decision));
    wanted_.erase(wanted);
  }
  void take_rest(const Decision& decision) {
    for (const auto& [code, status] : wanted_) found_.decisions.emplace(code, decision);
    wanted_.clear();
  }

  Contribution& contribution_of(const Act& act) {
    const auto [found, is_new] = by_actor_.try_emplace(act.actor);
    if (is_new) found->second = {act.actor, 0, 0, act.time, act.time};
    found->second.first = std::min(found->second.first, act.time);
    return found->second;
  }

  const Views& views_;
  const VersionId version_;
  VersionId at_;  // whose steps count now
  std::optional<VersionId> next_;
  const base::CodelistId codelist_;
  bool is_at_beginning_ = false;
  std::optional<base::Position> restored_;  // the past that the commit brings back
  std::optional<base::Position> last_;      // later commits do not count
  // Codes whose decisions are not found yet.
  std::unordered_map<std::string, base::CodeStatus> wanted_;
  enum class Move { undone, redone };
  std::map<base::Position, Move> moved_;  // by step
  std::map<base::Position, std::string> reasons_;
  std::map<std::string, Contribution> by_actor_;
  Provenance found_;
};

}  // namespace

base::Result<Provenance> provenance_of(const events::Log& log, const Views& views,
                                       const VersionRecord& version) {
  const auto stream = events::Stream::of_codelist(version.codelist);
  const auto reader =
      log.read_stream(stream, views.stream_version(stream), events::Direction::backward);
  Tracer tracer(views, version);
  bool is_complete = true;
  std::size_t commits_count = 0;
  std::size_t read_count = 0;
  Commit commit;
  while (true) {
    const auto read = reader->next_into(commit);
    if (!read && read.error().code != base::ErrorCode::corrupt) return read.error();
    if (read && !*read) break;
    is_complete = is_complete && read;
    if (!read) continue;
    read_count += codes_count(commit);
    if (!tracer.take(commit)) break;
    if (++commits_count < traced_commits_max && read_count < traced_codes_max) continue;
    is_complete = false;
    break;
  }
  Provenance provenance = std::move(tracer).finish();
  provenance.is_complete = is_complete;
  return provenance;
}

}  // namespace codelog::history
