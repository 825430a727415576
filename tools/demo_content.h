// Makes the people, organisations and codelists of the demonstration, by the same commands as any
// other request.
#pragma once

#include "server/application/application.h"
#include "tools/json.h"

namespace codelog::tools {

inline constexpr std::uint32_t demo_concepts_count = 5000;
inline constexpr std::uint32_t demo_presentations_count = 2000;
inline constexpr std::string_view demo_release_name = "demo";
inline constexpr std::string_view demo_valid_from = "2024-01-01";
// SNOMED CT has a second release, newer than the one that the codelists use.
inline constexpr std::string_view demo_later_valid_from = "2024-07-01";

// True if fill_demo() has run to its end on this site.
bool has_demo(application::Application& application);

// Makes the missing parts, so a call after a failure completes the demonstration. The releases must
// be registered. Returns {created, tokens: {username: token}, codelists: [{owner, slug, version,
// status}]}; tokens are only those made by this call. Errors: conflict (the folder has other users
// with these names), and those of the commands.
base::Result<Json> fill_demo(application::Application& application);

}  // namespace codelog::tools
