// Digests by OpenSSL, which uses the processor's SHA instructions (libsodium 1.0.18 does not).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace codelog::base {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
// The digest of the concatenated pieces.
Sha256 sha256(std::initializer_list<std::string_view> pieces);
// Reads the file once in large blocks. Errors: not_found, io.
Result<Sha256> sha256_file(const std::filesystem::path& path);

// Lower-case hexadecimal SHA-1: OpenCodelists' digest of a CSV download; not for security.
std::string sha1_hex(std::string_view bytes);

// Of 64 hexadecimal digits; nothing for other texts.
std::optional<Sha256> parse_sha256(std::string_view hex);

std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace codelog::base
