#include "server/web/versions/sign_offs.h"

#include <algorithm>

#include "server/commands/permissions.h"
#include "server/commands/version_digests.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using commands::NamedVersion;
using events::VersionStatus;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

base::Sha256 digest_of(const Visit& visit, const CodelistRecord& codelist,
                       const VersionRecord& version) {
  if (version.status == VersionStatus::draft) return {};
  return commands::content_digest_of(visit.views(), codelist, version);
}

// The newest finished version with this content, if its digest was recorded.
const VersionRecord* version_with(const std::vector<VersionRecord>& versions,
                                  const base::Sha256& digest) {
  const auto found = std::find_if(versions.rbegin(), versions.rend(), [&](const auto& version) {
    return version.status != VersionStatus::draft && version.content_digest == digest;
  });
  return found == versions.rend() ? nullptr : &*found;
}

// Which content was signed, seen from a version's page.
void add_signed_content(Section& row, const CodelistRecord& codelist,
                        const std::vector<VersionRecord>& versions, const base::Sha256& digest,
                        const VersionRecord* shown) {
  const VersionRecord* const other = version_with(versions, digest);
  if (other == nullptr) {
    row.show("ELSEWHERE");
    return;
  }
  Section version = row.add("OF_VERSION");
  version.set("PATH", commands::page_of(codelist, *other));
  version.set("VERSION", commands::tag_or_hash(*other)).show_if(shown != nullptr, "STALE");
}

}  // namespace

std::vector<events::SignOff> signoffs_of(const Visit& visit, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  std::vector<events::SignOff> found;
  if (codelist.signoffs.empty()) return found;
  const base::Sha256 digest = digest_of(visit, codelist, version);
  if (digest == base::Sha256{}) return found;
  std::ranges::copy_if(
      codelist.signoffs, std::back_inserter(found),
      [&](const events::SignOff& signoff) { return signoff.content_digest == digest; });
  return found;
}

void add_signoffs(const Visit& visit, Section& about, const CodelistRecord& codelist,
                  const VersionRecord* shown) {
  if (codelist.signoffs.empty()) return;
  about.show("SIGNOFFS");
  const auto versions = visit.views().versions_of(codelist.id);
  const base::Sha256 digest =
      shown == nullptr ? base::Sha256{} : digest_of(visit, codelist, *shown);
  for (const events::SignOff& signoff : codelist.signoffs) {
    const bool is_user = visit.views().user(signoff.username).has_value();
    Section row = about.add("SIGNOFF");
    row.set("USER", signoff.username).set("DATE", day_of(signoff.date));
    row.set("PATH", "/users/" + signoff.username + "/").show(is_user ? "USER_LINK" : "USER_TEXT");
    const bool is_stale = shown != nullptr && signoff.content_digest != digest;
    row.set("STATE", is_stale ? "signed-elsewhere" : "signed-here");
    if (signoff.content_digest == base::Sha256{}) continue;  // from before digests: not known
    if (signoff.content_digest == digest) {
      row.show("THIS");
    } else {
      add_signed_content(row, codelist, versions, signoff.content_digest, shown);
    }
  }
}

void add_sign_off(const Visit& visit, Section& place, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  const base::Sha256 digest = digest_of(visit, codelist, version);
  if (digest == base::Sha256{}) return;
  const std::string& username = visit.actor().username;
  const std::string today = base::format_date(visit.application().site().clock.now());
  bool replaces = false;
  for (const events::SignOff& own : codelist.signoffs) {
    if (own.username != username) continue;
    if (own.content_digest == digest) return;
    replaces = replaces || own.date == today;
  }
  Section shown = place.include("SIGN_OFF", "_sign_off.html");
  const std::string hex = base::to_hex(digest);
  shown.set("VERSION", commands::tag_or_hash(version)).set("DIGEST", hex.substr(0, 8));
  shown.show_if(replaces, "BEFORE");
  shown.set("FORM",
            visit.form(
                {.action = commands::page_of(codelist, version) + "-/sign-off/",
                 .button = "Sign off as " + username,
                 .fields = {{.kind = FieldKind::hidden, .name = "content_digest", .value = hex}}}));
}

void add_sign_off_forms(http::Router& router, application::Application& application) {
  for (const auto& [kind, pattern] :
       {std::pair{events::OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/"},
        std::pair{events::OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/"}}) {
    const auto sign = [kind = kind](const Visit& visit, const http::Form& form) {
      const auto named =
          commands::find_version(visit.views(), {kind, std::string(visit.path("owner"))},
                                 visit.path("slug"), visit.path("version"));
      if (!named) return visit.not_found();
      const auto digest = base::parse_sha256(form.fields.get("content_digest"));
      const auto is_signed = visit.application().versions().sign_off(
          visit.write(), named->version.id, digest.value_or(base::Sha256{}));
      if (!is_signed) return refused(visit, is_signed.error());
      return visit.redirect(commands::page_of(named->codelist, named->version),
                            "Your sign-off is in the log, as commit " +
                                std::to_string(is_signed->position.value()) + ".");
    };
    add_page(router, application,
             {.pattern = std::string(pattern) + "{version}/-/sign-off/", .post = sign});
  }
}

}  // namespace codelog::web
