#include "server/history/story.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "server/history/commit_codes.h"
#include "server/history/positions.h"

namespace codelog::history {
namespace {

using base::Position;
using base::Result;
using base::StreamVersion;
using events::Commit;
using events::Stream;

// What a page shows at most.
constexpr std::size_t steps_shown_max = 1'000;
// After a longer break, a person begins another sitting.
constexpr std::int64_t break_us_max = std::int64_t{30} * 60 * 1'000'000;
constexpr std::size_t sitting_steps_max = 200;

// The codelist's commits before a position, newest first, until they were many.
class BackwardReader {
 public:
  BackwardReader(const events::Log& log, Stream stream, StreamVersion last)
      : log_(log),
        stream_(std::move(stream)),
        version_(last.value()),
        reader_(log.read_stream(stream_, last, events::Direction::backward)) {}

  // Nothing at the end, and after the limit.
  Result<bool> read() {
    if (version_ == 0 || is_exhausted()) return false;
    const auto position = log_.stream_position(stream_, StreamVersion(version_));
    if (!position) return position.error();
    const auto read = reader_->next_into(commit_);
    if (!read && read.error().code != base::ErrorCode::corrupt) return read.error();
    if (read && !*read) return false;
    is_damaged_ = !read;
    position_ = is_damaged_ ? *position : commit_.position;
    --version_;
    ++commits_count_;
    if (!is_damaged_) codes_count_ += codes_count(commit_);
    return true;
  }
  const Commit* commit() const { return is_damaged_ ? nullptr : &commit_; }
  Position position() const { return position_; }
  bool has_older() const { return version_ > 0; }
  bool is_exhausted() const {
    return commits_count_ >= commits_read_max || codes_count_ >= codes_read_max;
  }

 private:
  const events::Log& log_;
  const Stream stream_;
  std::uint64_t version_;
  std::unique_ptr<events::CommitReader> reader_;
  Commit commit_;
  bool is_damaged_ = false;
  Position position_;
  std::size_t commits_count_ = 0;
  std::size_t codes_count_ = 0;
};

Result<StreamVersion> last_before(const events::Log& log, const projections::Views& views,
                                  const Stream& stream, const std::optional<Position>& before) {
  const StreamVersion size = views.stream_version(stream);
  if (!before) return size;
  if (before->value() == 0) return StreamVersion(0);
  const auto first = first_version_after(log, stream, size, Position(before->value() - 1));
  if (!first) return first.error();
  return StreamVersion(first->value() - 1);
}

bool has_type(const Filter& filter, const events::Event& event) {
  return filter.types.empty() ||
         std::ranges::find(filter.types, events::event_type(event)) != filter.types.end();
}

Step step_of(const Commit& commit, const Filter& filter) {
  Step step{commit.position, commit.content.time, commit.content.actor, commit.content.command, {}};
  if (!filter.passes(commit)) return step;
  for (const events::Event& event : commit.content.events) {
    if (!has_type(filter, event)) continue;
    if (auto deed = deed_of(event, filter.code)) step.deeds.push_back(std::move(*deed));
  }
  return step;
}

// The version of whose draft all deeds are steps; nothing if one is something else.
std::optional<base::VersionId> draft_of(const Step& step) {
  std::optional<base::VersionId> draft;
  for (const Deed& deed : step.deeds) {
    if (!is_step_of_draft(deed.type) || (draft && deed.version != draft)) return std::nullopt;
    draft = deed.version;
  }
  return draft;
}

class StoryBuilder {
 public:
  StoryBuilder(const projections::Views& views, const StoryQuery& query)
      : views_(views), query_(query) {}

  // False, and adds nothing, if the page has room for no further group.
  bool add(Step step, const Commit* commit) {
    const auto draft = step.is_damaged() ? std::nullopt : draft_of(step);
    const bool is_joined = belongs_to_last(step, draft);
    if (!is_joined && page.groups.size() == query_.groups_max) return false;
    if (!is_joined) {
      page.groups.emplace_back();
      draft_ = draft;
      codes_.clear();
    }
    Group& group = page.groups.back();
    for (Deed& deed : step.deeds) complete(deed, step.position, group);
    if (commit != nullptr) count_decided(*commit, group);
    if (std::ranges::any_of(step.deeds, [](const Deed& deed) { return deed.texts.has_value(); })) {
      waiting_ = {page.groups.size() - 1, group.steps.size()};
    }
    group.steps.push_back(std::move(step));
    ++steps_count_;
    return true;
  }
  bool is_full() const { return steps_count_ >= steps_shown_max; }
  // Changes of texts wait for an older commit that says what the texts were before.
  bool waits_for_texts() const { return waiting_.has_value(); }
  void note_texts(const Commit& commit) {
    if (!waiting_) return;
    for (auto event = commit.content.events.rbegin(); event != commit.content.events.rend();
         ++event) {
      const auto texts = texts_of(*event);
      if (!texts) continue;
      Step& step = page.groups.at(waiting_->group).steps.at(waiting_->step);
      for (Deed& deed : step.deeds) {
        if (deed.texts) deed.texts_before = texts;
      }
      waiting_.reset();
      return;
    }
  }
  // Steps before this one may have it as their reason.
  void note_reasons(const Commit& commit) {
    for (const events::Event& event : commit.content.events) {
      const auto* given = std::get_if<events::ReasonGiven>(&event);
      if (given != nullptr) given_.emplace(given->step, given->reason);
    }
  }

  StoryPage page;

 private:
  bool belongs_to_last(const Step& step, const std::optional<base::VersionId>& draft) const {
    if (!query_.joins_sittings || page.groups.empty() || !draft || draft != draft_) return false;
    const Group& group = page.groups.back();
    if (group.steps.size() >= sitting_steps_max || group.oldest().actor != step.actor) return false;
    const std::int64_t gap_us = group.oldest().time->unix_us - step.time->unix_us;
    return gap_us <= break_us_max;
  }

  void complete(Deed& deed, Position position, Group& group) {
    if (deed.type != "StatusesChanged") return;
    if (const auto given = given_.find(position); given != given_.end()) {
      deed.reason = given->second;
    } else if (deed.version) {
      const auto [known, is_new] = known_.try_emplace(*deed.version);
      if (is_new) known->second = views_.reasons(*deed.version);
      const auto found = known->second.find(position);
      if (found != known->second.end()) deed.reason = found->second;
    }
    if (!deed.reason.empty()) ++group.reasons_count;
  }

  void count_decided(const Commit& commit, Group& group) {
    for (const events::Event& event : commit.content.events) {
      const auto* changed = std::get_if<events::StatusesChanged>(&event);
      if (changed == nullptr) continue;
      for (const base::CodeWithStatus& update : changed->updates) codes_.insert(update.code);
    }
    group.decided_count = codes_.size();
  }

  // Where the newest change of texts without those before it is.
  struct Waiting {
    std::size_t group = 0;
    std::size_t step = 0;
  };

  const projections::Views& views_;
  const StoryQuery& query_;
  std::size_t steps_count_ = 0;
  std::optional<Waiting> waiting_;
  // Of the last group.
  std::optional<base::VersionId> draft_;
  std::unordered_set<std::string> codes_;
  // Reasons that were given after the step.
  std::map<Position, std::string> given_;
  std::map<base::VersionId, std::map<Position, std::string>> known_;
};

}  // namespace

bool Filter::passes(const events::Event& event) const {
  return has_type(*this, event) && (code.empty() || deed_of(event, code));
}

Result<StoryPage> read_story(const events::Log& log, const projections::Views& views,
                             base::CodelistId codelist, const StoryQuery& query) {
  const Stream stream = Stream::of_codelist(codelist);
  const auto last = last_before(log, views, stream, query.before);
  if (!last) return last.error();
  BackwardReader reader(log, stream, *last);
  StoryBuilder builder(views, query);
  std::optional<Position> passed;  // the last commit that this page has dealt with
  while (true) {
    const auto read = reader.read();
    if (!read) return read.error();
    if (!*read) break;
    const Commit* const commit = reader.commit();
    if (commit != nullptr) {
      builder.note_reasons(*commit);
      builder.note_texts(*commit);
    }
    Step step = commit != nullptr ? step_of(*commit, query.filter)
                                  : Step{reader.position(), {}, {}, {}, {}};
    const bool is_told = commit != nullptr ? !step.deeds.empty() : query.filter.is_empty();
    if (is_told && !builder.add(std::move(step), commit)) {
      builder.page.next = passed;
      break;
    }
    passed = reader.position();
    if (builder.is_full()) break;
  }
  if (!builder.page.next && reader.has_older() && passed) builder.page.next = passed;
  while (builder.waits_for_texts()) {
    const auto read = reader.read();
    if (!read) return read.error();
    if (!*read) break;
    if (reader.commit() != nullptr) builder.note_texts(*reader.commit());
  }
  return std::move(builder.page);
}

Result<Step> read_step(const events::Log& log, Position position) {
  const auto commit = log.read(position);
  if (!commit) return commit.error();
  return step_of(*commit, {});
}

Result<Activity> read_activity(const events::Log& log, const projections::Views& views,
                               base::CodelistId codelist, base::Timestamp since) {
  const Stream stream = Stream::of_codelist(codelist);
  BackwardReader reader(log, stream, views.stream_version(stream));
  std::map<std::string, std::uint64_t> days;
  bool is_past = false;
  while (!is_past) {
    const auto read = reader.read();
    if (!read) return read.error();
    if (!*read) break;
    const Commit* const commit = reader.commit();
    if (commit == nullptr) continue;
    is_past = commit->content.time < since;
    if (!is_past) ++days[base::format_date(commit->content.time)];
  }
  Activity activity;
  for (const auto& [date, count] : days) activity.days.push_back({date, count});
  activity.is_complete = is_past || !reader.has_older();
  return activity;
}

}  // namespace codelog::history
