#include "server/commands/newest_release.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "projections/projections.h"

namespace codelog::commands {
namespace {

using projections::ReleaseRecord;
using projections::Views;

// The ready releases of the system with the latest first day, sorted by alias.
std::vector<ReleaseRecord> latest_ready_releases(const Views& views,
                                                 std::string_view coding_system) {
  std::vector<ReleaseRecord> latest;
  for (ReleaseRecord& release : views.releases()) {
    if (release.coding_system != coding_system || release.state != events::ReleaseState::ready) {
      continue;
    }
    if (!latest.empty() && release.valid_from < latest.front().valid_from) continue;
    if (!latest.empty() && release.valid_from > latest.front().valid_from) latest.clear();
    latest.push_back(std::move(release));
  }
  return latest;
}

bool registers(const events::Commit& commit, const std::string& alias) {
  return std::ranges::any_of(commit.content.events, [&](const events::Event& event) {
    const auto* registered = std::get_if<events::ReleaseRegistered>(&event);
    return registered != nullptr && registered->alias == alias;
  });
}

// The place in the log of the release's last registration. A registration that cannot be read
// counts at its first place; one that the log does not show yet is after all others.
base::Position registered_at(const events::Log& log, const Views& views, const std::string& alias) {
  const auto stream = events::Stream::of_release(alias);
  const auto reader =
      log.read_stream(stream, views.stream_version(stream), events::Direction::backward);
  while (const auto commit = reader->next()) {
    if (*commit && registers(**commit, alias)) return (*commit)->position;
  }
  const auto first = log.stream_position(stream, base::StreamVersion(1));
  return first ? *first : log.head().position.next();
}

}  // namespace

std::optional<ReleaseRecord> newest_release(const events::Log& log, const Views& views,
                                            std::string_view coding_system) {
  std::vector<ReleaseRecord> latest = latest_ready_releases(views, coding_system);
  if (latest.empty()) return std::nullopt;
  if (latest.size() == 1) return std::move(latest.front());
  std::vector<base::Position> places;
  for (const ReleaseRecord& release : latest) {
    places.push_back(registered_at(log, views, release.alias));
  }
  const auto last = std::ranges::max_element(places);
  return std::move(latest[static_cast<std::size_t>(std::distance(places.begin(), last))]);
}

}  // namespace codelog::commands
