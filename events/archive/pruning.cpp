#include "events/archive/pruning.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "events/archive/manifest_store.h"
#include "events/archive/object_names.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t hour_us = 3600LL * 1'000'000;
constexpr int attempts_max = 20;

struct KeepUnit {
  char letter;
  std::int64_t hours;
};
constexpr KeepUnit keep_units[] = {{'h', 1}, {'d', 24}, {'w', 24 * 7}, {'y', 24 * 365}};

bool is_kept(const std::vector<RestorePoint>& points, std::size_t index,
             const std::vector<KeepRule>& rules, base::Timestamp now) {
  const std::size_t newer_count = points.size() - 1 - index;
  if (newer_count == 0) return true;
  return std::ranges::any_of(rules, [&](const KeepRule& rule) {
    if (rule.count) return newer_count < *rule.count;
    return rule.age_us && now.unix_us - points[index].made_at.unix_us <= *rule.age_us;
  });
}

// Moves the points that no rule keeps from the manifest to the report.
void give_up_points(Manifest& manifest, const std::vector<KeepRule>& rules, base::Timestamp now,
                    PruneReport& report) {
  const std::vector<RestorePoint> points = std::exchange(manifest.restore_points, {});
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto& place = is_kept(points, i, rules, now) ? manifest.restore_points : report.removed_points;
    place.push_back(points[i]);
  }
  report.kept_points = manifest.restore_points;
}

// Of the objects that were listed before the manifest was read, those that it does not name.
void find_unneeded(const Manifest& manifest, const std::vector<ObjectName>& objects,
                   PruneReport& report) {
  std::set<std::string> needed = {std::string(manifest_name)};
  for (const Manifest::Use& use : manifest.uses()) needed.insert(use.object.name);
  for (const SparedObject& spared : manifest.spared) needed.insert(spared.name);
  for (const ObjectName& object : objects) {
    if (needed.contains(object.name)) continue;
    report.removed_objects.push_back(object.name);
    report.removed_bytes += object.size_bytes;
  }
}

}  // namespace

std::optional<KeepRule> parse_keep_rule(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number == 0 || number > 100'000) return std::nullopt;
  if (after == end) return KeepRule{number, std::nullopt};
  if (after + 1 != end) return std::nullopt;
  const auto unit = std::ranges::find(keep_units, *after, &KeepUnit::letter);
  if (unit == std::end(keep_units)) return std::nullopt;
  return KeepRule{std::nullopt, static_cast<std::int64_t>(number) * unit->hours * hour_us};
}

// The order matters. Objects are listed before the manifest is changed: a writer that has put an
// object before the listing, but not yet named it, then cannot name it any longer, because its
// change of the manifest conflicts; and names of later objects differ, as they have the manifest's
// generation in them. So nothing that is removed here will ever be named.
Result<PruneReport> prune(Destination& destination, const std::vector<KeepRule>& rules,
                          PruneMode mode, const base::Clock& clock) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    auto stored = load_manifest(destination);
    if (!stored) return stored.error();
    const auto objects = destination.list("");
    if (!objects) return objects.error();
    PruneReport report;
    Manifest& manifest = stored->manifest;
    const base::Timestamp now = clock.now();
    give_up_points(manifest, rules, now, report);
    std::erase_if(manifest.spared, [&](const SparedObject& each) { return each.until < now; });
    find_unneeded(manifest, *objects, report);
    if (mode == PruneMode::only_tell) return report;
    const bool is_changed = !report.removed_points.empty() || !report.removed_objects.empty();
    if (!is_changed) return report;
    const auto changed = store_manifest(destination, *stored, clock);
    if (!changed && changed.error().code == ErrorCode::conflict) continue;
    if (!changed) return changed.error();
    for (const std::string& name : report.removed_objects) {
      if (const auto removed = destination.remove(name); !removed) return removed.error();
    }
    return report;
  }
  return Error{
      ErrorCode::conflict,
      "the archive in " + destination.describe() + " is changed all the time: try again later",
      {}};
}

}  // namespace codelog::archive
