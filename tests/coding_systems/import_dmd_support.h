// Small made-up dm+d releases for the tests.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "coding_systems/dmd/import.h"
#include "import_support.h"

namespace codelog::tests {

// "<NAME><A>1</A></NAME>" and a line feed, from a name and fields.
std::string dmd_row(const std::string& name,
                    const std::vector<std::pair<std::string, std::string>>& fields);

// The files of a release, for a test to change: by part, the content of the root after the first
// comment. Starts with one VTM (10), one VMP of it (20, with ingredient 1), one AMP of that (30),
// and a pack of each (40 of the VMP, 50 of the AMP).
struct DmdArchive {
  DmdArchive();

  static std::string member_name(const std::string& part);
  std::string file(const std::string& part) const;
  Members members() const;

  std::map<std::string, std::string> contents;
};

std::string dmd_vtm(const std::string& vtmid, const std::string& name);
std::string dmd_vmp(const std::string& vpid, const std::string& vtmid, const std::string& name,
                    const std::string& more = "");
std::string dmd_amp(const std::string& apid, const std::string& vpid, const std::string& name,
                    const std::string& more = "");

// A place to import into.
struct ImportedDmd {
  TemporaryFolder folder;
  std::filesystem::path archive = folder.path() / "dmd.zip";
  std::filesystem::path target = folder.path() / "dmd";
  std::filesystem::path file = target / "test_1.sqlite3";

  // run() and failure() return the error's text; empty after a success.
  std::string run(const Members& members);
  std::string run(const DmdArchive& release) { return run(release.members()); }
  // Expects a failure that leaves nothing behind.
  std::string failure(const DmdArchive& release);
};

}  // namespace codelog::tests
