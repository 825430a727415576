#include "server/history/moments.h"

#include <algorithm>

#include "server/commands/version_contents.h"
#include "server/history/story.h"

namespace codelog::history {
namespace {

using base::Result;
using base::VersionId;
using projections::VersionRecord;
using projections::Views;

std::optional<VersionId> version_in(const Step& step) {
  for (const Deed& deed : step.deeds) {
    if (deed.version) return deed.version;
  }
  return std::nullopt;
}

std::optional<VersionRecord> last_changed(const Views& views, base::CodelistId codelist) {
  const auto versions = views.versions_of(codelist);
  const auto last = std::ranges::max_element(versions, {}, &VersionRecord::changed_at);
  if (last == versions.end()) return std::nullopt;
  return *last;
}

// How many of the first are not among the others; both sorted.
std::size_t count_missing(const std::vector<std::string>& codes,
                          const std::vector<std::string>& others) {
  return static_cast<std::size_t>(std::ranges::count_if(
      codes, [&](const std::string& code) { return !std::ranges::binary_search(others, code); }));
}

}  // namespace

Result<Moment> read_moment(const events::Log& log, const Views& views, base::CodelistId codelist,
                           base::Position at) {
  auto place = place_of(log, views, codelist, at);
  if (!place) return place.error();
  const auto step = read_step(log, place->position);
  if (!step) return step.error();
  const auto worked_on = version_in(*step);
  auto store = projections::views_as_of(log, views.store(), {codelist, place->position, worked_on});
  if (!store) return store.error();
  Moment moment{*place, std::move(*store), std::nullopt};
  if (worked_on) moment.version = moment.views().version(*worked_on);
  if (moment.version) return moment;
  moment.version = last_changed(moment.views(), codelist);
  if (!moment.version) return moment;
  auto again =
      projections::views_as_of(log, views.store(), {codelist, place->position, moment.version->id});
  if (!again) return again.error();
  moment.store = std::move(*again);
  return moment;
}

std::optional<SinceThen> since_then(const Moment& moment, const Views& now,
                                    base::CodelistId codelist) {
  auto newest = now.newest_version_of(codelist);
  if (!moment.version || !newest) return std::nullopt;
  const auto codes_then = commands::included_codes(moment.views(), *moment.version);
  const auto codes_now = commands::included_codes(now, *newest);
  if (!codes_then || !codes_now) return std::nullopt;
  return SinceThen{std::move(*newest), count_missing(*codes_now, *codes_then),
                   count_missing(*codes_then, *codes_now)};
}

}  // namespace codelog::history
