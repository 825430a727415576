#include "server/application/downloads.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "coding_systems/base/codeset.h"
#include "events/base/text.h"
#include "server/application/csv_writer.h"
#include "server/application/names.h"
#include "server/commands/csv_table.h"
#include "server/commands/version_contents.h"

namespace codelog::application {
namespace {

using base::Error;
using base::ErrorCode;
using coding_systems::Codeset;
using coding_systems::CodingSystemInfo;
using coding_systems::Release;
using events::CodeWithStatus;

constexpr std::string_view not_downloadable = "Codelist is not downloadable";
constexpr std::string_view no_codeset = "This codelist version does not have a codeset.";
constexpr std::size_t row_bytes = 64;  // about; to reserve memory

// Which column is named like one of these, best name first. Headers are lowered, not trimmed:
// OpenCodelists does so.
std::optional<std::size_t> find_column(const std::vector<std::string>& headers,
                                       std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < headers.size(); ++i) {
      if (base::ascii_lower(headers[i]) == name) return i;
    }
  }
  return std::nullopt;
}

const CodingSystemInfo& system_of(const CodelistRecord& codelist) {
  const auto* system = coding_systems::find_coding_system(codelist.coding_system);
  CODELOG_CHECK(system != nullptr, "a codelist of an unknown coding system");
  return *system;
}

std::string_view term_of(const Release& release, std::string_view code) {
  const auto node = release.find(code);
  return node ? release.term(*node) : "Unknown";
}

// The version's release. That it cannot be opened is nothing that the client can mend.
Result<std::shared_ptr<const Release>> open_release(const commands::Site& site,
                                                    const CodelistRecord& codelist,
                                                    const VersionRecord& version) {
  auto release = site.open_release(codelist.coding_system, version.release);
  if (!release) return Error{ErrorCode::unavailable, release.error().detail, {}};
  return release;
}

// The table with the headers `code` and `term`, whatever it was uploaded with.
Result<std::string> fixed_table(const CodingSystemInfo& system,
                                const std::vector<commands::CsvRow>& rows) {
  const std::vector<std::string>& headers = rows.front().fields;
  const auto code_column = find_column(headers, system.code_headers);
  const auto term_column = find_column(headers, system.term_headers);
  CODELOG_CHECK(code_column.has_value(), "a downloadable table without a column of codes");
  std::string out;
  out.reserve(rows.size() * row_bytes);
  append_csv_row({"code", "term"}, out);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& fields = rows[i].fields;
    if (fields.size() <= *code_column) {
      return Error{ErrorCode::invalid,
                   "line " + std::to_string(rows[i].line) + " of the table has no code",
                   {}};
    }
    const bool has_term = term_column && *term_column < fields.size();
    append_csv_row({fields[*code_column], has_term ? fields[*term_column] : ""}, out);
  }
  return out;
}

Result<std::string> download_table(const Views& views, const CodelistRecord& codelist,
                                   const VersionRecord& version, const DownloadOptions& options) {
  const bool is_dmd = codelist.coding_system == "dmd";
  std::string table = views.csv_data(version.id).value_or("");
  if (is_dmd && !options.omit_mapped_vmps) {
    return Error{ErrorCode::unavailable,
                 "This download adds mapped VMPs, and no dm+d mapping is available here. Ask for "
                 "the table as it was uploaded: download.csv?omit-mapped-vmps",
                 {}};
  }
  if (!options.fixed_headers) return table;
  const auto rows = commands::read_csv(table);
  if (!rows) return rows.error();
  return fixed_table(system_of(codelist), *rows);
}

// The codes with their statuses over the release; those of a table by the smallest definition that
// gives them.
Result<Codeset> codeset_of(const Views& views, const CodelistRecord& codelist,
                           const VersionRecord& version,
                           const std::shared_ptr<const Release>& release) {
  const coding_systems::CodeUniverse universe(release);
  if (!version.has_csv_data) return Codeset::make(universe, views.codes(version.id));
  const auto codes =
      commands::codes_of_csv(views.csv_data(version.id).value_or(""), codelist.handle().slug);
  if (!codes) return codes.error();
  return Codeset::from_codes(universe, *codes);
}

}  // namespace

std::string download_name(const CodelistRecord& codelist, const VersionRecord& version) {
  const projections::Handle& handle = codelist.handle();
  return handle.owner.name + "-" + handle.slug + "-" + tag_or_hash(version);
}

bool is_downloadable(const Views& views, const CodelistRecord& codelist,
                     const VersionRecord& version) {
  if (version.status == events::VersionStatus::draft) return false;
  if (!version.has_csv_data) return true;
  const std::string table = views.csv_data(version.id).value_or("");
  std::string_view head = table;
  // Only the header counts; a quoted one may go on behind the end of its line.
  if (const auto line = head.substr(0, head.find('\n')); line.find('"') == line.npos) head = line;
  const auto rows = commands::read_csv(head);
  return rows && !rows->empty() &&
         find_column(rows->front().fields, system_of(codelist).code_headers);
}

Result<std::string> download_csv(const commands::Site& site, const Views& views,
                                 const CodelistRecord& codelist, const VersionRecord& version,
                                 const DownloadOptions& options) {
  if (!is_downloadable(views, codelist, version)) {
    return Error{ErrorCode::invalid, std::string(not_downloadable), {}};
  }
  if (version.has_csv_data) return download_table(views, codelist, version, options);
  const auto release = open_release(site, codelist, version);
  if (!release) return release.error();
  const std::vector<CodeWithStatus> codes = views.codes(version.id);
  std::string out;
  out.reserve(codes.size() * row_bytes);
  append_csv_row({"code", "term"}, out);
  for (const CodeWithStatus& code : codes) {
    if (!base::is_included(code.status)) continue;
    append_csv_row({code.code, term_of(**release, code.code)}, out);
  }
  return out;
}

Result<std::string> definition_csv(const commands::Site& site, const Views& views,
                                   const CodelistRecord& codelist, const VersionRecord& version) {
  if (!commands::has_release_file(views, codelist.coding_system, version.release)) {
    return Error{ErrorCode::invalid, std::string(no_codeset), {}};
  }
  const auto release = open_release(site, codelist, version);
  if (!release) return release.error();
  const auto codeset = codeset_of(views, codelist, version, *release);
  if (!codeset) return codeset.error();
  const auto rows = codeset->walk_definition([&](std::string_view a, std::string_view b) {
    return term_of(**release, a) < term_of(**release, b);
  });
  if (!rows) return rows.error();
  std::string out;
  out.reserve(rows->size() * row_bytes);
  append_csv_row({"code", "term", "is_included"}, out);
  for (const coding_systems::DefiningCode& row : *rows) {
    append_csv_row({row.code, term_of(**release, row.code), base::to_string(row.sign)}, out);
  }
  return out;
}

}  // namespace codelog::application
