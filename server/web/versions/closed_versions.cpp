#include "server/web/versions/closed_versions.h"

#include <charconv>

#include "events/base/digest.h"
#include "events/base/version_hash.h"
#include "server/commands/version_names.h"
#include "server/identity/cookies.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

constexpr std::size_t notices_max = 3;
// For a browser that has no cookie yet.
constexpr std::int64_t news_us = 30LL * 24 * 60 * 60 * 1'000'000;

// The cookie is this and a position. Usernames may have characters that no cookie may have.
std::string cookie_prefix(const Visit& visit) {
  constexpr std::size_t digits_count = 16;
  return base::sha1_hex(visit.actor().username).substr(0, digits_count) + ":";
}

base::Position told_before(const Visit& visit) {
  const auto cookie = identity::find_cookie(visit.request(), told_cookie);
  const std::string prefix = cookie_prefix(visit);
  if (!cookie || !cookie->starts_with(prefix)) return base::Position();
  std::uint64_t position = 0;
  std::from_chars(cookie->data() + prefix.size(), cookie->data() + cookie->size(), position);
  return base::Position(position);
}

std::string sentence_of(const Visit& visit, const projections::EndedVersionRecord& closed) {
  const bool is_draft = closed.status == events::VersionStatus::draft;
  std::string text = shown_name(visit.views(), closed.actor) + " published ";
  const auto other = closed.closed_by ? visit.views().version(*closed.closed_by) : std::nullopt;
  if (other) text += commands::tag_or_hash(*other) + " of ";
  text += closed.handles.front().name + " on " + day_of(closed.ended_at);
  text += is_draft ? ", which closed your draft " : ", which closed your version under review ";
  text += base::version_hash(closed.version);
  if (is_draft) text += " (" + pages::counted(closed.decisions_count, "decision") + ")";
  return text + ". It stays in the history.";
}

}  // namespace

std::string add_closed_versions(const Visit& visit, std::vector<pages::Notice>& notices) {
  const base::Timestamp now = visit.application().site().clock.now();
  const auto closed =
      visit.views().closed_versions(visit.actor().username, told_before(visit), notices_max);
  std::string cookie;
  for (const projections::EndedVersionRecord& version : closed) {
    if (version.ended_at.unix_us < now.unix_us - news_us) break;
    if (cookie.empty()) {
      cookie = cookie_prefix(visit) + std::to_string(version.position.value());
    }
    notices.push_back({sentence_of(visit, version)});
  }
  return cookie;
}

}  // namespace codelog::web
