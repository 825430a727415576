// An import's notices to the person who runs it: references to things in no file, and skipped parts
// that nothing needs. A notice never stops an import.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::coding_systems {

// Counts things of one kind and keeps the first few, so that a million of them give one notice.
// Belongs to one thread.
class CountedNotices {
 public:
  // `kind` is the sentence for these ids, such as "descriptions are left out of searches since
  // their concept is in no file". Linear in the number of kinds.
  void add(std::string_view kind, std::string_view id);
  // In the order of the kinds' first use: "KIND: 1204 (ID, ID, ID, ID, ID, ...)", without repeated
  // ids.
  std::vector<std::string> take() const;

 private:
  static constexpr std::size_t ids_max = 5;
  struct Kind {
    std::string text;
    std::uint64_t count = 0;
    std::vector<std::string> ids;
    bool has_more = false;  // there are more ids than these
  };
  std::vector<Kind> kinds_;
};

}  // namespace codelog::coding_systems
