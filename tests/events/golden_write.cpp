// Writes the missing golden files and never touches existing ones. After adding an event type, run
// it by hand from the root of the repository:
//     test_golden_write tests/golden/events
#include <cstdio>
#include <filesystem>

#include "events/base/file.h"
#include "events/codec.h"
#include "golden_commits.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  for (const auto& golden : codelog::events::golden_commits()) {
    const std::filesystem::path path = std::filesystem::path(argv[1]) / (golden.name + ".bin");
    if (std::filesystem::exists(path)) continue;
    const auto bytes = codelog::events::encode(golden.expected);
    if (!bytes) {
      std::fprintf(stderr, "%s: %s\n", golden.name.c_str(), bytes.error().detail.c_str());
      return 1;
    }
    if (const auto written = codelog::base::write_file_durably(path, *bytes); !written) {
      std::fprintf(stderr, "%s\n", written.error().detail.c_str());
      return 1;
    }
    std::printf("wrote %s (%zu bytes)\n", path.c_str(), bytes->size());
  }
  return 0;
}
