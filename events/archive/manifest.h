// What an archive holds: one JSON object, `manifest.json`, replaced as a whole. It names everything
// that a restore needs. Objects that it does not name are of no use, and pruning removes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/log_values.h"

namespace codelog::archive {

// An object by its name, with what must be found there.
struct NamedObject {
  std::string name;
  std::uint64_t size_bytes = 0;
  base::Sha256 digest{};
  bool operator==(const NamedObject&) const = default;
};

struct ArchivedSegment {
  NamedObject object;
  base::Position first;
  base::Position last;
  base::Timestamp last_time;  // of the last commit
  std::uint64_t raw_bytes = 0;
  std::optional<base::Sha256> dictionary;  // the digest of one of the dictionaries
  base::Sha256 root{};                     // over the log's first `last` commits
  bool operator==(const ArchivedSegment&) const = default;
};

struct ArchivedDictionary {
  NamedObject object;
  std::uint64_t sampled_bytes = 0;  // the commits that were archived when it was trained
  bool operator==(const ArchivedDictionary&) const = default;
};

// The file of a release or a mapping that the log has registered.
struct ArchivedFile {
  std::string path;  // in a data folder
  base::Sha256 digest{};
  std::optional<NamedObject> object;  // nothing if the file was only listed
  bool operator==(const ArchivedFile&) const = default;
};

// A moment at which somebody made a backup. Every position of an archive can be restored; a restore
// point has, besides, the keys and the files of its moment.
struct RestorePoint {
  base::Timestamp made_at;
  base::Position position;
  base::Timestamp last_time;  // of the commit at this position
  base::Sha256 root{};
  std::optional<NamedObject> keys;
  std::vector<ArchivedFile> files;
  bool operator==(const RestorePoint&) const = default;
};

// The process that may change the archive. Whoever takes over raises the term, so that the one
// before notices.
struct Owner {
  std::uint64_t term = 0;
  std::string token;
  bool operator==(const Owner&) const = default;
};

// An object that the manifest does not name, and that stays until then: a segment whose commits are
// in a larger one since, for those who read it; or an object that is being written.
struct SparedObject {
  std::string name;
  base::Timestamp until;
  bool operator==(const SparedObject&) const = default;
};

struct Manifest {
  std::uint64_t generation = 0;  // raised by every change
  std::string log_id;
  std::string origin;  // the log's name in its checkpoints; empty if it has none
  std::uint64_t epoch = 1;
  Owner owner;
  base::Timestamp changed_at;
  std::vector<ArchivedSegment> segments;  // from position 1 on, without gaps
  std::vector<ArchivedDictionary> dictionaries;
  std::vector<RestorePoint> restore_points;  // the oldest first
  std::vector<SparedObject> spared;
  bool operator==(const Manifest&) const = default;

  // The end of the archived log.
  events::Head head() const;
  base::Timestamp last_time() const;
  std::uint64_t raw_bytes() const;
  // Every object that it names, once each, with what it is for.
  struct Use {
    NamedObject object;
    std::string what;  // "segment of positions 1 to 20"
  };
  std::vector<Use> uses() const;
};

std::string encode_manifest(const Manifest& manifest);
// Errors: corrupt (cannot be read, or contradicts itself; the detail names the positions that no
// segment has), invalid (of a later format).
base::Result<Manifest> decode_manifest(std::string_view text);

}  // namespace codelog::archive
