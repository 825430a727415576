// Segments read from a destination and checked: one by one, or many in a row by several threads.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "events/archive/compression.h"
#include "events/archive/destination.h"
#include "events/archive/manifest.h"
#include "events/archive/segment.h"
#include "events/base/mutex.h"

namespace codelog::archive {

using SegmentRead = base::Result<std::unique_ptr<SegmentCommits>>;

// "segment of positions 1 to 20 (segments/…)".
std::string segment_text(const ArchivedSegment& segment);

// Reads an object and compares it with what the manifest says. Errors: not_found, corrupt,
// unavailable, io, forbidden; the detail says what the object is for, and what is wrong.
base::Result<std::string> read_object(Destination& destination, const NamedObject& object,
                                      const std::string& what);

// Thread-safe.
class SegmentReader {
 public:
  // Both must outlive this object.
  SegmentReader(Destination& destination, const Manifest& manifest)
      : destination_(destination), manifest_(manifest) {}

  // Compares the object with its digests, and its header with the manifest; not the Merkle root,
  // which needs the segments before. Errors: as of read_object().
  SegmentRead read(const ArchivedSegment& segment);

 private:
  base::Result<const Dictionary*> dictionary(const base::Sha256& digest);

  Destination& destination_;
  const Manifest& manifest_;
  base::Mutex mutex_;
  std::map<base::Sha256, std::unique_ptr<Dictionary>> dictionaries_ GUARDED_BY(mutex_);
};

// Not thread-safe itself. Memory: `threads_count` + 1 segments. The first segment is read by the
// caller's thread, so that reading one commit costs no more.
class SegmentPipeline {
 public:
  // The reader and the segments must outlive this object.
  SegmentPipeline(SegmentReader& reader, std::span<const ArchivedSegment> segments,
                  std::size_t threads_count)
      : reader_(reader), segments_(segments), threads_count_(threads_count) {}
  ~SegmentPipeline();
  SegmentPipeline(const SegmentPipeline&) = delete;
  SegmentPipeline& operator=(const SegmentPipeline&) = delete;

  // The next segment's content. Call it once for each of them.
  SegmentRead next();

 private:
  void work();

  SegmentReader& reader_;
  const std::span<const ArchivedSegment> segments_;
  const std::size_t threads_count_;
  std::size_t returned_count_ = 0;  // only the caller's thread uses it
  base::Mutex mutex_;
  base::Condition changed_;
  bool is_closed_ GUARDED_BY(mutex_) = false;
  std::size_t begun_count_ GUARDED_BY(mutex_) = 1;
  std::size_t wanted_count_ GUARDED_BY(mutex_) = 1;  // threads may begin as many
  std::map<std::size_t, SegmentRead> read_ GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace codelog::archive
