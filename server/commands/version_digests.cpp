#include "server/commands/version_digests.h"

#include <algorithm>

#include "server/commands/version_download.h"

namespace codelog::commands {
namespace {

using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::string_view dmd_system = "dmd";

// Zeros if the file cannot be made: the table has no column of codes or a row without one, or the
// release or mapping fails to open.
base::Sha256 download_digest(const Site& site, const Views& views, const DownloadSource& source) {
  const bool has_download =
      source.table ? has_code_header(source.system, *source.table) : source.release != nullptr;
  if (!has_download) return {};
  const auto download = make_download(site, views, source, {});
  return download ? base::sha256(*download) : base::Sha256{};
}

base::Sha256 digest_of(const DownloadSource& source) {
  return source.table ? digest_of_table(source.system.id, *source.table)
                      : digest_of_codes(source.system.id, source.codes);
}

}  // namespace

base::Sha256 digest_of_codes(std::string_view system,
                             const std::vector<events::CodeWithStatus>& codes) {
  std::string text = "codelog codes v1\n";
  text.append(system).append("\n");
  for (const events::CodeWithStatus& code : codes) {
    text.append(base::to_string(code.status)).append(" ").append(code.code).append("\n");
  }
  return base::sha256(text);
}

base::Sha256 digest_of_table(std::string_view system, std::string_view table) {
  return base::sha256({"codelog table v1\n", system, "\n", table});
}

void add_content(const Site& site, const Views& views,
                 const coding_systems::CodingSystemInfo& system, const ChosenRelease& release,
                 events::VersionCreated& version) {
  if (version.status == events::VersionStatus::draft) return;
  const DownloadSource source{system, release.open.get(), version.codes, version.csv_data};
  version.content = {release.record.alias,
                     release.open ? release.open->file_digest() : base::Sha256{}, digest_of(source),
                     download_digest(site, views, source)};
}

std::optional<events::VersionContent> content_of(const Site& site, const Views& views,
                                                 const CodelistRecord& codelist,
                                                 const VersionRecord& version) {
  const auto* system = coding_systems::find_coding_system(codelist.coding_system);
  if (system == nullptr) return std::nullopt;
  ReleasePointer release;
  if (has_release_file(views, codelist.coding_system, version.release)) {
    if (auto opened = site.open_release(codelist.coding_system, version.release)) {
      release = std::move(*opened);
    }
  }
  const auto codes = views.codes(version.id);
  const auto table =
      version.has_csv_data ? std::optional(views.csv_data(version.id).value_or("")) : std::nullopt;
  const DownloadSource source{*system, release.get(), codes, table};
  return events::VersionContent{version.release,
                                release ? release->file_digest() : version.release_digest,
                                digest_of(source), download_digest(site, views, source)};
}

base::Sha256 content_digest_of(const Views& views, const CodelistRecord& codelist,
                               const VersionRecord& version) {
  if (version.content_digest != base::Sha256{}) return version.content_digest;
  if (coding_systems::find_coding_system(codelist.coding_system) == nullptr) return {};
  return version.has_csv_data
             ? digest_of_table(codelist.coding_system, views.csv_data(version.id).value_or(""))
             : digest_of_codes(codelist.coding_system, views.codes(version.id));
}

std::optional<VersionRecord> newest_finished(const Views& views, CodelistId codelist) {
  const auto versions = views.versions_of(codelist);
  const auto found = std::find_if(
      versions.rbegin(), versions.rend(),
      [](const VersionRecord& version) { return version.status != events::VersionStatus::draft; });
  return found == versions.rend() ? std::nullopt : std::optional(*found);
}

namespace {

bool is_named(const events::SignOff& signoff) { return signoff.content_digest != base::Sha256{}; }

Error no_such_content(std::size_t index) {
  return base::field_error(ErrorCode::invalid,
                           "signoffs[" + std::to_string(index) + "].content_digest",
                           "no finished version of this codelist has this digest");
}

bool has_content(const Views& views, const CodelistRecord& codelist, const base::Sha256& digest) {
  return std::ranges::any_of(views.versions_of(codelist.id), [&](const VersionRecord& version) {
    return version.status != events::VersionStatus::draft &&
           content_digest_of(views, codelist, version) == digest;
  });
}

}  // namespace

Result<std::vector<events::SignOff>> complete_signoffs(
    const Views& views, const CodelistRecord& codelist, std::vector<events::SignOff> wanted,
    const std::optional<base::Sha256>& signed_digest) {
  std::optional<base::Sha256> digest = signed_digest;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    events::SignOff& signoff = wanted[i];
    const auto known = std::ranges::find_if(codelist.signoffs, [&](const events::SignOff& other) {
      return other.username == signoff.username && other.date == signoff.date;
    });
    const bool is_known = known != codelist.signoffs.end();
    if (is_named(signoff)) {
      const bool is_same = is_known && known->content_digest == signoff.content_digest;
      if (!is_same && !has_content(views, codelist, signoff.content_digest)) {
        return no_such_content(i);
      }
    } else if (is_known) {
      signoff.content_digest = known->content_digest;
    } else {
      if (!digest) {
        const auto newest = newest_finished(views, codelist.id);
        digest = newest ? content_digest_of(views, codelist, *newest) : base::Sha256{};
      }
      signoff.content_digest = *digest;
    }
  }
  return wanted;
}

Result<std::vector<events::SignOff>> complete_signoffs(
    std::vector<events::SignOff> wanted, const std::optional<events::VersionContent>& content) {
  const base::Sha256 digest = content ? content->content_digest : base::Sha256{};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_named(wanted[i]) && wanted[i].content_digest != digest) return no_such_content(i);
    wanted[i].content_digest = digest;
  }
  return wanted;
}

events::VersionContent DerivedContents::of(const Views& views, const CodelistRecord& codelist,
                                           const VersionRecord& version) {
  if (version.content_digest != base::Sha256{}) {
    return {version.release, version.release_digest, version.content_digest,
            version.download_digest};
  }
  const Key key{version.id, version.changed_at};
  {
    const base::Lock lock(mutex_);
    if (const auto kept = kept_.find(key); kept != kept_.end()) return kept->second;
  }
  auto derived = content_of(site_, views, codelist, version);
  if (!derived) return {version.release, version.release_digest, {}, {}};
  events::VersionContent content = *std::move(derived);
  // A file that could not be made now may be there later, and one of dm+d may change.
  const bool is_final =
      content.download_digest != base::Sha256{} && codelist.coding_system != dmd_system;
  if (!is_final) return content;
  const base::Lock lock(mutex_);
  if (kept_.size() == kept_max) kept_.clear();
  kept_.emplace(key, content);
  return content;
}

}  // namespace codelog::commands
