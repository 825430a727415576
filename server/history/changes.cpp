#include "server/history/changes.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "events/fields.h"
#include "server/commands/version_contents.h"
#include "server/history/commit_codes.h"
#include "server/history/deeds.h"

namespace codelog::history {
namespace {

using base::CodeChange;
using base::CodeWithStatus;
using base::Position;
using base::Result;
using base::VersionId;
using events::SearchWithResults;
using projections::VersionRecord;
using projections::Views;

constexpr std::size_t site_codes_max = 400'000;

Result<std::vector<CodeWithStatus>> codes_in(const VersionState& state) {
  if (!state.version.has_csv_data) return state.views.codes(state.version.id);
  const auto included = commands::included_codes(state.views, state.version);
  if (!included) return included.error();
  std::vector<CodeWithStatus> codes;
  codes.reserve(included->size());
  for (const std::string& code : *included) codes.push_back({code, base::CodeStatus::included});
  return codes;
}

// Both sorted by code.
std::vector<CodeChange> code_changes(const std::vector<CodeWithStatus>& before,
                                     const std::vector<CodeWithStatus>& after) {
  std::vector<CodeChange> changes;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && old->code < now->code)) {
      changes.push_back({old->code, old->status, std::nullopt});
      ++old;
    } else if (old == before.end() || now->code < old->code) {
      changes.push_back({now->code, std::nullopt, now->status});
      ++now;
    } else {
      if (old->status != now->status) changes.push_back({now->code, old->status, now->status});
      ++old;
      ++now;
    }
  }
  return changes;
}

// What makes searches of two versions the same question.
auto question_of(const SearchWithResults& search) {
  return std::tuple(search.text, search.kind, search.mode, search.active, search.types);
}

using Searches = std::map<decltype(question_of(SearchWithResults())), SearchWithResults>;
Searches searches_in(const std::optional<VersionState>& state) {
  Searches searches;
  if (!state) return searches;
  for (auto& record : state->views.searches(state->version.id)) {
    auto question = question_of(record.search);
    searches.emplace(std::move(question), std::move(record.search));
  }
  return searches;
}

std::vector<SearchChange> search_changes(const std::optional<VersionState>& before,
                                         const VersionState& after) {
  std::vector<SearchChange> changes;
  const Searches old = searches_in(before);
  Searches now = searches_in(after);
  for (const auto& [question, search] : old) {
    const auto found = now.find(question);
    if (found == now.end()) {
      changes.push_back({search, std::nullopt});
      continue;
    }
    if (found->second.codes != search.codes) changes.push_back({search, found->second});
    now.erase(found);
  }
  for (auto& [question, search] : now) changes.push_back({std::nullopt, std::move(search)});
  return changes;
}

// Compares two states of a codelist.
class Comparison {
 public:
  Comparison(const events::Log& log, const Views& now, base::CodelistId codelist,
             const ChangesQuery& query)
      : log_(log), now_(now), codelist_(codelist), query_(query) {}

  Result<CodelistChanges> run() {
    const auto before = records_at(query_.from);
    if (!before) return before.error();
    const auto after = records_at(query_.to);
    if (!after) return after.error();
    const Views old((*before)->reader());
    const Views current((*after)->reader());
    found_.from = old.checkpoint();
    found_.to = current.checkpoint();
    found_.before = old.codelist(codelist_);
    found_.after = current.codelist(codelist_);
    for (const VersionRecord& version : old.versions_of(codelist_)) before_[version.id] = version;
    for (const VersionRecord& version : current.versions_of(codelist_)) {
      after_[version.id] = version;
    }
    std::set<VersionId> ids;
    for (const auto& [id, version] : before_) ids.insert(id);
    for (const auto& [id, version] : after_) ids.insert(id);
    for (const VersionId id : ids) {
      if (query_.version && query_.version != id) continue;
      if (const auto compared = compare(id); !compared) return compared.error();
    }
    return std::move(found_);
  }

 private:
  Result<std::unique_ptr<projections::Store>> records_at(
      const projections::Moment& moment, std::optional<VersionId> contents_of = {}) const {
    return projections::views_as_of(log_, now_.store(), {codelist_, moment, contents_of});
  }
  static std::optional<VersionRecord> find(const std::map<VersionId, VersionRecord>& records,
                                           VersionId id) {
    const auto found = records.find(id);
    return found == records.end() ? std::nullopt : std::optional(found->second);
  }

  Result<void> compare(VersionId id) {
    VersionChanges changes{find(before_, id), find(after_, id), {}, {}};
    if (changes.before == changes.after) return {};
    if (changes.after) {
      const auto& old = changes.before;
      const bool may_differ = !old || old->changed_at != changes.after->changed_at;
      if (!old && changes.after->source && before_.contains(*changes.after->source)) {
        changes.compared_with = changes.after->source;
      }
      const bool has_room = compared_count_ < versions_compared_max;
      if (may_differ && has_room) {
        ++compared_count_;
        auto contents = compare_contents(changes);
        if (!contents) return contents.error();
        changes.contents = std::move(*contents);
      }
      found_.is_complete = found_.is_complete && (!may_differ || has_room);
    }
    found_.versions.push_back(std::move(changes));
    return {};
  }

  Result<ContentsChanges> compare_contents(const VersionChanges& changes) const {
    const auto current = records_at(query_.to, changes.after->id);
    if (!current) return current.error();
    const Views after((*current)->reader());
    std::optional<VersionRecord> other = changes.before;
    if (changes.compared_with) other = find(before_, *changes.compared_with);
    if (!other) return changes_between(std::nullopt, {after, *changes.after});
    const auto old = records_at(query_.from, other->id);
    if (!old) return old.error();
    const Views before((*old)->reader());
    return changes_between(VersionState{before, *other}, {after, *changes.after});
  }

  const events::Log& log_;
  const Views& now_;
  const base::CodelistId codelist_;
  const ChangesQuery& query_;
  std::map<VersionId, VersionRecord> before_;
  std::map<VersionId, VersionRecord> after_;
  std::size_t compared_count_ = 0;
  CodelistChanges found_;
};

// Adds the effects of commits on codelists.
class SiteReader {
 public:
  explicit SiteReader(const Views& views) : views_(views) {}

  void take(const events::Commit& commit) {
    for (const events::Event& event : commit.content.events) {
      const auto* release = std::get_if<events::ReleaseRegistered>(&event);
      if (release != nullptr) releases_.insert(release->alias);
    }
    if (!readable_codelist(views_, commit)) return;
    std::set<base::CodelistId> touched;
    for (const events::StreamExpectation& stream : commit.content.streams) {
      if (const auto codelist = stream.stream.codelist()) touched.insert(*codelist);
    }
    for (const base::CodelistId codelist : touched) {
      CodelistActivity& activity = activity_of(codelist, commit);
      for (const events::Event& event : commit.content.events) {
        std::visit([&](const auto& value) { add(activity, value); }, event);
      }
    }
  }

  SiteChanges finish() && {
    changes_.releases.assign(releases_.begin(), releases_.end());
    return std::move(changes_);
  }

 private:
  CodelistActivity& activity_of(base::CodelistId codelist, const events::Commit& commit) {
    const auto [place, is_new] = places_.try_emplace(codelist, changes_.codelists.size());
    if (is_new) {
      changes_.codelists.emplace_back();
      changes_.codelists.back().codelist = codelist;
      changes_.codelists.back().first = commit.position;
    }
    CodelistActivity& activity = changes_.codelists[place->second];
    activity.last = commit.position;
    ++activity.commits_count;
    ++activity.commits_by_actor[commit.content.actor];
    return activity;
  }

  bool is_of(const CodelistActivity& activity, VersionId version) const {
    return views_.codelist_of_version(version) == activity.codelist;
  }
  void add(CodelistActivity& activity, const events::VersionCreated& event) {
    if (event.codelist != activity.codelist) return;
    activity.made.push_back(event.version);
    if (event.status == events::VersionStatus::published) {
      activity.published.push_back(event.version);
    }
  }
  void add(CodelistActivity& activity, const events::VersionSavedForReview& event) {
    if (is_of(activity, event.version)) activity.saved.push_back(event.version);
  }
  void add(CodelistActivity& activity, const events::VersionPublished& event) {
    if (is_of(activity, event.version)) activity.published.push_back(event.version);
  }
  void add(CodelistActivity& activity, const events::VersionDeleted& event) {
    if (is_of(activity, event.version)) activity.ended.push_back(event.version);
  }
  void add(CodelistActivity& activity, const events::StatusesChanged& event) {
    if (is_of(activity, event.version)) activity.decided_count += event.updates.size();
  }
  void add(CodelistActivity& activity, const events::CodelistCreated& event) {
    if (event.codelist == activity.codelist) activity.is_created = true;
  }
  void add(CodelistActivity& activity, const events::CodelistDeleted& event) {
    if (event.codelist == activity.codelist) activity.is_deleted = true;
  }
  template <class Event>
  void add(CodelistActivity& activity, const Event& event) {
    if constexpr (requires { event.codelist == activity.codelist; }) {
      if (event.codelist != activity.codelist) return;
      const std::string name(events::Description<Event>::name);
      if (std::ranges::find(activity.details, name) == activity.details.end()) {
        activity.details.push_back(name);
      }
    }
  }

  const Views& views_;
  std::map<base::CodelistId, std::size_t> places_;
  std::set<std::string> releases_;
  SiteChanges changes_;
};

}  // namespace

Result<ContentsChanges> changes_between(const std::optional<VersionState>& before,
                                        const VersionState& after) {
  auto old = before ? codes_in(*before) : std::vector<CodeWithStatus>();
  if (!old) return old.error();
  const auto now = codes_in(after);
  if (!now) return now.error();
  return ContentsChanges{code_changes(*old, *now), search_changes(before, after)};
}

Result<CodelistChanges> read_changes(const events::Log& log, const Views& now,
                                     base::CodelistId codelist, const ChangesQuery& query) {
  return Comparison(log, now, codelist, query).run();
}

Result<SiteChanges> read_site_changes(const events::Log& log, const Views& views, Position from,
                                      Position to) {
  SiteReader reader(views);
  std::optional<Position> next;
  if (from < to) {
    const auto commits = log.read_all(from.next(), events::Direction::forward);
    events::Commit commit;
    std::size_t commits_count = 0;
    std::size_t codes_read_count = 0;
    while (true) {
      const auto read = commits->next_into(commit);
      if (!read) return read.error();
      if (!*read || commit.position > to) break;
      reader.take(commit);
      codes_read_count += codes_count(commit);
      if (commit.position == to) break;
      if (++commits_count < site_commits_max && codes_read_count < site_codes_max) continue;
      next = commit.position;
      break;
    }
  }
  SiteChanges changes = std::move(reader).finish();
  changes.next = next;
  return changes;
}

Result<Position> position_at(const events::Log& log, const projections::Moment& moment) {
  if (const auto* position = std::get_if<Position>(&moment)) return *position;
  const base::Timestamp time = std::get<base::Timestamp>(moment);
  // The first commit that is later is in (begin, end].
  std::uint64_t begin = 0;
  std::uint64_t end = log.head().position.value() + 1;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + (end - begin) / 2;
    const auto commit = log.read(Position(middle));
    if (!commit) return commit.error();
    (commit->content.time > time ? end : begin) = middle;
  }
  return Position(begin);
}

}  // namespace codelog::history
