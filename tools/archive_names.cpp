#include "tools/archive_names.h"

#include <algorithm>

#include "events/base/clock.h"
#include "events/base/text.h"

namespace codelog::tools {
namespace {

constexpr std::size_t day_digits = 8;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "36.0.0"
bool is_version(std::string_view text) {
  if (std::ranges::count(text, '.') != 2) return false;
  std::string_view rest = text;
  for (int i = 0; i < 3; ++i) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    if (!is_digits(rest.substr(0, dot))) return false;
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  return true;
}

// "20230412" as "2023-04-12"; nothing if there is no such day.
std::optional<std::string> day_of(std::string_view digits) {
  if (digits.size() != day_digits || !is_digits(digits)) return std::nullopt;
  std::string day(digits.substr(0, 4));
  day.append("-").append(digits.substr(4, 2)).append("-").append(digits.substr(6));
  return base::is_date(day) ? std::optional(std::move(day)) : std::nullopt;
}

// Takes `start` and `end` off the name; false if it has them not.
bool strip(std::string_view& name, std::string_view start, std::string_view end) {
  if (name.size() < start.size() + end.size()) return false;
  if (base::ascii_lower(name.substr(0, start.size())) != base::ascii_lower(start)) return false;
  if (base::ascii_lower(name.substr(name.size() - end.size())) != base::ascii_lower(end))
    return false;
  name = name.substr(start.size(), name.size() - start.size() - end.size());
  return true;
}

// "36.0.0_20230412000001": version and day.
std::optional<ArchiveName> version_and_day(std::string_view name) {
  const std::size_t line = name.find('_');
  if (line == std::string_view::npos || !is_version(name.substr(0, line))) return std::nullopt;
  const std::string_view stamp = name.substr(line + 1);
  if (!is_digits(stamp)) return std::nullopt;
  auto day = day_of(stamp.substr(0, day_digits));
  if (!day) return std::nullopt;
  return ArchiveName{std::string(name.substr(0, line)), std::move(*day)};
}

}  // namespace

std::optional<ArchiveName> read_archive_name(std::string_view system, std::string_view file_name) {
  std::string_view name = file_name;
  if (system == "snomedct" && strip(name, "uk_sct2cl_", "Z.zip")) return version_and_day(name);
  if (system == "refsets" && strip(name, "uk_sct2pc_", ".zip")) {
    if (name.ends_with('Z')) name.remove_suffix(1);
    return version_and_day(name);
  }
  if (system == "dmd" && strip(name, "nhsbsa_dmd_", ".zip")) {
    auto found = version_and_day(name);
    if (found) found->release.insert(0, found->valid_from.substr(0, 4) + " ");
    return found;
  }
  if (system == "bnfdmd" && strip(name, "BNF Snomed Mapping data ", ".zip")) {
    auto day = day_of(name);
    if (!day) return std::nullopt;
    return ArchiveName{std::string(name), std::move(*day)};
  }
  return std::nullopt;
}

}  // namespace codelog::tools
