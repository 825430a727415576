#include "server/web/site/status_page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/web/visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using pages::Section;

// "10 483", as everywhere that a position is shown.
std::string position_words(std::uint64_t position) {
  std::string text = pages::grouped(position);
  for (std::size_t at = 0; (at = text.find(',', at)) != std::string::npos;) {
    text.replace(at, 1, "\u2009");
  }
  return text;
}

// "34.2 GiB"
std::string bytes_words(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> units = {" MiB", " GiB", " TiB", " PiB"};
  std::uint64_t tenths = bytes * 10 >> 20;
  std::size_t unit = 0;
  while (tenths >= 10'240 && unit + 1 < units.size()) {
    tenths /= 1024;
    ++unit;
  }
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + units.at(unit);
}

void add_moment(Section& place, std::string_view name, base::Timestamp time) {
  const std::string exact = base::format_timestamp(time);
  constexpr std::size_t clock_at = 11;
  Section shown = place.add(name);
  shown.set("EXACT", exact).set("DAY", day_of(time)).set("CLOCK", exact.substr(clock_at, 5));
}

void add_log(const Visit& visit, Section& page, const SiteStatus& status) {
  const events::Log& log = visit.application().site().log;
  const base::Position head = log.head().position;
  page.set("POSITION", position_words(head.value()));
  const auto last =
      head.value() == 0 ? base::Error{base::ErrorCode::not_found, "", {}} : log.read(head);
  if (last) add_moment(page, "LAST", last->content.time);
  if (status.views_lag_commits > 0) {
    page.add("BEHIND").set("COUNT", pages::counted(status.views_lag_commits, "commit"));
  } else {
    page.show("UP_TO_DATE");
  }
}

void add_releases(const Visit& visit, Section& page) {
  const commands::Site& site = visit.application().site();
  std::vector<projections::ReleaseRecord> missing;
  std::size_t ready_count = 0;
  for (const projections::ReleaseRecord& release : visit.views().releases()) {
    if (release.state != events::ReleaseState::ready || release.file_digest == base::Sha256{}) {
      continue;
    }
    const bool is_missing = site.release_state && site.release_state(release.alias) == "missing";
    if (is_missing) missing.push_back(release);
    if (!is_missing) ++ready_count;
  }
  page.set("RELEASES", pages::counted(ready_count, "release"));
  if (missing.empty()) return;
  Section shown = page.add("MISSING");
  shown.set("COUNT", pages::counted(missing.size(), "release"));
  // The names are for readers of the site.
  if (!visit.application().may_enter(visit.request())) return;
  for (const projections::ReleaseRecord& release : missing) {
    shown.add("RELEASE")
        .set("NAME", system_name(release.coding_system) + " " + release.name)
        .set("PATH", "/releases/" + release.alias + "/");
  }
}

void add_complaints(Section& page, const SiteStatus& status) {
  if (status.refusal) {
    Section refusal = page.add("READ_ONLY");
    refusal.set("REASON", *status.refusal);
    if (status.refused_since) add_moment(refusal, "SINCE", *status.refused_since);
  } else {
    page.show("TAKES_CHANGES");
  }
  for (const std::string& complaint : status.other_complaints) {
    page.add("COMPLAINT").set("WORDS", complaint);
  }
  page.show_if(!status.refusal && status.other_complaints.empty(), "WELL");
  page.show_if(!status.refusal && !status.other_complaints.empty(), "FAULTY");
}

void add_details(Section& page, const SiteStatus& status) {
  Section details = page.add("ADMINISTRATOR");
  details.set("FREE", bytes_words(status.free_bytes));
  details.set("FREE_MIN", bytes_words(status.free_bytes_min));
  details.set("MEMORY", bytes_words(status.resident_bytes));
  details.set("OPEN_RELEASES", pages::grouped(status.open_releases_count));
}

http::Response status_page(const Visit& visit, const SiteStatus& status) {
  pages::Template content("status.html");
  add_complaints(content, status);
  add_log(visit, content, status);
  add_releases(visit, content);
  content.set("VERSION", status.version);
  add_moment(content, "STARTED", status.started_at);
  if (visit.visitor() && visit.actor().is_admin) add_details(content, status);
  return visit.page({.title = "Status",
                     .has_own_heading = true,
                     .description = "Whether this site is well, and whether it takes changes."},
                    content.expand());
}

}  // namespace

void add_status_page(http::Router& router, application::Application& application,
                     FindStatus find_status) {
  add_page(router, application,
           {.pattern = "/status/", .get = [find = std::move(find_status)](const Visit& visit) {
              return status_page(visit, find());
            }});
}

}  // namespace codelog::web
