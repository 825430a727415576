// A segment: the bytes of a run of consecutive commits, compressed, with the Merkle root of the log
// up to its last commit. It can be understood without the manifest:
//
//   "codelog-segment 1\n"            format and version
//   {"log": …, "first": …, …}\n      one line of JSON: SegmentHeader
//   zstd of: for each commit, the length of its bytes (4 bytes, big-endian), and its bytes
//
// Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/archive/compression.h"
#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/base/strong.h"
#include "events/commit.h"
#include "events/merkle.h"

namespace codelog::archive {

// Commits are added to a segment until it has so many bytes, uncompressed.
inline constexpr std::uint64_t segment_raw_bytes_target = 8u << 20;
// One more commit may be as large as a commit can be.
inline constexpr std::uint64_t segment_raw_bytes_max =
    segment_raw_bytes_target + events::commit_bytes_max + 4;
inline constexpr std::uint64_t segment_object_bytes_max = segment_raw_bytes_max + (1u << 20);

struct SegmentHeader {
  std::string log_id;
  base::Position first;
  base::Position last;
  base::Timestamp last_time;  // of the last commit
  std::uint64_t raw_bytes = 0;
  base::Sha256 raw_digest{};
  std::uint64_t stored_bytes = 0;
  base::Sha256 stored_digest{};
  std::optional<base::Sha256> dictionary;  // its digest
  base::Sha256 root{};                     // over the log's first `last` commits
  bool operator==(const SegmentHeader&) const = default;
};

// Adds one commit to the uncompressed content.
void append_commit(std::string& raw, std::string_view commit_bytes);

// The object. Fills in the sizes and digests of the header.
std::string encode_segment(SegmentHeader& header, std::string_view raw,
                           const Dictionary* dictionary);

struct SegmentParts {
  SegmentHeader header;
  std::string_view stored;  // a part of the object's bytes
};
// Errors: corrupt (no such object, a later format, or not the bytes that were written).
base::Result<SegmentParts> parse_segment(std::string_view object);
// The content, compared with its digest. `dictionary` is the header's. Errors: corrupt.
base::Result<std::string> open_segment(const SegmentParts& parts, const Dictionary* dictionary);

// The commits of a content, and their leaves in the log's Merkle tree.
struct SegmentCommits {
  std::string raw;
  std::vector<std::string_view> commits;  // parts of `raw`
  std::vector<events::Hash> leaves;
};
// Errors: corrupt (not as many commits as the header says).
base::Result<std::unique_ptr<SegmentCommits>> read_commits(const SegmentHeader& header,
                                                           std::string raw);

}  // namespace codelog::archive
