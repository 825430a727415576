#include "server/history/code_life.h"

#include <map>

#include "server/history/commit_codes.h"

namespace codelog::history {
namespace {

using base::Position;
using base::VersionId;

class LifeTracer {
 public:
  LifeTracer(const projections::Views& views, const projections::VersionRecord& version,
             const LifeQuery& query)
      : views_(views), at_(version.id), codelist_(version.codelist), query_(query) {}

  // Commits come newest first. False once nothing older matters.
  bool take(const events::Commit& commit) {
    std::optional<VersionId> source;
    std::optional<Position> restored;
    bool is_beginning = false;
    const bool is_left_behind = last_ && commit.position > *last_;
    // Within a commit, too, the last event comes first.
    const auto& events = commit.content.events;
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (!is_left_behind) note_moves(*event);
      if (!add(commit, *event, is_left_behind)) return false;
      const auto* past = std::get_if<events::CodelistRestored>(&*event);
      if (past != nullptr) restored = past->as_of;
      const auto* created = std::get_if<events::VersionCreated>(&*event);
      if (created == nullptr || created->version != at_) continue;
      is_beginning = true;
      source = created->source;
    }
    if (!is_beginning || is_left_behind) return true;
    // The version was brought back as it was, and is older.
    if (restored) {
      last_ = restored;
      return true;
    }
    if (!source || views_.codelist_of_version(*source) != codelist_) return false;
    at_ = *source;
    return true;
  }

  CodeLife life;

 private:
  void note_moves(const events::Event& event) {
    if (const auto* given = std::get_if<events::ReasonGiven>(&event)) {
      reasons_.emplace(given->step, given->reason);
    }
    const auto* undone = std::get_if<events::DraftStepUndone>(&event);
    if (undone != nullptr && undone->version == at_) is_undone_.emplace(undone->step, true);
    const auto* redone = std::get_if<events::DraftStepRedone>(&event);
    if (redone != nullptr && redone->version == at_) is_undone_.emplace(redone->step, false);
  }

  // False, and adds nothing, if the page is full.
  bool add(const events::Commit& commit, const events::Event& event, bool is_left_behind) {
    auto deed = deed_of(event, query_.code);
    if (!deed || deed->version != at_) return true;
    if (query_.before && commit.position >= *query_.before) return true;
    if (life.events.size() >= query_.count_max &&
        life.events.back().act.position != commit.position) {
      life.next = life.events.back().act.position;
      return false;
    }
    LifeEvent told{{commit.position, commit.content.time, commit.content.actor},
                   commit.content.command,
                   std::move(*deed),
                   {},
                   true};
    const auto given = reasons_.find(commit.position);
    told.reason = given != reasons_.end() ? given->second : told.deed.reason;
    const auto undone = is_undone_.find(commit.position);
    told.counts = !is_left_behind && (undone == is_undone_.end() || !undone->second);
    life.events.push_back(std::move(told));
    return true;
  }

  const projections::Views& views_;
  VersionId at_;  // whose events count now
  const base::CodelistId codelist_;
  const LifeQuery& query_;
  std::map<Position, std::string> reasons_;
  std::map<Position, bool> is_undone_;  // by step: its newest move
  std::optional<Position> last_;        // later commits do not count
};

}  // namespace

base::Result<CodeLife> read_code_life(const events::Log& log, const projections::Views& views,
                                      const projections::VersionRecord& version,
                                      const LifeQuery& query) {
  const auto stream = events::Stream::of_codelist(version.codelist);
  const auto reader =
      log.read_stream(stream, views.stream_version(stream), events::Direction::backward);
  LifeTracer tracer(views, version, query);
  std::size_t commits_count = 0;
  std::size_t codes_read_count = 0;
  events::Commit commit;
  while (true) {
    const auto read = reader->next_into(commit);
    if (!read && read.error().code != base::ErrorCode::corrupt) return read.error();
    if (read && !*read) break;
    tracer.life.is_complete = tracer.life.is_complete && read;
    if (!read) continue;
    codes_read_count += codes_count(commit);
    if (!tracer.take(commit)) break;
    if (++commits_count < traced_commits_max && codes_read_count < traced_codes_max) continue;
    tracer.life.is_complete = false;
    break;
  }
  return std::move(tracer.life);
}

}  // namespace codelog::history
