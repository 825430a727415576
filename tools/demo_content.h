// Makes the people, organisations and codelists of the demonstration, by the same commands as any
// other request.
#pragma once

#include "server/application/application.h"
#include "tools/demo_time.h"
#include "tools/json.h"

namespace codelog::tools {

inline constexpr std::uint32_t demo_concepts_count = 5000;
inline constexpr std::uint32_t demo_presentations_count = 2000;
inline constexpr std::string_view demo_release_name = "demo";
inline constexpr std::string_view demo_valid_from = "2024-01-01";
// SNOMED CT has a second release, newer than the one that the codelists use.
inline constexpr std::string_view demo_later_valid_from = "2024-07-01";

// A write by one of the demonstration's people.
commands::Write as_person(const char* username);

// True if the demonstration is complete on this site.
bool has_demo(application::Application& application);

// Makes the missing people, organisations and codelists, so a call after a failure completes the
// demonstration. The releases that codelists use must be registered. Returns {created, password,
// tokens: {username: token}, codelists: [{owner, slug, version, status}]}; tokens are only those
// made by this call, and the password is that of the people whom it made. Errors: conflict (the
// folder has other users with these names), and those of the commands.
base::Result<Json> fill_demo(application::Application& application, DemoTime& time);
// Reports what SNOMED CT's later release, which must be registered, does to the codelists. Errors:
// those of a report.
base::Result<void> report_demo_upgrade(application::Application& application);

}  // namespace codelog::tools
