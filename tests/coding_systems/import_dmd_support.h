// Small dm+d releases of the tests' own making.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "coding_systems/dmd/import.h"
#include "import_support.h"

namespace codelog::tests {

// "<NAME><A>1</A></NAME>" and a line feed, of name and fields.
std::string dmd_row(const std::string& name,
                    const std::vector<std::pair<std::string, std::string>>& fields);

// The files of a release, to be bent: what is in their roots behind the first comment, by part. It
// starts with one VTM (10) of one VMP (20, of ingredient 1) of one AMP (30), and a pack of each
// (40 of the VMP, 50 of the AMP).
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

  // Both return what went wrong, which is empty if nothing did.
  std::string run(const Members& members);
  std::string run(const DmdArchive& release) { return run(release.members()); }
  // Imports, and expects a failure that leaves nothing behind.
  std::string failure(const DmdArchive& release);
};

}  // namespace codelog::tests
