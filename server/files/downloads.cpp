#include "server/files/downloads.h"

#include "coding_systems/algebra/codeset.h"
#include "server/commands/csv_table.h"
#include "server/commands/csv_writer.h"
#include "server/commands/dmd_conversion.h"
#include "server/commands/version_names.h"
#include "server/files/download_shas.h"

namespace codelog::files {
namespace {

using base::Error;
using base::ErrorCode;
using coding_systems::Codeset;
using coding_systems::Node;
using coding_systems::Release;
using events::CodeWithStatus;

constexpr std::string_view dmd_id = "dmd";
constexpr std::string_view not_downloadable = "Codelist is not downloadable";
constexpr std::string_view no_codeset = "This codelist version does not have a codeset.";
constexpr std::size_t term_row_bytes = 64;  // approximate; for reserving memory

// The version's release. Unavailable, not invalid: the client cannot fix a release that fails to
// open.
Result<std::shared_ptr<const Release>> open_release(const commands::Site& site,
                                                    const CodelistRecord& codelist,
                                                    const VersionRecord& version) {
  auto release = site.open_release(codelist.coding_system, version.release);
  if (!release) return Error{ErrorCode::unavailable, release.error().detail, {}};
  return release;
}

// The download of a version, whether or not it has a column that studies can use.
Result<std::string> content_csv(const commands::Site& site, const Views& views,
                                const CodelistRecord& codelist, const VersionRecord& version,
                                const DownloadOptions& options) {
  commands::ReleasePointer release;
  std::vector<CodeWithStatus> codes;
  std::optional<std::string> table;
  if (version.has_csv_data) {
    table = views.csv_data(version.id).value_or("");
  } else {
    auto opened = open_release(site, codelist, version);
    if (!opened) return opened.error();
    release = std::move(*opened);
    codes = views.codes(version.id);
  }
  return commands::make_download(
      site, views, {commands::system_of(codelist), release.get(), codes, table}, options);
}

// The codes with their statuses over the release; for a table, the smallest definition that gives
// its codes.
Result<Codeset> codeset_of(const Views& views, const CodelistRecord& codelist,
                           const VersionRecord& version,
                           const std::shared_ptr<const Release>& release) {
  const coding_systems::CodeUniverse universe(release);
  if (!version.has_csv_data) return Codeset::make(universe, views.codes(version.id));
  const auto codes =
      commands::codes_of_csv(views.csv_data(version.id).value_or(""), codelist.handle().slug);
  if (!codes) return codes.error();
  return Codeset::from_codes(universe, commands::codes_in_release(*release, *codes));
}

}  // namespace

std::string download_name(const CodelistRecord& codelist, const VersionRecord& version) {
  const projections::Handle& handle = codelist.handle();
  return handle.owner.name + "-" + handle.slug + "-" + commands::tag_or_hash(version);
}

bool is_downloadable(const Views& views, const CodelistRecord& codelist,
                     const VersionRecord& version) {
  if (version.status == events::VersionStatus::draft) return false;
  if (!version.has_csv_data) return true;
  return commands::has_code_header(commands::system_of(codelist),
                                   views.csv_data(version.id).value_or(""));
}

Result<std::string> download_csv(const commands::Site& site, const Views& views,
                                 const CodelistRecord& codelist, const VersionRecord& version,
                                 const DownloadOptions& options) {
  if (!is_downloadable(views, codelist, version)) {
    return Error{ErrorCode::invalid, std::string(not_downloadable), {}};
  }
  return content_csv(site, views, codelist, version, options);
}

Result<std::string> dmd_download_csv(const commands::Site& site, const Views& views,
                                     const CodelistRecord& codelist, const VersionRecord& version) {
  const auto conversion = commands::convert_to_dmd(site, views, codelist, version);
  if (!conversion) return conversion.error();
  return commands::dmd_csv(*conversion);
}

Result<std::vector<std::string>> valid_shas(const commands::Site& site, const Views& views,
                                            const CodelistRecord& codelist,
                                            const VersionRecord& version) {
  if (version.status == events::VersionStatus::draft) {
    return Error{ErrorCode::invalid, std::string(not_downloadable), {}};
  }
  const auto download = content_csv(site, views, codelist, version, {});
  if (!download) return download.error();
  if (codelist.coding_system != dmd_id) return download_shas(*download);
  return dmd_download_shas(
      *download, version.has_csv_data ? views.csv_data(version.id).value_or("") : *download);
}

Result<VersionDefinition> definition_of(const commands::Site& site, const Views& views,
                                        const CodelistRecord& codelist,
                                        const VersionRecord& version) {
  if (!commands::has_release_file(views, codelist.coding_system, version.release)) {
    return Error{ErrorCode::invalid, std::string(no_codeset), {}};
  }
  const auto release = open_release(site, codelist, version);
  if (!release) return release.error();
  const auto codeset = codeset_of(views, codelist, version, *release);
  if (!codeset) return codeset.error();
  using coding_systems::CodeUniverse;
  const auto rows = codeset->walk_definition([&](const CodeUniverse& universe, Node node) {
    return universe.is_stranger(node) ? std::string_view("Unknown") : (*release)->term(node);
  });
  if (!rows) return rows.error();
  VersionDefinition definition{*release, {}};
  definition.rows.reserve(rows->size());
  for (const coding_systems::DefiningCode& row : *rows) {
    definition.rows.push_back(
        {row.code, commands::term_of(**release, row.code), row.sign, row.depth});
  }
  return definition;
}

Result<std::string> definition_csv(const commands::Site& site, const Views& views,
                                   const CodelistRecord& codelist, const VersionRecord& version) {
  const auto definition = definition_of(site, views, codelist, version);
  if (!definition) return definition.error();
  std::string out;
  out.reserve(definition->rows.size() * term_row_bytes);
  commands::append_csv_row({"code", "term", "is_included"}, out);
  for (const DefiningRow& row : definition->rows) {
    commands::append_csv_row({row.code, row.term, base::to_string(row.sign)}, out);
  }
  return out;
}

}  // namespace codelog::files
