// The names of an archive's objects. Names are never given twice (README.md says why).
#pragma once

#include <string_view>

namespace codelog::archive {

inline constexpr std::string_view manifest_name = "manifest.json";
inline constexpr std::string_view segments_prefix = "segments/";
inline constexpr std::string_view dictionaries_prefix = "dictionaries/";
inline constexpr std::string_view keys_prefix = "keys/";
inline constexpr std::string_view files_prefix = "files/";

// True for a name that every destination takes (destination.h).
bool is_object_name(std::string_view name);

}  // namespace codelog::archive
