#include "tools/release_import.h"

#include <algorithm>
#include <array>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/bnf/import.h"
#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/dmd/import.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/icd10/import.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import.h"
#include "coding_systems/versioning/alias.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// An import replaces the file of its alias, so whose alias it is must be known before.
Result<void> check_alias_is_free(const DataFolderOptions& folder, const ReleaseImport& command,
                                 const std::string& alias) {
  auto site = SiteAccess::open(folder);
  if (!site) return site.error();
  const auto found = site->run("release.find", {{"alias", alias}});
  if (!found) return found.error();
  const Json& release = (*found)["release"];
  if (release.is_null()) return {};
  if (release.value("name", "") == command.release_name &&
      release.value("valid_from", "") == command.valid_from) {
    return {};
  }
  return Error{ErrorCode::conflict,
               "the alias " + alias + " belongs to the release '" + release.value("name", "") +
                   "' already; give this one another name",
               {}};
}

}  // namespace

std::span<const Importer> importers() {
  static constexpr std::array all = {
      Importer{coding_systems::snomedct::system_id, coding_systems::import_snomedct},
      Importer{coding_systems::bnf::system_id, coding_systems::import_bnf},
      Importer{coding_systems::dmd::system_id, coding_systems::import_dmd},
      Importer{coding_systems::icd10::system_id, coding_systems::import_icd10}};
  return all;
}

const Importer* find_importer(std::string_view system_id) {
  const auto found = std::ranges::find(importers(), system_id, &Importer::system_id);
  return found == importers().end() ? nullptr : &*found;
}

std::string importable_systems() {
  std::string names;
  for (const Importer& importer : importers()) {
    names += (names.empty() ? "" : ", ") + std::string(importer.system_id);
  }
  return names;
}

Result<ImportedRelease> import_release(const DataFolderOptions& folder,
                                       const ReleaseImport& command, const ReportProgress& report) {
  const auto started = std::chrono::steady_clock::now();
  const Importer* importer = find_importer(command.system_id);
  CODELOG_CHECK(importer != nullptr, "the caller has looked the system up");
  const auto alias =
      coding_systems::make_alias({command.system_id, command.release_name, command.valid_from});
  if (!alias) return alias.error();
  const auto free = check_alias_is_free(folder, command, *alias);
  if (!free) return free.error();

  coding_systems::ImportRequest request;
  request.archive = command.archive;
  request.target_folder = folder.data / "coding_systems" / command.system_id;
  request.alias = *alias;
  request.report_progress = [&](const coding_systems::ImportProgress& progress) {
    if (report) report({std::string(progress.stage), progress.done, progress.total});
  };
  auto outcome = importer->import(request);
  if (!outcome) return outcome.error();

  auto site = SiteAccess::open(folder);
  if (!site) return site.error();
  const auto registered =
      site->run("release.register", {{"alias", *alias},
                                     {"coding_system", command.system_id},
                                     {"name", command.release_name},
                                     {"valid_from", command.valid_from},
                                     {"import_ref", command.archive.filename().string()},
                                     {"file_digest", base::to_hex(outcome->file_digest)},
                                     {"concepts", outcome->concepts_count}});
  if (!registered) return registered.error();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  return ImportedRelease{*alias, std::move(*outcome),
                         (*registered).value("position", std::uint64_t{0}), elapsed.count()};
}

}  // namespace codelog::tools
