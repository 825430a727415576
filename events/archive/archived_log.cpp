#include "events/archive/archived_log.h"

#include <algorithm>

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

// A store far away answers each of them late; a processor checks them faster than one restores.
constexpr std::size_t reading_threads_count = 4;

}  // namespace

bool RootCheck::take(const ArchivedSegment& segment, const std::vector<events::Hash>& leaves) {
  if (is_broken_) return false;
  std::vector<events::Tile> completed;
  for (const events::Hash& leaf : leaves) {
    tree_.append(leaf, completed);
    completed.clear();
  }
  is_broken_ = tree_.root() != segment.root;
  return !is_broken_;
}

class ArchivedLog::Reader final : public BytesReader {
 public:
  Reader(const ArchivedLog& log, std::size_t first_segment, Position first)
      : log_(log),
        segments_(std::span(log.manifest_.segments).subspan(first_segment)),
        next_(first),
        pipeline_(log.reader_, segments_, reading_threads_count) {
    if (first_segment > 0 || first != Position(1)) roots_.skip();
  }

  Result<std::optional<std::string_view>> next() override {
    if (next_ > log_.head_.position) return std::optional<std::string_view>();
    const Position position = next_;
    next_ = position.next();
    while (!is_read_ || position > segment().last) read_segment();
    if (problem_) return *problem_;
    const std::size_t index = position.value() - segment().first.value();
    // In memory of its own, aligned for decoding.
    bytes_.assign(commits_->commits[index]);
    return std::optional<std::string_view>(bytes_);
  }

 private:
  const ArchivedSegment& segment() const { return segments_[segment_index_]; }

  void read_segment() {
    if (is_read_) ++segment_index_;
    is_read_ = true;
    problem_.reset();
    auto read = pipeline_.next();
    if (!read) {
      problem_ = read.error();
      roots_.skip();
      return;
    }
    commits_ = *std::move(read);
    if (roots_.is_broken()) return;
    log_.edge_ = Edge{roots_.tree(), commits_->leaves};
    if (roots_.take(segment(), commits_->leaves)) return;
    log_.edge_.reset();
    problem_ = Error{
        ErrorCode::corrupt,
        segment_text(segment()) + " is damaged: its commits do not lead to the log's Merkle root",
        {}};
  }

  const ArchivedLog& log_;
  const std::span<const ArchivedSegment> segments_;
  Position next_;
  SegmentPipeline pipeline_;
  RootCheck roots_;
  bool is_read_ = false;
  std::size_t segment_index_ = 0;
  std::unique_ptr<SegmentCommits> commits_;
  std::optional<Error> problem_;  // of the present segment
  std::string bytes_;
};

ArchivedLog::ArchivedLog(Destination& destination, Manifest manifest)
    : manifest_(std::move(manifest)),
      head_(manifest_.head()),
      witnessed_{head_, {}},
      reader_(destination, manifest_) {}

Result<std::unique_ptr<ArchivedLog>> ArchivedLog::open(Destination& destination) {
  auto stored = load_manifest(destination);
  if (!stored) return stored.error();
  return std::unique_ptr<ArchivedLog>(new ArchivedLog(destination, std::move(stored->manifest)));
}

std::unique_ptr<ArchivedLog::BytesReader> ArchivedLog::read_bytes(Position first) const {
  const auto& segments = manifest_.segments;
  const auto segment = std::ranges::lower_bound(segments, first, {}, &ArchivedSegment::last);
  return std::make_unique<Reader>(*this, static_cast<std::size_t>(segment - segments.begin()),
                                  first);
}

std::optional<base::Sha256> ArchivedLog::root(std::uint64_t size) const {
  if (size == 0) return events::empty_root();
  const auto& segments = manifest_.segments;
  const auto segment =
      std::ranges::lower_bound(segments, Position(size), {}, &ArchivedSegment::last);
  if (segment != segments.end() && segment->last == Position(size)) return segment->root;
  if (!edge_ || size <= edge_->tree.size() || size - edge_->tree.size() > edge_->leaves.size()) {
    return std::nullopt;
  }
  events::MerkleTree tree = edge_->tree;
  std::vector<events::Tile> completed;
  for (std::size_t i = 0; tree.size() < size; ++i) {
    tree.append(edge_->leaves[i], completed);
    completed.clear();
  }
  return tree.root();
}

}  // namespace codelog::archive
