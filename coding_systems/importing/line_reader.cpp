#include "coding_systems/importing/line_reader.h"

#include <cstring>

namespace codelog::coding_systems {
namespace {

constexpr std::size_t reader_block_bytes = 1024 * 1024;
constexpr std::size_t blocks_count = 8;

}  // namespace

LineReader::LineReader(const ZipArchive& archive, std::vector<ZipMember> members, char separator)
    : archive_(archive), members_(std::move(members)), separator_(separator) {
  for (std::size_t i = 0; i < blocks_count; ++i) {
    free_.emplace_back().bytes =
        std::make_unique_for_overwrite<char[]>(line_bytes_max + reader_block_bytes);
  }
  unpacker_ = std::jthread([this](const std::stop_token& stop) { unpack_all(stop); });
}

LineReader::~LineReader() = default;

void LineReader::unpack_all(const std::stop_token& stop) {
  for (const ZipMember& member : members_) {
    if (!unpack_member(member, stop)) return;
  }
}

bool LineReader::unpack_member(const ZipMember& member, const std::stop_token& stop) {
  auto reader = archive_.read(member);
  for (;;) {
    auto block = take_free(stop);
    if (!block) return false;
    if (!reader) {
      block->error = reader.error();
      put_full(std::move(*block));
      return false;
    }
    const auto size = reader->read({block->bytes.get() + line_bytes_max, reader_block_bytes});
    block->size_bytes = size ? *size : 0;
    if (!size) block->error = size.error();
    block->ends_member = size && *size == 0;
    const bool ends = block->ends_member || block->error;
    put_full(std::move(*block));
    if (ends) return size.operator bool();
  }
}

std::optional<LineReader::Block> LineReader::take_free(const std::stop_token& stop) {
  base::Lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this]() REQUIRES(mutex_) { return !free_.empty(); }))
    return std::nullopt;
  Block block = std::move(free_.front());
  free_.pop_front();
  return block;
}

void LineReader::put_full(Block block) {
  {
    const base::Lock lock(mutex_);
    full_.push_back(std::move(block));
  }
  changed_.notify_all();
}

void LineReader::begin_member() {
  CODELOG_CHECK(members_begun_ < members_.size(), "more members were begun than were given");
  CODELOG_CHECK(rest_.empty(), "a member was begun before the lines of the last were read");
  ++members_begun_;
  line_number_ = 0;
  block_.ends_member = false;
}

base::Result<std::optional<std::string_view>> LineReader::next_line() {
  return next_filled_line([this] { return next_written_line(); }, [this] { return line_number_; },
                          [this](std::string_view detail) { return error_here(detail); },
                          separator_);
}

base::Result<std::optional<std::string_view>> LineReader::next_written_line() {
  CODELOG_CHECK(members_begun_ > 0, "lines were read before a member was begun");
  const char* end = nullptr;
  std::size_t searched_bytes = 0;
  for (;;) {
    if (!rest_.empty()) {
      end = static_cast<const char*>(
          std::memchr(rest_.data() + searched_bytes, '\n', rest_.size() - searched_bytes));
    }
    if (end != nullptr || block_.ends_member) break;
    searched_bytes = rest_.size();
    const auto moved = next_block(rest_);
    if (!moved) return moved.error();
  }
  if (rest_.empty()) return std::optional<std::string_view>();
  std::string_view line = rest_;
  if (end != nullptr) line = line.substr(0, static_cast<std::size_t>(end - line.data()));
  rest_.remove_prefix(end != nullptr ? line.size() + 1 : line.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++line_number_;
  if (line.size() > line_bytes_max) return line_too_long();
  return std::optional(line);
}

// Moves the start of the unfinished line into the space before the next block, so that lines are
// never split.
base::Result<void> LineReader::next_block(std::string_view line_start) {
  if (line_start.size() > line_bytes_max) {
    ++line_number_;
    return line_too_long();
  }
  Block block;
  {
    base::Lock lock(mutex_);
    while (full_.empty()) changed_.wait(lock);
    block = std::move(full_.front());
    full_.pop_front();
  }
  if (block.error) return *block.error;
  char* const first = block.bytes.get() + line_bytes_max - line_start.size();
  if (!line_start.empty()) std::memcpy(first, line_start.data(), line_start.size());
  rest_ = {first, line_start.size() + block.size_bytes};
  bytes_read_ += block.size_bytes;
  std::swap(block, block_);
  if (block.bytes != nullptr) {
    {
      const base::Lock lock(mutex_);
      free_.push_back(std::move(block));
    }
    changed_.notify_all();
  }
  return {};
}

base::Error LineReader::line_too_long() const {
  return error_here("the line is longer than " + std::to_string(line_bytes_max) + " bytes");
}

base::Error LineReader::error_here(std::string_view detail) const {
  return {base::ErrorCode::invalid,
          archive_.name() + ": member " + members_[members_begun_ - 1].name + ", line " +
              std::to_string(line_number_) + ": " + std::string(detail),
          {}};
}

}  // namespace codelog::coding_systems
