#include "events/rocksdb/record.h"

#include <bit>
#include <cstring>

#include "events/base/check.h"

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

namespace codelog::events {
namespace {

static_assert(std::endian::native == std::endian::little, "values are stored little-endian");

template <class Number>
void put(char* at, Number number) {
  std::memcpy(at, &number, sizeof number);
}

template <class Number>
Number take(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

constexpr std::size_t checksum_offset = 16;
static_assert(checksum_offset + sizeof(std::uint32_t) == record_header_bytes);
static_assert(commit_bytes_max <= 0xffff'ffff, "the payload's size is stored in 32 bits");

base::Error damaged(base::Position position, std::string_view what) {
  return {base::ErrorCode::corrupt,
          "commit " + std::to_string(position.value()) + " is damaged: " + std::string(what),
          {}};
}

}  // namespace

std::array<char, record_header_bytes> record_header(base::Position position,
                                                    std::string_view payload) {
  CODELOG_CHECK(payload.size() <= commit_bytes_max, "a commit is larger than its limit");
  std::array<char, record_header_bytes> header{};
  put(header.data(), position.value());
  put(header.data() + 8, record_format);
  put(header.data() + 12, static_cast<std::uint32_t>(payload.size()));
  const std::uint32_t start = crc32c({header.data(), checksum_offset});
  put(header.data() + checksum_offset, crc32c(payload, start));
  return header;
}

base::Result<std::string_view> record_payload(base::Position position, std::string_view record) {
  if (record.size() < record_header_bytes) return damaged(position, "its header is incomplete");
  const std::string_view payload = record.substr(record_header_bytes);
  const auto checksum = crc32c(payload, crc32c(record.substr(0, checksum_offset)));
  if (checksum != take<std::uint32_t>(record, checksum_offset)) {
    return damaged(position, "its checksum does not match");
  }
  if (take<std::uint64_t>(record, 0) != position.value()) {
    return damaged(position, "another commit stands in its place");
  }
  if (take<std::uint32_t>(record, 12) != payload.size())
    return damaged(position, "its size is wrong");
  if (const auto format = take<std::uint32_t>(record, 8); format != record_format) {
    return damaged(position, "its format " + std::to_string(format) + " is not known");
  }
  return payload;
}

std::string stream_key(std::string_view stream, StreamVersion version) {
  const auto number = big_endian(version.value());
  std::string key;
  key.reserve(stream.size() + 1 + number.size());
  key += stream;
  key += '\0';
  key.append(number.data(), number.size());
  return key;
}

std::string idempotency_key(std::string_view actor, std::string_view key) {
  std::string stored(actor);
  stored += '\0';
  stored += key;
  return stored;
}

std::string idempotency_value(const IdempotentCommit& commit) {
  std::string value = number_value(commit.position.value());
  value.append(reinterpret_cast<const char*>(commit.request_digest.data()),
               commit.request_digest.size());
  return value;
}

std::optional<IdempotentCommit> parse_idempotency_value(std::string_view value) {
  IdempotentCommit commit;
  if (value.size() != sizeof(std::uint64_t) + sizeof commit.request_digest) return std::nullopt;
  commit.position = base::Position(take<std::uint64_t>(value, 0));
  std::memcpy(commit.request_digest.data(), value.data() + sizeof(std::uint64_t),
              sizeof commit.request_digest);
  return commit;
}

std::string tile_key(unsigned level, std::uint64_t index) {
  const auto number = big_endian(index);
  std::string key(1, static_cast<char>(level));
  key.append(number.data(), number.size());
  return key;
}

std::string number_value(std::uint64_t number) {
  std::string value(sizeof number, '\0');
  put(value.data(), number);
  return value;
}

std::optional<std::uint64_t> parse_number_value(std::string_view value) {
  if (value.size() != sizeof(std::uint64_t)) return std::nullopt;
  return take<std::uint64_t>(value, 0);
}

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc) {
  static constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t remainder = byte;
      for (int bit = 0; bit < 8; ++bit) {
        remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x82f63b78u : 0u);
      }
      remainders[byte] = remainder;
    }
    return remainders;
  }();
  std::uint32_t state = ~crc;
  for (const char byte : bytes) {
    state = (state >> 8) ^ table[(state ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~state;
}

#ifdef __SSE4_2__
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
  std::uint64_t state = ~crc;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    state = _mm_crc32_u64(state, take<std::uint64_t>(bytes, 0));
    bytes.remove_prefix(sizeof(std::uint64_t));
  }
  auto rest = static_cast<std::uint32_t>(state);
  for (const char byte : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(byte));
  return ~rest;
}
#else
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
  return crc32c_portable(bytes, crc);
}
#endif

}  // namespace codelog::events
