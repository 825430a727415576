// From a code to the codelists that include it. A code of one coding system is never that of
// another. Safe from any thread; each call holds a lock for as long as it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/base/mutex.h"
#include "events/base/strong.h"

namespace codelog::finding {

// Codelists that have codes in common with some codes.
struct Overlap {
  base::CodelistId codelist;
  std::size_t shared_count = 0;
  std::size_t codes_count = 0;  // of the codelist
};

class CodeIndex {
 public:
  explicit CodeIndex(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Replaces the codes of the codelist; they must be unique. Codes that no longer fit into the
  // memory are left out, all of them.
  void put(base::CodelistId codelist, std::string_view coding_system,
           std::span<const std::string> codes);
  void remove(base::CodelistId codelist);

  // Sorted.
  std::vector<base::CodelistId> codelists_with(std::string_view coding_system,
                                               std::string_view code) const;
  // The other codelists that have some of the codelist's codes, in any order. Takes a step for each
  // code in each of them.
  std::vector<Overlap> overlaps_of(base::CodelistId codelist) const;
  std::size_t codes_count(base::CodelistId codelist) const;
  // False if the codes of some codelist did not fit.
  bool is_whole() const;

 private:
  using CodeNumber = std::uint32_t;
  // A tree, because people can upload tables of codes that all have one hash.
  using CodeNumbers = std::map<std::string, CodeNumber, std::less<>>;

  struct Code {
    std::vector<std::uint32_t> places;  // of the codelists that have it, in entries_
    CodeNumbers::iterator name;
    CodeNumbers* system = nullptr;
  };
  struct Entry {
    base::CodelistId codelist;
    std::vector<CodeNumber> codes;
    bool is_left_out = false;
  };

  std::uint32_t place_for(base::CodelistId codelist) REQUIRES(mutex_);
  CodeNumber number_of(CodeNumbers& system, const std::string& code) REQUIRES(mutex_);
  void clear(std::uint32_t place) REQUIRES(mutex_);

  const std::size_t bytes_max_;
  mutable base::Mutex mutex_;
  std::map<std::string, CodeNumbers, std::less<>> systems_ GUARDED_BY(mutex_);
  std::vector<Code> codes_ GUARDED_BY(mutex_);
  std::vector<CodeNumber> free_numbers_ GUARDED_BY(mutex_);
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
  std::vector<std::uint32_t> free_places_ GUARDED_BY(mutex_);
  std::unordered_map<base::CodelistId, std::uint32_t> places_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::size_t left_out_count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::finding
