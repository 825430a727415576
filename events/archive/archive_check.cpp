#include "events/archive/archive_check.h"

#include <cstdlib>
#include <set>

#include "events/archive/archived_log.h"
#include "events/archive/object_names.h"
#include "events/archive/segment_pipeline.h"
#include "events/codec.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

constexpr std::size_t checking_threads_count = 4;

// The store does not answer or refuses: this says nothing about the archive.
bool is_about_store(const Error& error) {
  return error.code == ErrorCode::unavailable || error.code == ErrorCode::forbidden;
}

class Checker {
 public:
  Checker(Destination& destination, ArchiveCheck& check)
      : destination_(destination), check_(check) {}

  Result<void> check_segments(CheckDepth depth,
                              const std::function<bool(Position done, Position head)>& goes_on) {
    const Manifest& manifest = check_.manifest;
    SegmentReader reader(destination_, manifest);
    SegmentPipeline pipeline(reader, manifest.segments, checking_threads_count);
    RootCheck roots;
    for (const ArchivedSegment& segment : manifest.segments) {
      const auto read = pipeline.next();
      if (!read && is_about_store(read.error())) return read.error();
      if (!read) {
        roots.skip();
        note(segment, read.error().detail);
      } else if (!roots.is_broken() && !roots.take(segment, (*read)->leaves)) {
        note(segment, segment_text(segment) +
                          " is damaged: its commits do not lead to the log's Merkle root");
      } else if (depth == CheckDepth::commits) {
        decode_all(segment, **read);
      } else {
        check_.commits_count += (*read)->commits.size();
      }
      if (!goes_on(segment.last, manifest.head().position)) {
        return Error{ErrorCode::unavailable, "the check was stopped", {}};
      }
    }
    return {};
  }

  // Everything but segments. Files of releases are larger than memory may be.
  Result<void> check_objects() {
    for (const Manifest::Use& use : check_.manifest.uses()) {
      check_.objects_bytes += use.object.size_bytes;
      if (use.object.name.starts_with(segments_prefix)) continue;
      const bool is_file = use.object.name.starts_with(files_prefix);
      const auto read = is_file ? read_file_object(use) : read_small_object(use);
      if (read) continue;
      if (is_about_store(read.error())) return read;
      check_.findings.push_back({use.object.name, {}, {}, read.error().detail});
    }
    return {};
  }

  Result<void> count_unneeded() {
    const auto objects = destination_.list("");
    if (!objects) return objects.error();
    std::set<std::string> needed = {std::string(manifest_name)};
    for (const Manifest::Use& use : check_.manifest.uses()) needed.insert(use.object.name);
    for (const SparedObject& spared : check_.manifest.spared) needed.insert(spared.name);
    for (const ObjectName& object : *objects) {
      if (!needed.contains(object.name)) ++check_.unneeded_count;
    }
    return {};
  }

 private:
  void note(const ArchivedSegment& segment, std::string detail) {
    check_.findings.push_back(
        {segment.object.name, segment.first, segment.last, std::move(detail)});
  }

  void decode_all(const ArchivedSegment& segment, const SegmentCommits& commits) {
    events::CommitDraft draft;
    std::string bytes;
    for (std::size_t i = 0; i < commits.commits.size(); ++i) {
      bytes.assign(commits.commits[i]);
      const auto decoded = events::decode_into(bytes, draft);
      if (decoded) {
        ++check_.commits_count;
        continue;
      }
      const Position position(segment.first.value() + i);
      check_.findings.push_back({segment.object.name, position, position,
                                 "commit " + std::to_string(position.value()) +
                                     " cannot be decoded: " + decoded.error().detail});
    }
  }

  Result<void> read_small_object(const Manifest::Use& use) {
    const auto read = read_object(destination_, use.object, use.what);
    if (!read) return read.error();
    return {};
  }

  Result<void> read_file_object(const Manifest::Use& use) {
    std::string folder = (std::filesystem::temp_directory_path() / "codelog-check-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
      return Error{ErrorCode::unavailable, "cannot make a folder " + folder, {}};
    }
    struct RemoveAtEnd {
      std::filesystem::path folder;
      ~RemoveAtEnd() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
      }
    } const remove{folder};
    const std::filesystem::path place = remove.folder / "file";
    const std::string about = use.what + " (" + use.object.name + ") ";
    const auto fetched = destination_.get_file(use.object.name, place);
    if (!fetched && fetched.error().code == ErrorCode::not_found) {
      return Error{ErrorCode::not_found, about + "is missing", {}};
    }
    if (!fetched) {
      return Error{fetched.error().code, about + "cannot be read: " + fetched.error().detail, {}};
    }
    const auto digest = base::sha256_file(place);
    if (!digest) return digest.error();
    if (*digest == use.object.digest) return {};
    return Error{ErrorCode::corrupt, about + "is damaged: its digest differs", {}};
  }

  Destination& destination_;
  ArchiveCheck& check_;
};

}  // namespace

Result<ArchiveCheck> check_archive(
    Destination& destination, CheckDepth depth,
    const std::function<bool(Position done, Position head)>& goes_on) {
  auto stored = load_manifest(destination);
  if (!stored) return stored.error();
  ArchiveCheck check;
  check.manifest = std::move(stored->manifest);
  Checker checker(destination, check);
  if (const auto done = checker.check_segments(depth, goes_on); !done) return done.error();
  if (const auto done = checker.check_objects(); !done) return done.error();
  if (const auto done = checker.count_unneeded(); !done) return done.error();
  return check;
}

}  // namespace codelog::archive
