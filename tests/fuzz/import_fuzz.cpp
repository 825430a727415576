#include "tests/fuzz/import_fuzz.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "coding_systems/versioning/releases.h"
#include "events/base/check.h"
#include "tools/demo/zip_writer.h"

namespace codelog::tests {
namespace {

namespace fs = std::filesystem;

// Imports into a folder of its own; returns nothing if the import was refused.
std::optional<coding_systems::ImportOutcome> try_import(const Importer& import,
                                                        const fs::path& archive,
                                                        const fs::path& folder,
                                                        const std::string& alias) {
  coding_systems::ImportRequest request;
  request.archive = archive;
  request.target_folder = folder;
  request.alias = alias;
  auto outcome = import(request);
  if (outcome) {
    CODELOG_CHECK(fs::exists(outcome->file), "an import that succeeded made a file");
    return std::move(*outcome);
  }
  CODELOG_CHECK(!outcome.error().detail.empty(), "a refusal says why");
  CODELOG_CHECK(!fs::exists(folder) || fs::is_empty(folder), "a refused import leaves nothing");
  return std::nullopt;
}

}  // namespace

const fs::path& working_folder() {
  static const fs::path folder = [] {
    const fs::path memory = "/dev/shm";
    const fs::path parent = fs::exists(memory) ? memory : fs::temp_directory_path();
    const fs::path made = parent / ("codelog-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(made);
    // Fuzzers end by exit(). After a crash the folder stays for inspection.
    std::atexit([] { fs::remove_all(working_folder()); });
    return made;
  }();
  return folder;
}

std::vector<std::string> split_members(Input input, std::size_t count) {
  std::vector<std::string> members;
  auto at = input.begin();
  while (members.size() < count) {
    const auto end = std::find(at, input.end(), static_cast<std::uint8_t>(member_end));
    members.emplace_back(at, end);
    at = end == input.end() ? end : end + 1;
  }
  return members;
}

fs::path write_archive(const std::string& file_name, const std::vector<std::string>& member_names,
                       const std::vector<std::string>& members) {
  CODELOG_CHECK(member_names.size() == members.size(), "every member has a name");
  demo::ZipWriter archive;
  for (std::size_t i = 0; i < members.size(); ++i) archive.add(member_names[i], members[i]);
  const fs::path path = working_folder() / file_name;
  fs::create_directories(path.parent_path());
  CODELOG_CHECK(static_cast<bool>(archive.write(path)), "the archive can be written");
  return path;
}

fs::path write_gzip(const std::string& file_name, const std::string& text) {
  const fs::path path = working_folder() / file_name;
  fs::create_directories(path.parent_path());
  const auto file = ::gzopen(path.c_str(), "wb1");
  CODELOG_CHECK(file != nullptr, "the file can be made");
  const auto size = static_cast<unsigned>(text.size());
  CODELOG_CHECK(::gzwrite(file, text.data(), size) == static_cast<int>(size), "it can be written");
  CODELOG_CHECK(::gzclose(file) == Z_OK, "it can be closed");
  return path;
}

void check_import(const char* system_id, const Importer& import, const fs::path& archive) {
  const fs::path data = working_folder() / "data";
  const std::string alias = std::string(system_id) + "_fuzz_20240101";
  const auto outcome = try_import(import, archive, data / "coding_systems" / system_id, alias);
  if (outcome) {
    coding_systems::Releases releases(data, coding_systems::release_openers());
    const auto opened = releases.open(system_id, alias);
    CODELOG_CHECK(static_cast<bool>(opened), opened ? "" : opened.error().detail);
    CODELOG_CHECK((*opened)->file_digest() == outcome->file_digest, "the release is another one");
  }
  fs::remove_all(data);
}

void check_mapping_import(const char* mapping, const Importer& import, const fs::path& archive) {
  const fs::path folder = working_folder() / "mappings" / mapping;
  (void)try_import(import, archive, folder, "fuzz");
  fs::remove_all(folder);
}

}  // namespace codelog::tests
