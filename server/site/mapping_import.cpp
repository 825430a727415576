#include "server/site/mapping_import.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "coding_systems/index/previous_file.h"
#include "events/base/clock.h"
#include "mappings/bnfdmd/import.h"
#include "mappings/ctv3sctmap2/import.h"
#include "mappings/dmdvmpprevmap/import.h"
#include "mappings/files/mappings.h"
#include "server/commands/validation.h"
#include "server/site/stoppable_progress.h"

namespace codelog::site {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::ImportOutcome;
using coding_systems::ImportRequest;

constexpr mode_t mapping_folder_mode = 0700;  // as for everything in a data folder

// Imports of one mapping take turns, since a release may contain the previous one. The lock ends
// with the process, even if it is killed.
Result<base::Descriptor> take_turn(const std::filesystem::path& data, const std::string& mapping) {
  const std::filesystem::path folder = data / "mappings" / mapping;
  std::error_code ignored;  // A folder that cannot be created cannot be opened either.
  if (data.has_parent_path()) std::filesystem::create_directories(data.parent_path(), ignored);
  for (const auto& path : {data, data / "mappings", folder})
    ::mkdir(path.c_str(), mapping_folder_mode);
  base::Descriptor descriptor = base::open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!descriptor || ::flock(descriptor.get(), LOCK_EX) != 0) {
    return Error{ErrorCode::io,
                 "cannot lock the folder " + folder.string() + ": " + std::strerror(errno),
                 {}};
  }
  return descriptor;
}

events::MappingRegistered registration_of(const MappingImport& command) {
  return {.mapping = command.mapping,
          .name = command.release_name,
          .valid_from = command.valid_from,
          .import_ref = command.source.filename().string()};
}

Result<ImportRequest> request_for(const std::filesystem::path& data, const MappingImport& command,
                                  const StoppableProgress& progress) {
  const auto stem = mappings::mapping_file_stem(command.release_name);
  if (!stem) return stem.error();
  const auto line =
      commands::check_line("release_name", command.release_name, commands::name_characters_max);
  if (!line) return line.error();
  if (!base::is_date(command.valid_from)) {
    return base::field_error(ErrorCode::invalid, "valid_from", "is not a date (YYYY-MM-DD)");
  }
  ImportRequest request;
  request.archive = command.source;
  request.target_folder = data / "mappings" / command.mapping;
  request.alias = *stem;
  progress.follow(request);
  return request;
}

// Each release of previous VMPs holds all pairs known before. To keep this true for the newest
// release, the pairs of an older release are added to the newest.
void aim_at_newest(const std::optional<ImportRegistry::Known>& newest, MappingImport& command) {
  if (!newest) return;
  if (std::tie(newest->valid_from, newest->name) >
      std::tie(command.valid_from, command.release_name)) {
    command.valid_from = newest->valid_from;
    command.release_name = newest->name;
  }
}

using MakeFile = std::function<Result<ImportOutcome>(
    const ImportRequest& request, const std::optional<std::filesystem::path>& before)>;

Result<ImportedMapping> import_with(const std::filesystem::path& data, MappingImport command,
                                    ImportRegistry& registry, const ReportProgress& report,
                                    const MakeFile& make) {
  const auto started = std::chrono::steady_clock::now();
  const StoppableProgress progress(report);
  const bool extends = command.mapping == mappings::dmdvmpprevmap_id;
  auto request = request_for(data, command, progress);  // fails before the site is asked
  if (!request) return request.error();
  const auto turn = take_turn(data, command.mapping);
  if (!turn) return turn.error();
  const auto newest = registry.find_newest_mapping(registration_of(command));
  if (!newest) return newest.error();
  std::optional<std::filesystem::path> before;
  if (extends && *newest) {
    aim_at_newest(*newest, command);
    request = request_for(data, command, progress);
    if (!request) return request.error();
    const auto stem = mappings::mapping_file_stem((*newest)->name);
    if (!stem) return stem.error();
    before = mappings::mapping_file(data, command.mapping, *stem);
  }
  auto previous = coding_systems::PreviousFile::keep(
      mappings::mapping_file(data, command.mapping, request->alias));
  if (!previous) return previous.error();
  auto outcome = make(*request, before);
  if (!outcome) return outcome.error();
  events::MappingRegistered mapping = registration_of(command);
  mapping.file_digest = outcome->file_digest;
  mapping.rows_count = outcome->rows_count;
  const auto position = registry.register_mapping(mapping);
  if (!position) return position.error();
  previous->let_go();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
  return ImportedMapping{command.release_name, request->alias, std::move(*outcome), *position,
                         elapsed.count()};
}

}  // namespace

std::string importable_mappings() {
  std::string names;
  for (const std::string_view mapping : mappings::all_mappings) {
    names += (names.empty() ? "" : ", ") + std::string(mapping);
  }
  return names;
}

Result<ImportedMapping> import_mapping(const std::filesystem::path& data,
                                       const MappingImport& command, ImportRegistry& registry,
                                       const ReportProgress& report) {
  CODELOG_CHECK(mappings::is_mapping(command.mapping), "the caller has looked the mapping up");
  const auto make = [&](const ImportRequest& request,
                        const std::optional<std::filesystem::path>& before) {
    if (command.mapping == mappings::bnfdmd_id) return mappings::import_bnfdmd(request);
    if (command.mapping == mappings::ctv3sctmap2_id) return mappings::import_ctv3sctmap2(request);
    return mappings::import_dmdvmpprevmap(request, before);
  };
  return import_with(data, command, registry, report, make);
}

Result<ImportedMapping> add_previous_vmps(const std::filesystem::path& data,
                                          const MappingImport& command, ImportRegistry& registry,
                                          const std::vector<mappings::PreviousVmp>& pairs) {
  CODELOG_CHECK(command.mapping == mappings::dmdvmpprevmap_id, "pairs of VMPs for another mapping");
  const auto make = [&](const ImportRequest& request,
                        const std::optional<std::filesystem::path>& before) {
    return mappings::extend_dmdvmpprevmap(request, before, pairs);
  };
  return import_with(data, command, registry, {}, make);
}

}  // namespace codelog::site
