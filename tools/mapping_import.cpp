#include "tools/mapping_import.h"

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

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::ImportOutcome;
using coding_systems::ImportRequest;

constexpr mode_t folder_mode = 0700;  // as for everything in a data folder

// Imports of one mapping take turns, since a release may contain the previous one. The lock ends
// with the process, even if it is killed.
Result<base::Descriptor> take_turn(const std::filesystem::path& data, const std::string& mapping) {
  const std::filesystem::path folder = data / "mappings" / mapping;
  std::error_code ignored;  // A folder that cannot be created cannot be opened either.
  if (data.has_parent_path()) std::filesystem::create_directories(data.parent_path(), ignored);
  for (const auto& path : {data, data / "mappings", folder}) ::mkdir(path.c_str(), folder_mode);
  base::Descriptor descriptor = base::open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!descriptor || ::flock(descriptor.get(), LOCK_EX) != 0) {
    return Error{ErrorCode::io,
                 "cannot lock the folder " + folder.string() + ": " + std::strerror(errno),
                 {}};
  }
  return descriptor;
}

// The registered facts of a mapping.
struct Registered {
  std::string name;
  std::string valid_from;
};

std::optional<Registered> registered_from(const Json& found) {
  if (!found.is_object()) return std::nullopt;
  return Registered{found.value("name", ""), found.value("valid_from", "")};
}

// The newest release of the mapping, if there is one. Fails if another release already has the file
// name of the one to import, because the import would replace its file.
Result<std::optional<Registered>> find_newest(const site::DataFolderOptions& folder,
                                              const MappingImport& command) {
  auto site = SiteAccess::open(folder);
  if (!site) return site.error();
  const auto found = site->run("mapping.find", {{"mapping", command.mapping},
                                                {"name", command.release_name},
                                                {"valid_from", command.valid_from}});
  if (!found) return found.error();
  return registered_from((*found)["newest"]);
}

Result<std::uint64_t> register_mapping(const site::DataFolderOptions& folder,
                                       const MappingImport& command, const ImportOutcome& outcome) {
  auto site = SiteAccess::open(folder);
  if (!site) return site.error();
  const auto registered =
      site->run("mapping.register", {{"mapping", command.mapping},
                                     {"name", command.release_name},
                                     {"valid_from", command.valid_from},
                                     {"import_ref", command.source.filename().string()},
                                     {"file_digest", base::to_hex(outcome.file_digest)},
                                     {"rows", outcome.rows_count}});
  if (!registered) return registered.error();
  return registered->value("position", std::uint64_t{0});
}

Result<ImportRequest> request_for(const site::DataFolderOptions& folder,
                                  const MappingImport& command,
                                  const site::ReportProgress& report) {
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
  request.target_folder = folder.data / "mappings" / command.mapping;
  request.alias = *stem;
  request.report_progress = [report](const coding_systems::ImportProgress& progress) {
    if (report) report({std::string(progress.stage), progress.done, progress.total});
  };
  return request;
}

// Each release of previous VMPs holds all pairs known before. To keep this true for the newest
// release, the pairs of an older release are added to the newest.
void aim_at_newest(const std::optional<Registered>& newest, MappingImport& command) {
  if (!newest) return;
  if (std::tie(newest->valid_from, newest->name) >
      std::tie(command.valid_from, command.release_name)) {
    command.valid_from = newest->valid_from;
    command.release_name = newest->name;
  }
}

using MakeFile = std::function<Result<ImportOutcome>(
    const ImportRequest& request, const std::optional<std::filesystem::path>& before)>;

Result<ImportedMapping> import_with(const site::DataFolderOptions& folder, MappingImport command,
                                    const site::ReportProgress& report, const MakeFile& make) {
  const auto started = std::chrono::steady_clock::now();
  const bool extends = command.mapping == mappings::dmdvmpprevmap_id;
  auto request = request_for(folder, command, report);  // fails before the site is opened
  if (!request) return request.error();
  const auto turn = take_turn(folder.data, command.mapping);
  if (!turn) return turn.error();
  const auto newest = find_newest(folder, command);
  if (!newest) return newest.error();
  std::optional<std::filesystem::path> before;
  if (extends && *newest) {
    aim_at_newest(*newest, command);
    request = request_for(folder, command, report);
    if (!request) return request.error();
    const auto stem = mappings::mapping_file_stem((*newest)->name);
    if (!stem) return stem.error();
    before = mappings::mapping_file(folder.data, command.mapping, *stem);
  }
  auto previous = coding_systems::PreviousFile::keep(
      mappings::mapping_file(folder.data, command.mapping, request->alias));
  if (!previous) return previous.error();
  auto outcome = make(*request, before);
  if (!outcome) return outcome.error();
  const auto position = register_mapping(folder, command, *outcome);
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

Result<ImportedMapping> import_mapping(const site::DataFolderOptions& folder,
                                       const MappingImport& command,
                                       const site::ReportProgress& report) {
  CODELOG_CHECK(mappings::is_mapping(command.mapping), "the caller has looked the mapping up");
  const auto make = [&](const ImportRequest& request,
                        const std::optional<std::filesystem::path>& before) {
    if (command.mapping == mappings::bnfdmd_id) return mappings::import_bnfdmd(request);
    if (command.mapping == mappings::ctv3sctmap2_id) return mappings::import_ctv3sctmap2(request);
    return mappings::import_dmdvmpprevmap(request, before);
  };
  return import_with(folder, command, report, make);
}

Result<ImportedMapping> add_previous_vmps(const site::DataFolderOptions& folder,
                                          const MappingImport& command,
                                          const std::vector<mappings::PreviousVmp>& pairs) {
  CODELOG_CHECK(command.mapping == mappings::dmdvmpprevmap_id, "pairs of VMPs for another mapping");
  const auto make = [&](const ImportRequest& request,
                        const std::optional<std::filesystem::path>& before) {
    return mappings::extend_dmdvmpprevmap(request, before, pairs);
  };
  return import_with(folder, command, {}, make);
}

}  // namespace codelog::tools
