// Commits without personal data and without texts that people typed, for developers. Positions,
// times, ids, codes, statuses and the structure stay.
#pragma once

#include <string>
#include <string_view>

#include "events/commit.h"

namespace codelog::tools {

// Gives equal texts equal pseudonyms. Nobody can find out from a pseudonym whether a guess of the
// text is right, because the key is random and is kept nowhere.
class Sanitiser {
 public:
  Sanitiser();

  void sanitise(events::CommitDraft& commit) const;
  // "x" and ten hexadecimal digits, and the length of the text: "x0123456789-24". Empty for an
  // empty text.
  std::string pseudonym(std::string_view text) const;

 private:
  std::string key_;
};

}  // namespace codelog::tools
