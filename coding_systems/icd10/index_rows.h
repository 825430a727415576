// Makes an index from the rows of a release, which may come from the release file or from an
// import's memory.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/index/index_source.h"

namespace codelog::coding_systems::icd10 {

// A code in one edition. Views must live until the row has been added.
struct EditionRow {
  std::uint8_t edition = 0;  // in_2016 or in_2019; 0 for another
  Level level = Level::category;
  Usage usage = Usage::normal;
  std::string_view term;
  std::string_view modifier;  // empty if the code has none
};

// Collects concepts, then pairs. Belongs to one thread; constant time a row, on average.
class IndexRows {
 public:
  // `editions` must have the latest last. An empty `parent` means none.
  void add_concept(std::string_view code, std::string_view parent,
                   const std::vector<EditionRow>& editions);
  void add_pair(std::string_view dagger_code, std::string_view asterisk_code, std::uint8_t edition);
  // Adds the links between concepts and returns the source.
  IndexSource take();

 private:
  IndexSource source_;
  std::set<std::string, std::less<>> concepts_;
  std::map<std::pair<std::string, std::string>, std::uint8_t> pairs_;  // dagger, asterisk
};

// "term" or "term : modifier": the name of a code with a modifier.
std::string full_name(std::string_view term, std::string_view modifier);

Usage usage_named(std::string_view text);
std::string_view name_of(Usage usage);  // as in release files and ClaML
Level level_named(std::string_view text);
std::string_view name_of(Level level);

}  // namespace codelog::coding_systems::icd10
