#include "server/web/words.h"

#include <array>
#include <charconv>

#include "coding_systems/base/coding_system.h"
#include "server/commands/permissions.h"
#include "server/finding/found_people.h"
#include "server/pages/assets.h"

namespace codelog::web {
namespace {

using base::CodeStatus;
using events::OwnerKind;
using pages::Section;

// The order of the strip: decided codes beside those that follow from them.
struct StripPart {
  CodeStatus status;
  std::string_view style;  // of components/strip.css
  std::string_view words;
};
constexpr std::array<StripPart, 6> strip_parts = {
    StripPart{CodeStatus::included, "included", "included"},
    StripPart{CodeStatus::included_by_ancestor, "included-through", "included through another"},
    StripPart{CodeStatus::excluded, "excluded", "excluded"},
    StripPart{CodeStatus::excluded_by_ancestor, "excluded-through", "excluded through another"},
    StripPart{CodeStatus::unresolved, "undecided", "undecided"},
    StripPart{CodeStatus::in_conflict, "in-conflict", "in conflict"}};
// Of the whole strip; a share that is not zero stays visible.
constexpr std::uint64_t strip_width = 1000;
constexpr std::uint64_t strip_part_min = 4;

}  // namespace

std::string_view status_words(events::VersionStatus status) { return events::to_string(status); }

std::string system_name(std::string_view coding_system) {
  const auto* const system = coding_systems::find_coding_system(coding_system);
  return std::string(system ? system->short_name : coding_system);
}

std::string owner_path(const events::Owner& owner) {
  return (owner.kind == OwnerKind::user ? "/users/" : "/codelist/") + owner.name + "/";
}

std::string shown_name(const projections::Views& views, const std::string& username) {
  if (username.empty()) return "The site";
  const auto user = views.user(username);
  return user && user->is_erased ? "Somebody who has been erased" : username;
}

std::string editors_of(const projections::Views& views,
                       const projections::CodelistRecord& codelist) {
  const events::Owner& owner = codelist.handle().owner;
  std::string words = owner.kind == OwnerKind::user ? "" : "Members of ";
  words += owner_name(views, owner);
  if (!codelist.collaborators.empty()) words += " and its collaborators";
  return words;
}

std::uint64_t included_count(const projections::VersionRecord& version) {
  return version.counts[static_cast<std::size_t>(CodeStatus::included)] +
         version.counts[static_cast<std::size_t>(CodeStatus::included_by_ancestor)];
}

void add_badge(Section& place, events::VersionStatus status) {
  using enum events::VersionStatus;
  Section badge = place.include("BADGE", "_badge.html");
  badge.show(status == published ? "PUBLISHED" : status == draft ? "DRAFT" : "UNDER_REVIEW");
}

void add_need_of_scripts(Section& place) {
  Section shown = place.include("SCRIPTS", "_needs_scripts.html");
  const bool is_built = pages::site_assets().find_entry("src/site.ts") != nullptr;
  shown.show(is_built ? "BUILT" : "BUILT_WITHOUT");
}

void add_strip(Section& place, const projections::StatusCounts& counts) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts) sum += count;
  if (sum == 0) return;
  Section strip = place.include("STRIP", "_strip.html");
  std::string words;
  std::uint64_t left = 0;
  std::uint64_t seen = 0;
  for (const StripPart& part : strip_parts) {
    const std::uint64_t count = counts[static_cast<std::size_t>(part.status)];
    if (count == 0) continue;
    seen += count;
    const std::uint64_t right = std::max(left + strip_part_min, seen * strip_width / sum);
    strip.add("PART")
        .set("STYLE", part.style)
        .set("LEFT", std::to_string(left))
        .set("WIDTH", std::to_string(right - left));
    left = right;
    words += (words.empty() ? "" : ", ") + pages::grouped(count) + " " + std::string(part.words);
  }
  strip.set("WORDS", words);
}

void add_mark(Section& place, CodeStatus status, std::string_view name) {
  Section mark = place.include(name, "_mark.html");
  switch (status) {
    case CodeStatus::included:
      mark.show("INCLUDED");
      return;
    case CodeStatus::included_by_ancestor:
      mark.show("INCLUDED_THROUGH");
      return;
    case CodeStatus::excluded:
      mark.show("EXCLUDED");
      return;
    case CodeStatus::excluded_by_ancestor:
      mark.show("EXCLUDED_THROUGH");
      return;
    case CodeStatus::unresolved:
      mark.show("UNDECIDED");
      return;
    case CodeStatus::in_conflict:
      mark.show("IN_CONFLICT");
  }
}

void add_time(Section& place, std::string_view name, base::Timestamp time) {
  Section shown = place.include(name, "_time.html");
  shown.set("EXACT", base::format_timestamp(time)).set("DAY", day_of(time));
}

std::string day_of(base::Timestamp time) { return day_of(base::format_date(time)); }

std::string day_and_time_of(base::Timestamp time) {
  return day_of(time) + ", " + base::format_timestamp(time).substr(11, 5);
}

std::string position_words(base::Position position) {
  std::string words;
  for (const char c : pages::grouped(position.value())) {
    if (c == ',') {
      words += "\u2009";
    } else {
      words += c;
    }
  }
  return words;
}

std::string release_title(const projections::Views& views, const std::string& alias) {
  const auto release = views.release(alias);
  if (!release) return alias;
  if (release->valid_from == unknown_day) return release->name;
  return release->name + ", " + day_of(release->valid_from);
}

std::optional<base::VersionId> made_version(const events::Commit& commit) {
  for (const events::Event& event : commit.content.events) {
    if (const auto* made = std::get_if<events::VersionCreated>(&event)) return made->version;
  }
  return std::nullopt;
}

bool sees_all_versions(const Visit& visit, const projections::CodelistRecord& codelist) {
  return visit.visitor() && commands::can_edit(visit.views(), visit.actor(), codelist);
}

}  // namespace codelog::web
