#include "events/archive/segment_pipeline.h"

#include <algorithm>
#include <new>

#include "events/base/check.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error about(const std::string& what, const NamedObject& object, ErrorCode code,
            const std::string& problem) {
  return {code, what + " (" + object.name + ") " + problem, {}};
}

std::string positions_text(const ArchivedSegment& segment) {
  return "segment of positions " + std::to_string(segment.first.value()) + " to " +
         std::to_string(segment.last.value());
}

}  // namespace

std::string segment_text(const ArchivedSegment& segment) {
  return positions_text(segment) + " (" + segment.object.name + ")";
}

Result<std::string> read_object(Destination& destination, const NamedObject& object,
                                const std::string& what) {
  auto stored = destination.get(object.name, object.size_bytes);
  if (!stored) {
    const Error& error = stored.error();
    if (error.code == ErrorCode::not_found) return about(what, object, error.code, "is missing");
    if (error.code == ErrorCode::too_large) {
      return about(what, object, ErrorCode::corrupt,
                   "is damaged: it has more than " + std::to_string(object.size_bytes) + " bytes");
    }
    return about(what, object, error.code, "cannot be read: " + error.detail);
  }
  if (stored->bytes.size() != object.size_bytes) {
    return about(what, object, ErrorCode::corrupt,
                 "is damaged: it has " + std::to_string(stored->bytes.size()) +
                     " bytes instead of " + std::to_string(object.size_bytes));
  }
  if (base::sha256(stored->bytes) != object.digest) {
    return about(what, object, ErrorCode::corrupt, "is damaged: its digest differs");
  }
  return std::move(stored->bytes);
}

SegmentRead SegmentReader::read(const ArchivedSegment& segment) {
  const std::string what = positions_text(segment);
  const auto object = read_object(destination_, segment.object, what);
  if (!object) return object.error();
  const auto damaged = [&](const std::string& problem) {
    return about(what, segment.object, ErrorCode::corrupt, "is damaged: " + problem);
  };
  const auto parts = parse_segment(*object);
  if (!parts) return damaged(parts.error().detail);
  const SegmentHeader& header = parts->header;
  const bool is_named_one = header.log_id == manifest_.log_id && header.first == segment.first &&
                            header.last == segment.last && header.root == segment.root &&
                            header.dictionary == segment.dictionary &&
                            header.raw_bytes == segment.raw_bytes;
  if (!is_named_one) return damaged("its header is not what the manifest says");
  const Dictionary* with = nullptr;
  if (header.dictionary) {
    const auto found = dictionary(*header.dictionary);
    if (!found) {
      return about(what, segment.object, found.error().code,
                   "cannot be read without its dictionary: " + found.error().detail);
    }
    with = *found;
  }
  auto raw = open_segment(*parts, with);
  if (!raw) return damaged(raw.error().detail);
  auto commits = read_commits(header, *std::move(raw));
  if (!commits) return damaged(commits.error().detail);
  return commits;
}

Result<const Dictionary*> SegmentReader::dictionary(const base::Sha256& digest) {
  const base::Lock lock(mutex_);
  auto& known = dictionaries_[digest];
  if (known) return known.get();
  const auto& all = manifest_.dictionaries;
  const auto entry = std::ranges::find_if(
      all, [&](const ArchivedDictionary& each) { return each.object.digest == digest; });
  CODELOG_CHECK(entry != all.end(), "a manifest names the dictionaries of its segments");
  auto bytes = read_object(destination_, entry->object, "dictionary");
  if (!bytes) return bytes.error();
  known = std::make_unique<Dictionary>(*std::move(bytes));
  return known.get();
}

SegmentPipeline::~SegmentPipeline() {
  {
    const base::Lock lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

SegmentRead SegmentPipeline::next() {
  const std::size_t index = returned_count_++;
  CODELOG_CHECK(index < segments_.size(), "a segment behind the last one");
  if (index == 0) return reader_.read(segments_[0]);
  while (threads_.size() < std::min(threads_count_, segments_.size() - 1)) {
    threads_.emplace_back([this] { work(); });
  }
  base::Lock lock(mutex_);
  wanted_count_ = std::min(segments_.size(), index + 1 + threads_count_);
  changed_.notify_all();
  while (!read_.contains(index)) changed_.wait(lock);
  SegmentRead read = std::move(read_.at(index));
  read_.erase(index);
  return read;
}

void SegmentPipeline::work() {
  base::Lock lock(mutex_);
  for (;;) {
    while (!is_closed_ && begun_count_ >= wanted_count_) changed_.wait(lock);
    if (is_closed_) return;
    const std::size_t index = begun_count_++;
    lock.unlock();
    SegmentRead read = Error{ErrorCode::unavailable, "there is not enough memory", {}};
    try {
      read = reader_.read(segments_[index]);
    } catch (const std::bad_alloc&) {
      // The error says so.
    }
    lock.lock();
    read_.emplace(index, std::move(read));
    changed_.notify_all();
  }
}

}  // namespace codelog::archive
