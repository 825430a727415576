// The keys and values of the log's RocksDB, byte for byte. Numbers in keys are big-endian, so that
// the order of numbers is the order of bytes; numbers in values are little-endian.
//
// A value is used only after its checksum and position agree. A block that the disk returned in
// place of another, or an older copy of it, is damage like any other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/big_endian.h"
#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/commit.h"

namespace codelog::events {

using base::big_endian;
using base::from_big_endian;

// commits: position -> header and the encoded commit.
//     u64 position · u32 format (1) · u32 payload bytes · u32 CRC-32C of the header so far and the
//     payload · payload
inline constexpr std::uint32_t record_format = 1;
inline constexpr std::size_t record_header_bytes = 20;
std::array<char, record_header_bytes> record_header(base::Position position,
                                                    std::string_view payload);
// The payload inside a record. Errors: corrupt, naming the position.
base::Result<std::string_view> record_payload(base::Position position, std::string_view record);

// streams: name, NUL, version (8 bytes) -> position (8 bytes). Names contain no NUL.
std::string stream_key(std::string_view stream, StreamVersion version);

// idempotency: actor, NUL, key -> position (8 bytes), request digest.
struct IdempotentCommit {
  base::Position position;
  base::Sha256 request_digest{};
};
std::string idempotency_key(std::string_view actor, std::string_view key);
std::string idempotency_value(const IdempotentCommit& commit);
std::optional<IdempotentCommit> parse_idempotency_value(std::string_view value);

// merkle: level (1 byte), index (8 bytes) -> 256 hashes of 32 bytes; complete tiles only.
std::string tile_key(unsigned level, std::uint64_t index);

// Eight bytes: the form of versions and positions in values.
std::string number_value(std::uint64_t number);
std::optional<std::uint64_t> parse_number_value(std::string_view value);

// CRC-32C (Castagnoli), continued from `crc`; uses the processor's instruction where there is one.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);
std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace codelog::events
