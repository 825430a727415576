#include "server/commands/version_contents.h"

#include <algorithm>
#include <array>

#include "coding_systems/base/codeset.h"
#include "events/base/text.h"
#include "server/commands/csv_table.h"
#include "server/commands/newest_release.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

// How many unknown codes an error lists; it counts them all.
constexpr std::size_t listed_codes_max = 50;

std::string join(const std::vector<std::string>& texts, std::size_t count) {
  std::string joined;
  for (std::size_t i = 0; i < count; ++i) joined += (i == 0 ? "" : ", ") + texts[i];
  return joined;
}

bool is_all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Which column of an old-style table holds the codes, and whether its header row is data too.
struct CodeColumn {
  std::size_t index = 0;
  bool header_is_data = false;
};

CodeColumn find_code_column(const std::vector<std::string>& headers, const std::string& slug) {
  constexpr std::array<std::string_view, 15> names = {
      "ctv3id", "ctv3code", "ctv3_id",  "snomedct_id", "snomedcode", "snomed_id", "dmd", "dmd_id",
      "icd10",  "icd code", "icd_code", "icd",         "icd10_code", "id",        "code"};
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < headers.size(); ++i) {
      if (base::trim_unicode_space(base::ascii_lower(headers[i])) == name) return {i, false};
    }
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (is_all_digits(headers[i])) return {i, true};
  }
  return {slug == "ethnicity" ? std::size_t{1} : std::size_t{0}, false};
}

Error bad_csv(std::string detail) {
  return base::field_error(ErrorCode::invalid, "csv", std::move(detail));
}

Result<void> check_table_codes(const std::vector<CsvRow>& rows,
                               const coding_systems::Release& release, KnownCodes known) {
  std::vector<std::size_t> columns;
  const std::vector<std::string>& headers = rows.front().fields;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (headers[i] == "code" || headers[i] == "dmd_id") columns.push_back(i);
  }
  if (columns.size() != 1) {
    return bad_csv("line 1: the header must have exactly one column named code or dmd_id (it has " +
                   std::to_string(columns.size()) + ")");
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::string line = "line " + std::to_string(rows[i].line) + ": ";
    if (rows[i].fields.size() <= columns[0]) return bad_csv(line + "there is no code");
    const std::string& code = rows[i].fields[columns[0]];
    if (!is_known(release, code, known)) {
      return bad_csv(line + "the code '" + code + "' is not in " + release.alias());
    }
  }
  return {};
}

}  // namespace

bool has_release_file(const Views& views, std::string_view coding_system,
                      const std::string& alias) {
  using coding_systems::ReleaseFileRule;
  const auto* system = coding_systems::find_coding_system(coding_system);
  if (system == nullptr || system->release_file == ReleaseFileRule::never) return false;
  if (system->release_file == ReleaseFileRule::always) return true;
  const auto record = views.release(alias);
  return record && record->file_digest != base::Sha256{};
}

std::string_view term_of(const coding_systems::Release& release, std::string_view code) {
  const auto node = release.find(code);
  return node ? release.term(*node) : std::string_view("Unknown");
}

std::string_view shown_term(const coding_systems::Release& release, coding_systems::Node node) {
  if (release.name(node)) return release.term(node);
  const auto synonyms = release.synonyms(node);
  return synonyms.empty() ? release.term(node) : synonyms.front();
}

std::string_view shown_term_of(const coding_systems::Release& release, std::string_view code) {
  const auto node = release.find(code);
  return node ? shown_term(release, *node) : std::string_view("Unknown");
}

bool is_known(const coding_systems::Release& release, std::string_view code, KnownCodes known) {
  const auto node = release.find(code);
  if (!node) return false;
  return known == KnownCodes::named ? release.name(*node).has_value() : release.has_concept(*node);
}

Result<ChosenRelease> choose_release(const Site& site, const Views& views,
                                     const std::string& coding_system,
                                     const std::optional<std::string>& alias) {
  const auto* system = coding_systems::find_coding_system(coding_system);
  if (system == nullptr) {
    return base::field_error(ErrorCode::invalid, "coding_system",
                             "there is no coding system '" + coding_system + "'");
  }
  ChosenRelease chosen;
  if (alias) {
    const auto record = views.release(*alias);
    if (!record || record->coding_system != coding_system ||
        record->state != events::ReleaseState::ready) {
      return base::field_error(ErrorCode::invalid, "release",
                               *alias + " is not a valid database alias for a " +
                                   std::string(system->short_name) + " release.");
    }
    chosen.record = *record;
  } else {
    auto newest = newest_release(views, coding_system);
    if (!newest) {
      return base::field_error(
          ErrorCode::invalid, "release",
          "No coding system data found for " + std::string(system->short_name));
    }
    chosen.record = std::move(*newest);
  }
  if (!has_release_file(views, coding_system, chosen.record.alias)) return chosen;
  auto open = site.open_release(coding_system, chosen.record.alias);
  if (!open) return open.error();
  chosen.open = std::move(*open);
  return chosen;
}

Result<CodesContents> contents_of_codes(const ReleasePointer& release,
                                        std::vector<std::string> codes, KnownCodes known,
                                        bool ignore_unfound_codes) {
  if (const auto good = check_codes(codes); !good) return good.error();
  CodesContents contents = contents_of_table(*release, std::move(codes), known);
  if (contents.unfound.empty() || ignore_unfound_codes) return contents;
  const std::size_t listed = std::min(listed_codes_max, contents.unfound.size());
  std::string detail = "Attempting to import codes that aren't in the " +
                       std::string(release->system().name) + "/" + release->alias() +
                       " coding system: " + join(contents.unfound, listed);
  if (listed < contents.unfound.size()) {
    detail += " and " + std::to_string(contents.unfound.size() - listed) + " more";
  }
  Error error{ErrorCode::invalid, detail, {}};
  for (std::size_t i = 0; i < listed; ++i) {
    error.fields.push_back({"codes", contents.unfound[i] + " is not in " + release->alias()});
  }
  return error;
}

CodesContents contents_of_table(const coding_systems::Release& release,
                                std::vector<std::string> codes, KnownCodes known) {
  CodesContents contents;
  std::vector<std::string> found;
  found.reserve(codes.size());
  for (std::string& code : codes) {
    (is_known(release, code, known) ? found : contents.unfound).push_back(std::move(code));
  }
  contents.codes = coding_systems::statuses_of_codes(release, found);
  return contents;
}

std::string unfound_codes_methodology(const coding_systems::CodingSystemInfo& system,
                                      const std::vector<std::string>& unfound) {
  return "\n\nThis codelist was imported automatically. The following codes were not found in "
         "the " +
         std::string(system.name) +
         " dictionary and so excluded from this codelist: " + join(unfound, unfound.size()) +
         ".\n\nThis may be because this codelist contains both clinical terms and medications. In "
         "which case you may need to create another codelist for the missing clinical/medication "
         "codes.";
}

Result<std::string> contents_of_csv(const std::string& csv_data,
                                    const coding_systems::Release* release, KnownCodes known) {
  const auto rows = read_csv(csv_data);
  if (!rows) return bad_csv(rows.error().detail);
  if (rows->empty()) return bad_csv("the table is empty");
  if (release != nullptr) {
    if (const auto good = check_table_codes(*rows, *release, known); !good) return good.error();
  }
  std::string stored;
  stored.reserve(csv_data.size());
  for (std::size_t i = 0; i < csv_data.size(); ++i) {
    const bool pair = csv_data[i] == '\r' && i + 1 < csv_data.size() && csv_data[i + 1] == '\n';
    if (!pair) stored += csv_data[i];
  }
  return stored;
}

Result<std::vector<std::string>> codes_of_csv(const std::string& csv_data,
                                              const std::string& codelist_slug) {
  const auto rows = read_csv(csv_data);
  if (!rows) return rows.error();
  std::vector<std::string> codes;
  if (rows->empty()) return codes;
  const CodeColumn column = find_code_column(rows->front().fields, codelist_slug);
  for (std::size_t i = column.header_is_data ? 0 : 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    if (row.fields.size() <= column.index) {
      return Error{
          ErrorCode::invalid, "line " + std::to_string(row.line) + " of the table has no code", {}};
    }
    codes.push_back(row.fields[column.index]);
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

Result<std::vector<std::string>> table_codes(const Views& views,
                                             const projections::VersionRecord& version) {
  const auto codelist = views.codelist(version.codelist);
  CODELOG_CHECK(codelist.has_value(), "a version without a codelist");
  return codes_of_csv(views.csv_data(version.id).value_or(""), codelist->handle().slug);
}

Result<std::vector<std::string>> included_codes(const Views& views,
                                                const projections::VersionRecord& version) {
  if (version.has_csv_data) {
    const auto codelist = views.codelist(version.codelist);
    CODELOG_CHECK(codelist.has_value(), "a version without a codelist");
    if (!has_release_file(views, codelist->coding_system, version.release)) {
      return std::vector<std::string>();
    }
    return table_codes(views, version);
  }
  std::vector<std::string> codes;
  for (events::CodeWithStatus& code : views.codes(version.id)) {
    if (base::is_included(code.status)) codes.push_back(std::move(code.code));
  }
  return codes;
}

}  // namespace codelog::commands
