#include "events/archive/segment.h"

#include <nlohmann/json.hpp>

#include "events/archive/json_fields.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view magic = "codelog-segment ";
constexpr std::string_view first_line = "codelog-segment 1\n";
constexpr std::size_t header_bytes_max = 1 << 16;
constexpr std::size_t length_bytes = 4;

Error damaged(std::string detail) { return {ErrorCode::corrupt, std::move(detail), {}}; }

Json header_to_json(const SegmentHeader& header) {
  return {{"log", header.log_id},
          {"first", header.first.value()},
          {"last", header.last.value()},
          {"last_time", base::format_timestamp(header.last_time)},
          {"compression", "zstd"},
          {"dictionary", header.dictionary ? Json(base::to_hex(*header.dictionary)) : Json()},
          {"raw_bytes", header.raw_bytes},
          {"raw_sha256", base::to_hex(header.raw_digest)},
          {"stored_bytes", header.stored_bytes},
          {"stored_sha256", base::to_hex(header.stored_digest)},
          {"root", base::to_hex(header.root)}};
}

std::optional<SegmentHeader> header_from_json(const Json& json) {
  SegmentHeader header;
  JsonFields fields(json);
  header.log_id = fields.text("log");
  header.first = base::Position(fields.number("first"));
  header.last = base::Position(fields.number("last"));
  header.last_time = fields.time("last_time");
  header.dictionary = fields.optional_digest("dictionary");
  header.raw_bytes = fields.number("raw_bytes");
  header.raw_digest = fields.digest("raw_sha256");
  header.stored_bytes = fields.number("stored_bytes");
  header.stored_digest = fields.digest("stored_sha256");
  header.root = fields.digest("root");
  if (fields.text("compression") != "zstd" || !fields.are_right()) return std::nullopt;
  if (header.first == base::Position(0) || header.first > header.last) return std::nullopt;
  if (header.raw_bytes > segment_raw_bytes_max) return std::nullopt;
  return header;
}

std::size_t length_at(std::string_view raw, std::size_t offset) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length = length << 8 | static_cast<unsigned char>(raw[offset + i]);
  }
  return length;
}

}  // namespace

void append_commit(std::string& raw, std::string_view commit_bytes) {
  static_assert(events::commit_bytes_max <= 0xffff'ffff);
  const std::size_t length = commit_bytes.size();
  for (const unsigned shift : {24u, 16u, 8u, 0u}) {
    raw += static_cast<char>(length >> shift & 0xff);
  }
  raw += commit_bytes;
}

std::string encode_segment(SegmentHeader& header, std::string_view raw,
                           const Dictionary* dictionary) {
  const std::string stored = compress(raw, dictionary);
  header.raw_bytes = raw.size();
  header.raw_digest = base::sha256(raw);
  header.stored_bytes = stored.size();
  header.stored_digest = base::sha256(stored);
  header.dictionary = dictionary != nullptr ? std::optional(dictionary->digest()) : std::nullopt;
  std::string object(first_line);
  object += header_to_json(header).dump();
  object += '\n';
  object += stored;
  return object;
}

Result<SegmentParts> parse_segment(std::string_view object) {
  if (!object.starts_with(first_line)) {
    const bool is_later = object.starts_with(magic);
    return damaged(is_later ? "it has a format that this program does not know"
                            : "it does not begin as a segment does");
  }
  object.remove_prefix(first_line.size());
  const auto end = object.substr(0, header_bytes_max).find('\n');
  if (end == std::string_view::npos) return damaged("its header has no end");
  const auto header = header_from_json(Json::parse(object.substr(0, end), nullptr, false));
  if (!header) return damaged("its header cannot be read");
  object.remove_prefix(end + 1);
  if (object.size() != header->stored_bytes || base::sha256(object) != header->stored_digest) {
    return damaged("its content is not the one that was written");
  }
  return SegmentParts{*header, object};
}

Result<std::string> open_segment(const SegmentParts& parts, const Dictionary* dictionary) {
  auto raw = decompress(parts.stored, parts.header.raw_bytes, dictionary);
  if (!raw) return raw;
  if (base::sha256(*raw) != parts.header.raw_digest) {
    return damaged("its commits are not those that were written");
  }
  return raw;
}

Result<std::unique_ptr<SegmentCommits>> read_commits(const SegmentHeader& header, std::string raw) {
  auto read = std::make_unique<SegmentCommits>();
  read->raw = std::move(raw);
  std::string_view rest = read->raw;
  for (base::Position position = header.first; position <= header.last;
       position = position.next()) {
    if (rest.size() < length_bytes || rest.size() - length_bytes < length_at(rest, 0)) {
      return damaged("it ends within commit " + std::to_string(position.value()));
    }
    const std::string_view commit = rest.substr(length_bytes, length_at(rest, 0));
    rest.remove_prefix(length_bytes + commit.size());
    read->commits.push_back(commit);
    read->leaves.push_back(events::commit_leaf(position, base::sha256(commit)));
  }
  if (!rest.empty()) return damaged("it has more than its commits");
  return read;
}

}  // namespace codelog::archive
