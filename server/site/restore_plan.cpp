#include "server/site/restore_plan.h"

#include <algorithm>
#include <unordered_map>

#include "events/base/check.h"
#include "events/codec.h"
#include "events/fields.h"
#include "projections/projections.h"

namespace codelog::site {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;
using base::Timestamp;

constexpr std::uint64_t progress_every = 1 << 16;

std::string text_of(Position position) { return std::to_string(position.value()); }

// The names that codelists have at the end of the log, by stream: "codelist user/ada/gout (17)".
class CodelistNames {
 public:
  void take(const events::Event& event) {
    if (const auto* created = std::get_if<events::CodelistCreated>(&event)) {
      note(created->codelist, created->owner, created->slug);
    } else if (const auto* changed = std::get_if<events::CodelistHandleChanged>(&event)) {
      note(changed->codelist, changed->owner, changed->slug);
    }
  }

  std::string subject_of(const events::Stream& stream) const {
    const auto name = names_.find(stream);
    return name == names_.end() ? stream.name() : name->second;
  }

 private:
  // As `codelog restore codelist` takes names.
  void note(base::CodelistId id, const events::Owner& owner, const std::string& slug) {
    const std::string kind = owner.kind == events::OwnerKind::user ? "user/" : "";
    names_[events::Stream::of_codelist(id)] =
        "codelist " + kind + owner.name + "/" + slug + " (" + std::to_string(id.value()) + ")";
  }

  std::unordered_map<events::Stream, std::string> names_;
};

class Planner {
 public:
  Planner(const events::StoredLog& log, const std::optional<projections::Moment>& moment,
          Details details)
      : log_(log), head_(log.head().position), details_(details) {
    if (!moment) {
      end_ = head_;
    } else if (const auto* position = std::get_if<Position>(&*moment)) {
      end_ = *position;
    } else {
      until_ = std::get<Timestamp>(*moment);
    }
    plan_.source_head = log.head();
    plan_.has_witness = log.witnessed().head.has_value();
    is_position_ = moment && std::holds_alternative<Position>(*moment);
  }

  Result<void> check_moment() const {
    if (head_ == Position(0)) {
      return Error{ErrorCode::invalid, "the log is empty: there is nothing to restore", {}};
    }
    if (end_ && *end_ == Position(0)) {
      return Error{ErrorCode::invalid, "positions begin at 1", {}};
    }
    if (end_ && *end_ > head_) return after_end();
    return {};
  }

  Result<void> read_from(Position first, const ReportProgress& report) {
    const auto reader = log_.read_bytes(first);
    events::Commit commit;
    for (Position position = first; position <= head_; position = position.next()) {
      const auto read = read_next(*reader, position, commit);
      const auto taken = read ? take(commit) : take_unreadable(position, read.error());
      if (!taken) return taken;
      if (position.value() % progress_every != 0) continue;
      if (!report({"reading the log", position.value(), head_.value()})) {
        return Error{ErrorCode::unavailable, "stopped", {}};
      }
    }
    return {};
  }

  Result<RestorePlan> finish() {
    plan_.position = end_.value_or(head_);
    if (plan_.position == Position(0)) {
      return Error{ErrorCode::invalid,
                   "the first commit of the log is later: it was made at " +
                       base::format_timestamp(*first_time_),
                   {}};
    }
    if (const auto ended = check_end(); !ended) return ended.error();
    events::Commit last;
    const auto read = read_next(*log_.read_bytes(plan_.position), plan_.position, last);
    if (!read) return unreadable_commit(plan_.position, read.error());
    plan_.kept_until = last.content.time;
    plan_.left_out_count = head_.value() - plan_.position.value();
    const auto& witnessed = log_.witnessed().head;
    plan_.may_have_erased_others =
        plan_.unreadable_count > 0 || (witnessed && witnessed->position > head_);
    for (auto& [stream, left_out] : left_out_) {
      left_out.subject = names_.subject_of(stream);
      plan_.left_out.push_back(std::move(left_out));
    }
    std::ranges::sort(plan_.left_out, [](const LeftOut& a, const LeftOut& b) {
      return std::pair(b.last_position, a.subject) < std::pair(a.last_position, b.subject);
    });
    return std::move(plan_);
  }

 private:
  static Result<void> read_next(events::StoredLog::BytesReader& reader, Position position,
                                events::Commit& commit) {
    const auto bytes = reader.next();
    if (!bytes) return bytes.error();
    CODELOG_CHECK(bytes->has_value(), "the log ends before its head");
    commit.position = position;
    return events::decode_into(**bytes, commit.content);
  }

  Error after_end() const {
    return {ErrorCode::invalid, "the log ends at position " + text_of(head_), {}};
  }

  // A log that lost its end must not pass for a whole one. An operator who names a position knows
  // the end.
  Result<void> check_end() const {
    // A later commit shows that a time lies before the end.
    if (is_position_ || plan_.position < head_) return {};
    const events::WitnessedEnd& witnessed = log_.witnessed();
    const std::string to_stop = ". To restore what there is: --at " + text_of(head_);
    if (!witnessed.problem.empty()) {
      return Error{ErrorCode::corrupt,
                   witnessed.problem + ", so that nothing shows whether the log ends at position " +
                       text_of(head_) + to_stop,
                   {}};
    }
    if (!witnessed.head) return {};
    if (witnessed.head->position > head_) {
      return Error{ErrorCode::corrupt,
                   "the log ends at position " + text_of(head_) + ", but commit " +
                       text_of(witnessed.head->position) + " was acknowledged: the end is missing" +
                       to_stop,
                   {}};
    }
    const auto root = log_.root(witnessed.head->position.value());
    if (!root || *root == witnessed.head->root) return {};
    return Error{ErrorCode::corrupt,
                 "the log's first " + text_of(witnessed.head->position) +
                     " commits are not those that its head witness saw" + to_stop,
                 {}};
  }

  Result<void> take(const events::Commit& commit) {
    const Position position = commit.position;
    const Timestamp time = commit.content.time;
    if (!first_time_) first_time_ = time;
    if (!end_ && time > *until_) end_ = Position(position.value() - 1);
    const bool is_detailed = details_ == Details::left_out;
    for (const events::Event& event : commit.content.events) {
      if (is_detailed) names_.take(event);
      const auto* erased = std::get_if<events::UserErased>(&event);
      if (erased != nullptr && end_ && position > *end_) {
        plan_.erased_users.insert(erased->username);
      }
    }
    if (!is_detailed || !end_ || position <= *end_) return {};
    const auto& streams = commit.content.streams;
    // Streams that only keep names apart say nothing that the others do not.
    const bool has_other = std::ranges::any_of(
        streams, [](const auto& stream) { return !stream.stream.is_about_names(); });
    for (const auto& stream : streams) {
      if (has_other && stream.stream.is_about_names()) continue;
      note(left_out_[stream.stream], commit);
    }
    return {};
  }

  void note(LeftOut& left_out, const events::Commit& commit) {
    const Timestamp time = commit.content.time;
    if (left_out.commits_count == 0) left_out.first_time = left_out.last_time = time;
    ++left_out.commits_count;
    left_out.first_time = std::min(left_out.first_time, time);
    left_out.last_time = std::max(left_out.last_time, time);
    left_out.last_position = commit.position;
    left_out.actors.insert(commit.content.actor);
    for (const events::Event& event : commit.content.events) {
      ++left_out.events_counts[std::string(events::event_type(event))];
    }
  }

  Result<void> take_unreadable(Position position, const Error& error) {
    if (!end_ || position <= *end_) return unreadable_commit(position, error);
    ++plan_.unreadable_count;
    return {};
  }

  const events::StoredLog& log_;
  const Position head_;
  const Details details_;
  bool is_position_ = false;        // the moment is one
  std::optional<Position> end_;     // the last commit to keep, once it is known
  std::optional<Timestamp> until_;  // if the moment is a time
  std::optional<Timestamp> first_time_;
  CodelistNames names_;
  std::unordered_map<events::Stream, LeftOut> left_out_;  // by stream
  RestorePlan plan_;
};

}  // namespace

Error unreadable_commit(Position position, const Error& error) {
  if (position <= Position(1)) return error;
  return {error.code,
          error.detail + ". A restore to an earlier moment is possible: --at " +
              std::to_string(position.value() - 1),
          {}};
}

Result<RestorePlan> plan_restore(const events::StoredLog& log,
                                 const std::optional<projections::Moment>& moment, Details details,
                                 const ReportProgress& report) {
  Planner planner(log, moment, details);
  if (const auto there = planner.check_moment(); !there) return there.error();
  const bool is_time = moment && std::holds_alternative<Timestamp>(*moment);
  Position first = log.head().position.next();
  if (is_time || details == Details::left_out) {
    first = Position(1);
  } else if (moment) {
    first = std::get<Position>(*moment).next();
  }
  if (const auto read = planner.read_from(first, report); !read) return read.error();
  return planner.finish();
}

}  // namespace codelog::site
