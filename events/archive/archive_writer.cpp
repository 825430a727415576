#include "events/archive/archive_writer.h"

#include <algorithm>
#include <set>

#include "events/archive/object_names.h"
#include "events/archive/segment.h"
#include "events/base/check.h"
#include "events/codec.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

// After so many bytes of segments, the manifest names them: so much is done again after a kill.
constexpr std::uint64_t publish_every_bytes = 64u << 20;

// A dictionary is trained when there is enough to learn from, and once more when there is much.
constexpr std::uint64_t first_training_bytes = 256u << 10;
constexpr std::uint64_t second_training_bytes = 16u << 20;
constexpr std::uint64_t commit_bytes_least = 150;
constexpr std::size_t dictionary_bytes_max = 64u << 10;
constexpr std::uint64_t samples_bytes_max = 4u << 20;
constexpr std::uint64_t samples_count_max = 4096;
// A dictionary of a hundredth of its samples learns well.
constexpr std::uint64_t dictionary_bytes_min = 4u << 10;

// So many segments of one size become one, which is larger by as much: a commit is rewritten a few
// times for each size.
constexpr std::size_t merged_segments_min = 8;
constexpr std::uint64_t segment_sizes_bytes[] = {32u << 10, 256u << 10, 2u << 20};

// For those who read segments while larger ones replace them.
constexpr std::int64_t replaced_kept_us = 10LL * 60 * 1'000'000;
// For writing a large file.
constexpr std::int64_t announced_kept_us = 24LL * 3600 * 1'000'000;

// Another writer may change the manifest between its reading and its writing.
constexpr int open_attempts_max = 3;

std::string text_of(Position position) { return std::to_string(position.value()); }

std::string padded(Position position) {
  const std::string digits = text_of(position);
  return std::string(std::max<std::size_t>(digits.size(), 12) - digits.size(), '0') + digits;
}

// The position in the list of segments from which on they should be written again as larger ones;
// their number if there is nothing to merge.
std::size_t first_to_merge(const std::vector<ArchivedSegment>& segments) {
  std::size_t found = segments.size();
  std::uint64_t least_bytes = 0;
  for (const std::uint64_t limit_bytes : segment_sizes_bytes) {
    std::size_t first = segments.size();
    std::size_t of_this_size_count = 0;
    while (first > 0 && segments[first - 1].raw_bytes < limit_bytes) {
      --first;
      if (segments[first].raw_bytes >= least_bytes) ++of_this_size_count;
    }
    if (of_this_size_count >= merged_segments_min) found = first;
    least_bytes = limit_bytes;
  }
  return found;
}

NamedObject named(std::string name, std::string_view bytes) {
  return {std::move(name), bytes.size(), base::sha256(bytes)};
}

}  // namespace

// --- The manifest

Result<void> ArchiveWriter::open() {
  Result<void> taken;
  for (int attempt = 0; attempt < open_attempts_max; ++attempt) {
    taken = take_over();
    if (taken || taken.error().code != ErrorCode::conflict) break;
  }
  return taken;
}

Result<void> ArchiveWriter::take_over() {
  if (const auto loaded = reload(); !loaded) {
    if (loaded.error().code != ErrorCode::not_found) return loaded;
    stored_ = {};
    stored_.manifest.log_id = source_.log.id();
  }
  Manifest& manifest = stored_.manifest;
  if (manifest.owner.token == options_.owner_token && stored_.tag) return {};
  manifest.owner = {manifest.owner.term + 1, options_.owner_token};
  manifest.origin = options_.origin;
  manifest.epoch = source_.log.head().epoch;
  return store_manifest(destination_, stored_, options_.clock);
}

Result<void> ArchiveWriter::reload() {
  auto loaded = load_manifest(destination_);
  if (!loaded) return loaded.error();
  stored_ = *std::move(loaded);
  return check_history();
}

// An archive has one history: this log's.
Result<void> ArchiveWriter::check_history() const {
  const Manifest& manifest = stored_.manifest;
  const events::Head head = source_.log.head();
  if (manifest.log_id != source_.log.id() || manifest.epoch > head.epoch) {
    return Error{ErrorCode::conflict,
                 destination_.describe() + " holds the archive of another log (" + manifest.log_id +
                     ", epoch " + std::to_string(manifest.epoch) + "); this one is " +
                     source_.log.id() + ", epoch " + std::to_string(head.epoch) +
                     ": choose another destination",
                 {}};
  }
  const events::Head archived = manifest.head();
  std::string difference;
  if (archived.position > head.position) {
    difference = "ends at position " + text_of(archived.position) + ", behind the log's end at " +
                 text_of(head.position);
  } else {
    const auto root = source_.proofs.root(archived.position.value());
    if (!root) return root.error();
    if (*root == archived.root) return {};
    difference = "has other commits up to position " + text_of(archived.position);
  }
  return Error{ErrorCode::conflict,
               "the archive in " + destination_.describe() + " " + difference +
                   ": another copy of this log has archived there. Nothing was changed; choose "
                   "another destination",
               {}};
}

// The manifest is not the one that was read. This process's own changes may go on; those of others
// end this writer.
Result<void> ArchiveWriter::settle_conflict() {
  const Owner before = stored_.manifest.owner;
  if (const auto loaded = reload(); !loaded) return loaded;
  const Owner& now = stored_.manifest.owner;
  if (now.token == options_.owner_token) return {};
  return Error{ErrorCode::conflict,
               "another process archives to " + destination_.describe() + " since " +
                   base::format_timestamp(stored_.manifest.changed_at) + " (term " +
                   std::to_string(now.term) + " after " + std::to_string(before.term) +
                   "): this one has stopped, so that two histories never mix",
               {}};
}

Result<void> ArchiveWriter::change(const std::function<void(Manifest&)>& change) {
  for (;;) {
    StoredManifest changed = stored_;
    change(changed.manifest);
    const auto stored = store_manifest(destination_, changed, options_.clock);
    if (stored) {
      stored_ = std::move(changed);
      return {};
    }
    if (stored.error().code != ErrorCode::conflict) return stored;
    if (const auto settled = settle_conflict(); !settled) return settled;
  }
}

// --- Segments

Result<void> ArchiveWriter::ship(const ArchiveProgress& goes_on) {
  const Position head = source_.log.head().position;
  for (;;) {
    if (stored_.manifest.head().position >= head) return {};
    const auto written = write_segments(head, goes_on);
    if (!written && written.error().code != ErrorCode::conflict) return written;
    if (!written) {
      // Segments of an older generation must not be named any longer: they are written again.
      if (const auto settled = settle_conflict(); !settled) return settled;
      continue;
    }
    remove_spared();
  }
}

// Writes the segments up to the head, or up to the next change of the manifest.
Result<void> ArchiveWriter::write_segments(Position head, const ArchiveProgress& goes_on) {
  if (const auto made = make_dictionary(head); !made) return made;
  StoredManifest next = stored_;
  std::vector<ArchivedSegment>& segments = next.manifest.segments;
  const Position archived = next.manifest.head().position;
  const std::size_t kept = first_to_merge(segments);
  const base::Timestamp until{options_.clock.now().unix_us + replaced_kept_us};
  for (std::size_t i = kept; i < segments.size(); ++i) {
    next.manifest.spared.push_back({segments[i].object.name, until});
  }
  segments.resize(kept);
  auto tree = tree_at(next.manifest.head().position.value());
  if (!tree) return tree.error();
  std::uint64_t written_bytes = 0;
  while (tree->size() < head.value()) {
    auto segment = write_segment(*tree, head);
    if (!segment) return segment.error();
    written_bytes += segment->raw_bytes;
    segments.push_back(*std::move(segment));
    const Position done = segments.back().last;
    if (!goes_on(done, head)) {
      return Error{ErrorCode::unavailable, "the backup was stopped", {}};
    }
    if (written_bytes >= publish_every_bytes && done > archived) break;
  }
  if (const auto stored = store_manifest(destination_, next, options_.clock); !stored) {
    return stored;
  }
  stored_ = std::move(next);
  return {};
}

Result<ArchivedSegment> ArchiveWriter::write_segment(events::MerkleTree& tree, Position head) {
  const auto dictionary = newest_dictionary();
  if (!dictionary) return dictionary.error();
  SegmentHeader header;
  header.log_id = source_.log.id();
  header.first = Position(tree.size() + 1);
  std::string raw;
  std::string bytes;
  std::vector<events::Tile> completed;
  while (tree.size() < head.value() && raw.size() < segment_raw_bytes_target) {
    header.last = Position(tree.size() + 1);
    auto read = source_.log.read_bytes(header.last);
    if (!read) return read.error();
    bytes = *std::move(read);
    append_commit(raw, bytes);
    tree.append(events::commit_leaf(header.last, base::sha256(bytes)), completed);
    completed.clear();
  }
  header.root = tree.root();
  const auto root = source_.proofs.root(header.last.value());
  if (!root) return root.error();
  if (*root != header.root) {
    return Error{ErrorCode::corrupt,
                 "the log's commits " + text_of(header.first) + " to " + text_of(header.last) +
                     " do not lead to its Merkle root, so they are not archived; run codelog log "
                     "verify",
                 {}};
  }
  const auto last = events::decode(bytes);
  if (!last) return last.error();
  header.last_time = last->time;
  const std::string object = encode_segment(header, raw, *dictionary);
  const std::string digest = base::to_hex(base::sha256(object)).substr(0, 8);
  // With the generation, so that no name is given again after pruning has listed the objects.
  const std::string name =
      std::string(segments_prefix) + padded(header.first) + "-" + padded(header.last) + "-" +
      std::to_string(stored_.manifest.generation + 1) + "-" + digest + ".segment";
  if (const auto put = destination_.put(name, object); !put) return put.error();
  return ArchivedSegment{named(name, object), header.first,      header.last, header.last_time,
                         header.raw_bytes,    header.dictionary, header.root};
}

Result<events::MerkleTree> ArchiveWriter::tree_at(std::uint64_t size) const {
  std::vector<std::vector<events::Hash>> partial_tiles;
  for (unsigned level = 0; size >> (events::tile_height * level) != 0; ++level) {
    const std::uint64_t count = size >> (events::tile_height * level);
    const std::size_t width = count % events::tile_hashes_count;
    auto tile = width == 0 ? std::vector<events::Hash>()
                           : source_.proofs.tile({level, count / events::tile_hashes_count}, width);
    if (!tile) return tile.error();
    partial_tiles.push_back(*std::move(tile));
    if (events::tile_height * (level + 1) >= 64) break;
  }
  return events::MerkleTree::restore(size, std::move(partial_tiles));
}

// --- Dictionaries

Result<const Dictionary*> ArchiveWriter::newest_dictionary() {
  const auto& known = stored_.manifest.dictionaries;
  if (known.empty()) return nullptr;
  const NamedObject& newest = known.back().object;
  if (dictionary_ && dictionary_->digest() == newest.digest) return dictionary_.get();
  auto object = destination_.get(newest.name, newest.size_bytes);
  if (!object) return object.error();
  auto dictionary = std::make_unique<Dictionary>(std::move(object->bytes));
  if (dictionary->digest() != newest.digest) {
    return Error{ErrorCode::corrupt,
                 "the object " + newest.name + " in " + destination_.describe() + " is damaged",
                 {}};
  }
  dictionary_ = std::move(dictionary);
  return dictionary_.get();
}

Result<void> ArchiveWriter::make_dictionary(Position head) {
  const auto& known = stored_.manifest.dictionaries;
  const std::uint64_t sampled_bytes = known.empty() ? 0 : known.back().sampled_bytes;
  if (sampled_bytes >= second_training_bytes) return {};
  const std::uint64_t needed_bytes = known.empty() ? first_training_bytes : second_training_bytes;
  const std::uint64_t new_commits_count = head.value() - stored_.manifest.head().position.value();
  const std::uint64_t least_bytes =
      stored_.manifest.raw_bytes() + new_commits_count * commit_bytes_least;
  if (least_bytes < needed_bytes) return {};
  // Commits all over the log, so that the dictionary suits those to come.
  const std::uint64_t stride = std::max<std::uint64_t>(1, head.value() / samples_count_max);
  std::vector<std::string> samples;
  std::uint64_t samples_bytes = 0;
  for (std::uint64_t at = 1; at <= head.value() && samples_bytes < samples_bytes_max;
       at += stride) {
    auto bytes = source_.log.read_bytes(Position(at));
    if (!bytes) return bytes.error();
    samples_bytes += bytes->size();
    samples.push_back(*std::move(bytes));
  }
  const std::uint64_t log_bytes = samples_bytes * stride;
  auto bytes = train_dictionary(
      samples,
      std::clamp<std::uint64_t>(samples_bytes / 64, dictionary_bytes_min, dictionary_bytes_max));
  if (!bytes) return {};
  auto dictionary = std::make_unique<Dictionary>(*std::move(bytes));
  const std::string name = new_name(dictionaries_prefix, dictionary->digest());
  if (const auto put = destination_.put(name, dictionary->bytes()); !put) return put;
  const NamedObject object = named(name, dictionary->bytes());
  dictionary_ = std::move(dictionary);
  stored_.manifest.dictionaries.push_back({object, log_bytes});
  return {};
}

// --- Objects that are not needed any longer

Result<void> ArchiveWriter::announce(const std::vector<std::string>& names) {
  const base::Timestamp until{options_.clock.now().unix_us + announced_kept_us};
  return change([&](Manifest& manifest) {
    for (const std::string& name : names) manifest.spared.push_back({name, until});
  });
}

std::string ArchiveWriter::new_name(std::string_view prefix, const base::Sha256& digest) const {
  return std::string(prefix) + std::to_string(stored_.manifest.generation + 1) + "-" +
         base::to_hex(digest);
}

// An object that cannot be removed now stays until the archive is pruned.
void ArchiveWriter::remove_spared() {
  const base::Timestamp now = options_.clock.now();
  const auto is_due = [&](const SparedObject& spared) { return spared.until < now; };
  const std::vector<SparedObject> known = stored_.manifest.spared;
  if (std::ranges::none_of(known, is_due)) return;
  const auto forgotten =
      change([&](Manifest& manifest) { std::erase_if(manifest.spared, is_due); });
  if (!forgotten) return;
  std::set<std::string> used;
  for (const Manifest::Use& use : stored_.manifest.uses()) used.insert(use.object.name);
  for (const SparedObject& spared : known) {
    if (is_due(spared) && !used.contains(spared.name)) (void)destination_.remove(spared.name);
  }
}

}  // namespace codelog::archive
