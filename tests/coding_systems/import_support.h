// Shared by the tests of the importers: small made-up archives, and functions that read the
// imported files.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/importing/import_progress.h"
#include "small_releases.h"

namespace codelog::tests {

using Members = std::vector<std::pair<std::string, std::string>>;  // name, contents

void write_archive(const std::filesystem::path& path, const Members& members);

// One gzip member.
std::string gzip(const std::string& text);

// An RF2 archive for a test to change: each folder's files as lines without line ends. Starts with
// three concepts (the root, 100005 below it, 100013 below that), each with a name.
struct Rf2Archive {
  enum File { concepts, descriptions, stated, relationships, files_count };
  using Lines = std::vector<std::string>;

  Rf2Archive();
  Lines& lines(std::size_t folder, File file) { return lines_[folder][file]; }
  static std::string member_name(std::size_t folder, File file);
  Members members(std::string_view line_end = "\r\n") const;

 private:
  std::array<std::array<Lines, files_count>, 3> lines_;
};

// Joins columns to a line.
std::string rf2_line(const std::vector<std::string>& columns);
std::string concept_line(const std::string& id, const std::string& date, const std::string& active);
std::string description_line(const std::string& id, const std::string& date,
                             const std::string& active, const std::string& concept_id,
                             const std::string& term);
std::string is_a_line(const std::string& id, const std::string& date, const std::string& active,
                      const std::string& child, const std::string& parent);

using Row = std::vector<std::string>;  // NULL is "NULL"
std::vector<Row> query(const std::filesystem::path& database, const std::string& sql);

// The names of the files in a folder, sorted.
std::vector<std::string> files_in(const std::filesystem::path& folder);

using Import =
    base::Result<coding_systems::ImportOutcome> (*)(const coding_systems::ImportRequest&);

// Imports into `target` as release "test_1"; returns the error's text, or "" after a success.
std::string import_error(Import import, const std::filesystem::path& archive,
                         const std::filesystem::path& target);

}  // namespace codelog::tests
