// What an import tells the person who runs it: references whose target is in no file, and what it
// passed over because nothing needs it. Neither stops an import.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::coding_systems {

// Counts things of one kind and remembers the first of them, so that a million of them are one
// notice. Belongs to one thread.
class CountedNotices {
 public:
  // `kind` is the sentence that the ids belong to, such as "descriptions are left out of searches
  // since their concept is in no file". Linear in the number of kinds.
  void add(std::string_view kind, std::string_view id);
  // In the order in which the kinds came: "KIND: 1204 (ID, ID, ID, ID, ID, ...)", no id twice.
  std::vector<std::string> take() const;

 private:
  static constexpr std::size_t ids_max = 5;
  struct Kind {
    std::string text;
    std::uint64_t count = 0;
    std::vector<std::string> ids;
    bool has_more = false;  // ids than these
  };
  std::vector<Kind> kinds_;
};

}  // namespace codelog::coding_systems
