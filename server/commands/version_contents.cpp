#include "server/commands/version_contents.h"

#include <algorithm>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/thrown_error.h"
#include "server/commands/csv_table.h"
#include "server/commands/newest_release.h"
#include "server/commands/texts.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

// A code in OpenCodelists' lists; in quotes if the text is not a code.
std::string listed(const std::string& code) { return is_code(code) ? code : shown(code); }

CodesContents contents_of(const coding_systems::Release& release,
                          const std::vector<std::string>& codes, const CodesRules& rules) {
  CodesContents contents;
  std::vector<coding_systems::Node> found;
  found.reserve(codes.size());
  const std::vector<std::string_view> views(codes.begin(), codes.end());
  const auto nodes = find_known_codes(release, views, rules.known);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (!nodes[i] || (rules.takes_exact_only && release.code(*nodes[i]) != codes[i])) {
      contents.unfound.push_back(codes[i]);
    } else {
      found.push_back(*nodes[i]);
    }
  }
  sort_unique(contents.unfound);
  contents.codes =
      coding_systems::Codeset::from_nodes(coding_systems::CodeUniverse(release), found).codes();
  return contents;
}

Error unfound_codes(const coding_systems::Release& release,
                    const std::vector<std::string>& unfound) {
  Error error{ErrorCode::invalid,
              "Attempting to import codes that aren't in the " +
                  std::string(release.system().name) + "/" + release.alias() + " coding system: ",
              {}};
  const std::size_t count = std::min(listed_codes_max, unfound.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string code = listed(unfound[i]);
    error.detail += (i == 0 ? "" : ", ") + code;
    error.fields.push_back({"codes", code + " is not in " + release.alias()});
  }
  if (count < unfound.size()) {
    error.detail += " and " + std::to_string(unfound.size() - count) + " more";
  }
  return error;
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

const coding_systems::CodingSystemInfo& system_of(const projections::CodelistRecord& codelist) {
  const auto* system = coding_systems::find_coding_system(codelist.coding_system);
  if (system != nullptr) return *system;
  const std::string what = "this server does not know the coding system " + codelist.coding_system;
  throw base::ThrownError({ErrorCode::unavailable, what, {}}, what);
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
    auto newest = newest_release(site.log, views, coding_system);
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

Result<CodesContents> contents_of_codes(const coding_systems::Release& release,
                                        const std::vector<std::string>& codes,
                                        const CodesRules& rules) {
  CodesContents contents = contents_of(release, codes, rules);
  if (contents.unfound.empty() || rules.ignores_unfound) return contents;
  const auto empty = std::ranges::find_if(
      codes, [](const std::string& code) { return coding_systems::trim_typed_code(code).empty(); });
  if (empty != codes.end()) {
    return base::field_error(ErrorCode::invalid,
                             "codes[" + std::to_string(empty - codes.begin()) + "]",
                             "must not be empty");
  }
  return unfound_codes(release, contents.unfound);
}

CodesContents contents_of_table(const coding_systems::Release& release,
                                const std::vector<std::string>& codes) {
  return contents_of(release, codes, {});
}

std::vector<std::string> codes_in_release(const coding_systems::Release& release,
                                          const std::vector<std::string>& codes) {
  std::vector<std::string> written;
  written.reserve(codes.size());
  for (const std::string& code : codes) {
    const auto node = coding_systems::find_typed_code(release, code);
    written.emplace_back(node ? release.code(*node) : std::string_view(code));
  }
  sort_unique(written);
  return written;
}

Result<std::string> unfound_codes_methodology(const coding_systems::CodingSystemInfo& system,
                                              const std::vector<std::string>& unfound) {
  std::string text =
      "\n\nThis codelist was imported automatically. The following codes were not found in "
      "the " +
      std::string(system.name) + " dictionary and so excluded from this codelist: ";
  constexpr std::string_view end =
      ".\n\nThis may be because this codelist contains both clinical terms and medications. In "
      "which case you may need to create another codelist for the missing clinical/medication "
      "codes.";
  // Summed before they are joined: a request may have 32 MB of unknown codes.
  std::size_t bytes = text.size() + end.size() + (unfound.empty() ? 0 : unfound.size() - 1) * 2;
  for (const std::string& code : unfound) bytes += code.size();
  if (bytes > prose_bytes_max) {
    return base::field_error(ErrorCode::invalid, "codes",
                             "too many codes are unknown: the methodology, which lists them, may "
                             "have at most " +
                                 std::to_string(prose_bytes_max) +
                                 " bytes; leave unknown codes out");
  }
  text.append(joined(unfound, ", ")).append(end);
  if (const auto good = check_prose("codes", text); !good) return good.error();
  return text;
}

Result<std::vector<std::string>> table_codes(const Views& views,
                                             const projections::VersionRecord& version) {
  const auto codelist = views.codelist_of(version);
  return codes_of_csv(views.csv_data(version.id).value_or(""), codelist.handle().slug);
}

Result<std::vector<std::string>> included_codes(const Views& views,
                                                const projections::VersionRecord& version) {
  if (version.has_csv_data) {
    const auto codelist = views.codelist_of(version);
    if (!has_release_file(views, codelist.coding_system, version.release)) {
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
