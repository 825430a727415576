#include "tests/fuzz/import_fuzz.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "coding_systems/versioning/releases.h"
#include "events/base/check.h"
#include "tools/demo/zip_writer.h"

namespace codelog::tests {
namespace {

namespace fs = std::filesystem;

// In memory where there is such a place: a fuzzer makes hundreds a second.
const fs::path& working_folder() {
  static const fs::path folder = [] {
    const fs::path memory = "/dev/shm";
    const fs::path parent = fs::exists(memory) ? memory : fs::temp_directory_path();
    const fs::path made = parent / ("codelog-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(made);
    return made;
  }();
  return folder;
}

}  // namespace

std::vector<std::string> split_members(std::span<const std::uint8_t> input, std::size_t count) {
  std::vector<std::string> members;
  auto at = input.begin();
  while (members.size() < count) {
    const auto end = std::find(at, input.end(), static_cast<std::uint8_t>(member_end));
    members.emplace_back(at, end);
    at = end == input.end() ? end : end + 1;
  }
  return members;
}

void run_import(const FuzzedImport& fuzzed, std::span<const std::uint8_t> input) {
  const auto members = split_members(input, fuzzed.member_names.size());
  demo::ZipWriter archive;
  for (std::size_t i = 0; i < members.size(); ++i) {
    archive.add(fuzzed.member_names[i], members[i]);
  }
  coding_systems::ImportRequest request;
  request.archive = working_folder() / "fuzz.zip";
  CODELOG_CHECK(static_cast<bool>(archive.write(request.archive)), "the archive can be written");
  const fs::path data = working_folder() / "data";
  request.target_folder = data / "coding_systems" / fuzzed.system_id;
  request.alias = std::string(fuzzed.system_id) + "_fuzz_20240101";
  const auto outcome = fuzzed.import(request);
  if (outcome) {
    coding_systems::Releases releases(data, coding_systems::release_openers());
    const auto opened = releases.open(fuzzed.system_id, request.alias);
    CODELOG_CHECK(static_cast<bool>(opened), opened ? "" : opened.error().detail);
    CODELOG_CHECK((*opened)->file_digest() == outcome->file_digest, "the release is another one");
  } else {
    CODELOG_CHECK(!outcome.error().detail.empty(), "a refusal says why");
    CODELOG_CHECK(!fs::exists(request.target_folder) || fs::is_empty(request.target_folder),
                  "a refused import leaves nothing");
  }
  fs::remove_all(data);
}

}  // namespace codelog::tests
