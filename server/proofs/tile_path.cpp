#include "server/proofs/tile_path.h"

#include <charconv>

namespace codelog::proofs {
namespace {

constexpr unsigned level_max = 63;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string index_path(std::uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path;
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    if (at + 3 < digits.size()) path += "x";
    path += digits.substr(at, 3);
    if (at + 3 < digits.size()) path += "/";
  }
  return path;
}

}  // namespace

std::string TileAddress::path() const {
  std::string path = is_entries ? "tile/entries/" : "tile/" + std::to_string(id.level) + "/";
  path += index_path(id.index);
  if (width < events::tile_hashes_count) path += ".p/" + std::to_string(width);
  return path;
}

std::optional<TileAddress> parse_tile_path(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  TileAddress address;
  const std::string_view level = path.substr(0, slash);
  address.is_entries = level == "entries";
  if (!address.is_entries) {
    const auto number = number_in(level);
    if (!number || *number > level_max) return std::nullopt;
    address.id.level = static_cast<unsigned>(*number);
  }
  std::string_view index = path.substr(slash + 1);
  if (const auto partial = index.find(".p/"); partial != std::string_view::npos) {
    const auto width = number_in(index.substr(partial + 3));
    if (!width || *width < 1 || *width >= events::tile_hashes_count) return std::nullopt;
    address.width = *width;
    index = index.substr(0, partial);
  }
  std::string digits;
  for (const char c : index) {
    if (c != 'x' && c != '/') digits += c;
  }
  const auto number = number_in(digits);
  if (!number) return std::nullopt;
  address.id.index = *number;
  // Only one spelling is right.
  if (address.path() != "tile/" + std::string(path)) return std::nullopt;
  return address;
}

}  // namespace codelog::proofs
