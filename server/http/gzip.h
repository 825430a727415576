// Compresses whole bodies with gzip (RFC 1952). The same bytes give the same output: the header has
// no time and no name. Pure; about 15 ms a megabyte of JSON, so the server compresses large bodies
// on its worker threads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codelog::http {

// A smaller response fits into one packet without compression.
inline constexpr std::size_t compress_bytes_min = 1024;

std::string gzip(std::string_view bytes);

// True for text-like types of at least compress_bytes_min.
bool worth_compressing(std::string_view content_type, std::size_t size_bytes);

}  // namespace codelog::http
