// Small releases for tests, made row by row.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_source.h"

namespace codelog::tests {

// Kinds of codes and links in a made release.
inline constexpr coding_systems::CodeKind made_active = 1;
inline constexpr coding_systems::CodeKind made_inactive = 2;
inline constexpr coding_systems::LinkKind made_replaced_by = 1;
inline constexpr coding_systems::LinkKind made_seen_with = 2;  // does not name a successor

// Each text is an edge: "parent child". Codes are active and named "name of CODE", unless the
// source defined them earlier.
coding_systems::IndexSource made_source(std::initializer_list<const char*> edges);

// A release of the coding system: "…_made_20240201". Its digest depends on its content.
std::shared_ptr<const coding_systems::Release> made_release(
    const coding_systems::IndexSource& source, std::string_view system_id = "snomedct");

}  // namespace codelog::tests
