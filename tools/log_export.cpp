#include "tools/log_export.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "events/base/file.h"
#include "events/codec.h"
#include "events/export_codec.h"
#include "tools/commit_json.h"
#include "tools/sanitised.h"

// Made by codelog_embed(); ends with an entry without a name.
extern "C" {
struct CodelogSchemaFile {
  const char* name;
  const char* begin;
  const char* end;
};
extern const CodelogSchemaFile codelog_export_schema[];
}

namespace codelog::tools {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

// A file ends after so many commits or bytes, so that any tool can read it whole.
constexpr std::size_t file_commits_max = 10'000;
constexpr std::size_t file_bytes_max = 16u << 20;

constexpr std::string_view readme =
    "Commits of a Codelog, oldest first. Each commits-NUMBER.clx is a FlatBuffer of\n"
    "schema/codelog.fbs; commits-NUMBER.jsonl has the same commits as JSON, one a line.\n"
    "\n"
    "    jq -r '[.position, .time, .actor, .command] | @tsv' commits-000001.jsonl\n"
    "    flatc --json --raw-binary -o . schema/codelog.fbs -- commits-000001.clx\n"
    "\n"
    "schema/codelog.bfbs is the same schema for programs that read FlatBuffers by reflection.\n"
    "manifest.json has the range, and what was left out.\n";

std::string number_of(std::size_t file) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%06zu", file);
  return text.data();
}

class Exporter {
 public:
  Exporter(const events::Log& log, const LogExport& request)
      : log_(log), request_(request), work_(request.folder.string() + ".partial") {}

  Result<Json> run(const site::ReportProgress& progress) {
    if (const auto begun = begin(); !begun) return begun.error();
    if (const auto written = write_commits(progress); !written) return written.error();
    Json manifest = {{"log", log_.id()},
                     {"stream", request_.stream ? Json(request_.stream->name()) : Json(nullptr)},
                     {"first", first_.value()},
                     {"last", last_.value()},
                     {"commits", commits_count_},
                     {"files", files_count_},
                     {"sanitised", request_.is_sanitised}};
    const auto done = write("manifest.json", manifest.dump(2) + "\n");
    if (!done) return done.error();
    if (const auto synced = base::sync_folder(work_); !synced) return synced.error();
    std::error_code error;
    fs::rename(work_, request_.folder, error);
    if (error) return Error{ErrorCode::io, "cannot name the export: " + error.message(), {}};
    const auto parent = fs::absolute(request_.folder).parent_path();
    if (const auto synced = base::sync_folder(parent); !synced) return synced.error();
    manifest["folder"] = request_.folder.string();
    return manifest;
  }

 private:
  Result<void> begin() {
    std::error_code error;
    if (fs::exists(request_.folder, error)) {
      return Error{ErrorCode::conflict,
                   request_.folder.string() + " exists already: an export needs a new folder",
                   {}};
    }
    fs::remove_all(work_, error);
    fs::create_directories(work_ / "schema", error);
    if (error) {
      return Error{ErrorCode::io, "cannot make " + work_.string() + ": " + error.message(), {}};
    }
    if (const auto written = write("README.txt", readme); !written) return written;
    for (const auto* file = codelog_export_schema; file->name != nullptr; ++file) {
      const auto written = write(fs::path("schema") / file->name,
                                 {file->begin, static_cast<std::size_t>(file->end - file->begin)});
      if (!written) return written;
    }
    return base::sync_folder(work_ / "schema");
  }

  Result<void> write(const fs::path& name, std::string_view bytes) const {
    return base::write_file_durably(work_ / name, bytes);
  }

  std::unique_ptr<events::CommitReader> reader() const {
    if (request_.stream) {
      return log_.read_stream(*request_.stream, base::StreamVersion(1), events::Direction::forward);
    }
    return log_.read_all(std::max(request_.from, base::Position(1)), events::Direction::forward);
  }

  Result<void> write_commits(const site::ReportProgress& progress) {
    const auto commits = reader();
    const base::Position end = std::min(request_.to, log_.head().position);
    events::Commit commit;
    while (true) {
      const auto read = commits->next_into(commit);
      if (!read) return read.error();
      if (!*read || commit.position > end) break;
      if (commit.position < request_.from) continue;
      if (const auto added = add(commit); !added) return added;
      if (progress && !progress({"exporting", commit.position.value(), end.value()})) {
        return Error{ErrorCode::unavailable, "the export was stopped", {}};
      }
    }
    return close_file();
  }

  Result<void> add(events::Commit& commit) {
    if (request_.is_sanitised) sanitiser_.sanitise(commit.content);
    const auto alone = events::encode(commit.content);
    if (!alone) return alone.error();
    const bool is_full = in_file_count_ == file_commits_max ||
                         (in_file_count_ > 0 && encoder_ != nullptr &&
                          encoder_->size_bytes() + alone->size() > file_bytes_max);
    if (is_full) {
      if (const auto closed = close_file(); !closed) return closed;
    }
    if (encoder_ == nullptr) encoder_ = std::make_unique<events::CommitsEncoder>();
    if (const auto added = encoder_->add(commit); !added) return added;
    // Personal data stay sealed.
    lines_ += sealed_commit_to_json(commit).dump(-1, ' ', false, Json::error_handler_t::replace);
    lines_ += '\n';
    if (commits_count_++ == 0) first_ = commit.position;
    last_ = commit.position;
    ++in_file_count_;
    return {};
  }

  Result<void> close_file() {
    if (in_file_count_ == 0) return {};
    const std::string name = "commits-" + number_of(++files_count_);
    if (const auto written = write(name + ".clx", encoder_->finish()); !written) return written;
    if (const auto written = write(name + ".jsonl", lines_); !written) return written;
    encoder_.reset();
    lines_.clear();
    in_file_count_ = 0;
    return {};
  }

  const events::Log& log_;
  const LogExport& request_;
  const fs::path work_;
  const Sanitiser sanitiser_;
  std::unique_ptr<events::CommitsEncoder> encoder_;
  std::string lines_;
  std::size_t in_file_count_ = 0;
  std::size_t files_count_ = 0;
  std::uint64_t commits_count_ = 0;
  base::Position first_;
  base::Position last_;
};

}  // namespace

Result<Json> export_log(const events::Log& log, const LogExport& request,
                        const site::ReportProgress& progress) {
  return Exporter(log, request).run(progress);
}

}  // namespace codelog::tools
