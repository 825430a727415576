#include "server/files/past_codelist.h"

namespace codelog::files {

std::vector<events::Stream> past_streams(const projections::Views& views,
                                         base::CodelistId codelist) {
  std::vector<events::Stream> streams = {events::Stream::of_codelist(codelist)};
  for (const auto& release : views.releases()) {
    streams.push_back(events::Stream::of_release(release.alias));
  }
  return streams;
}

base::Result<std::unique_ptr<projections::Store>> past_of(const commands::Site& site,
                                                          const projections::Views& views,
                                                          const PastOfCodelist& past) {
  return projections::views_as_of(
      site.log, {past_streams(views, past.codelist), past.moment, past.contents_of});
}

}  // namespace codelog::files
