#include "server/site/release_import.h"

#include <algorithm>
#include <array>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/bnf/import.h"
#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/ctv3/import.h"
#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/dmd/import.h"
#include "coding_systems/dmd/previous_vmps.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/icd10/import.h"
#include "coding_systems/index/previous_file.h"
#include "coding_systems/opcs4/coding_system.h"
#include "coding_systems/opcs4/import.h"
#include "coding_systems/readv2/coding_system.h"
#include "coding_systems/readv2/import.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import.h"
#include "coding_systems/versioning/alias.h"
#include "server/commands/release_commands.h"
#include "server/commands/validation.h"
#include "server/site/mapping_import.h"
#include "server/site/stoppable_progress.h"

namespace codelog::site {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// An import replaces the file of its alias, so the owner of the alias must be known first.
Result<void> check_alias_is_free(ImportRegistry& registry, const ReleaseImport& command,
                                 const std::string& alias) {
  const auto known = registry.find_release(alias);
  if (!known) return known.error();
  if (!*known) return {};
  if ((*known)->name == command.release_name && (*known)->valid_from == command.valid_from) {
    return {};
  }
  return Error{ErrorCode::conflict,
               "the alias " + alias + " belongs to the release '" + (*known)->name +
                   "' already; give this one another name",
               {}};
}

// Adds a dm+d release's replaced ids to the mapping of previous VMPs, which downloads of dm+d
// codelists use.
Result<void> add_previous_vmps_of(const std::filesystem::path& data, const ReleaseImport& command,
                                  ImportRegistry& registry, const ImportedRelease& release) {
  const auto file = coding_systems::SqliteFile::open(release.outcome.file);
  if (!file) return file.error();
  const auto found = coding_systems::dmd::read_previous_vmps(*file);
  if (!found) return found.error();
  std::vector<mappings::PreviousVmp> pairs;
  for (const coding_systems::dmd::PreviousVmp& pair : *found) {
    const auto id = coding_systems::SctidText::from(pair.vpid);
    const auto previous = coding_systems::SctidText::from(pair.previous_vpid);
    if (id && previous) pairs.push_back({*id, *previous});
  }
  // By alias, since two releases may have the same name and different days.
  const MappingImport mapping{std::string(mappings::dmdvmpprevmap_id), command.archive,
                              release.alias, command.valid_from};
  const auto added = add_previous_vmps(data, mapping, registry, pairs);
  if (added) return {};
  return Error{added.error().code,
               "the release was imported, but its previous VMPs were not added to the mapping " +
                   mapping.mapping + ": " + added.error().detail + "; import it again",
               {}};
}

// OpenCodelists' one release of a system that it knows only as tables. If this release had a file,
// its tables would be read as codes.
Result<void> check_not_unknown(const ReleaseImport& command, const std::string& alias) {
  using coding_systems::ReleaseFileRule;
  const auto* system = coding_systems::find_coding_system(command.system_id);
  CODELOG_CHECK(system != nullptr, "an importer of an unknown coding system");
  if (system->release_file != ReleaseFileRule::where_imported ||
      alias != commands::unknown_release_alias(command.system_id)) {
    return {};
  }
  return base::field_error(ErrorCode::invalid, "release_name",
                           "'unknown' of 1900-01-01 is the release for tables without one; "
                           "give this release its publisher's name and date");
}

}  // namespace

std::span<const Importer> importers() {
  static constexpr std::array all = {
      Importer{coding_systems::snomedct::system_id, coding_systems::import_snomedct},
      Importer{coding_systems::bnf::system_id, coding_systems::import_bnf},
      Importer{coding_systems::dmd::system_id, coding_systems::import_dmd},
      Importer{coding_systems::icd10::system_id, coding_systems::import_icd10},
      Importer{coding_systems::ctv3::system_id, coding_systems::import_ctv3},
      Importer{coding_systems::readv2::system_id, coding_systems::import_readv2},
      Importer{coding_systems::opcs4::system_id, coding_systems::import_opcs4}};
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

Result<ImportedRelease> import_release(const std::filesystem::path& data,
                                       const ReleaseImport& command, ImportRegistry& registry,
                                       const ReportProgress& report) {
  const auto started = std::chrono::steady_clock::now();
  const Importer* importer = find_importer(command.system_id);
  CODELOG_CHECK(importer != nullptr, "the caller has looked the system up");
  const auto alias =
      coding_systems::make_alias({command.system_id, command.release_name, command.valid_from});
  if (!alias) return alias.error();
  const auto line =
      commands::check_line("release_name", command.release_name, commands::name_characters_max);
  if (!line) return line.error();
  if (const auto known = check_not_unknown(command, *alias); !known) return known.error();
  if (const auto free = check_alias_is_free(registry, command, *alias); !free) return free.error();

  const StoppableProgress progress(report);
  coding_systems::ImportRequest request;
  request.archive = command.archive;
  request.target_folder = data / "coding_systems" / command.system_id;
  request.alias = *alias;
  progress.follow(request);
  auto previous = coding_systems::PreviousFile::keep(
      coding_systems::release_files(data, command.system_id, *alias).database);
  if (!previous) return previous.error();
  auto outcome = importer->import(request);
  if (!outcome) return outcome.error();

  ImportedRelease release{*alias, *std::move(outcome), {}, 0};
  const auto position =
      registry.register_release({.alias = *alias,
                                 .coding_system = command.system_id,
                                 .name = command.release_name,
                                 .valid_from = command.valid_from,
                                 .import_ref = command.archive.filename().string(),
                                 .file_digest = release.outcome.file_digest,
                                 .concepts_count = release.outcome.concepts_count});
  if (!position) return position.error();
  previous->let_go();
  if (command.system_id == coding_systems::dmd::system_id) {
    const auto added = add_previous_vmps_of(data, command, registry, release);
    if (!added) return added.error();
  }
  release.position = *position;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  release.seconds = elapsed.count();
  return release;
}

}  // namespace codelog::site
