// The people, organisations and codelists of the demonstration, made by the commands that
// everybody's requests take.
#pragma once

#include "server/application/application.h"
#include "tools/admin_protocol.h"

namespace codelog::tools {

inline constexpr std::uint32_t demo_concepts_count = 5000;
inline constexpr std::uint32_t demo_presentations_count = 2000;
inline constexpr std::string_view demo_release_name = "demo";
inline constexpr std::string_view demo_valid_from = "2024-01-01";
// SNOMED CT has a second release, which the codelists were not made on.
inline constexpr std::string_view demo_later_valid_from = "2024-07-01";

// Whether fill_demo() has been here, and has come to its end.
bool has_demo(application::Application& application);

// Makes what is missing, and so may be called again after a failure half-way. The releases must be
// registered. {created, tokens: {username: token}, codelists: [{owner, slug, version, status}]}:
// tokens are those made just now. Errors: conflict (the folder has other users of these names), and
// those of the commands.
base::Result<Json> fill_demo(application::Application& application);

}  // namespace codelog::tools
