#include "server/web/codelists/text_changes.h"

#include <catch2/catch.hpp>

namespace codelog::tests::text_changes_test {
namespace {

using web::changed_parts;
using web::TextPart;
using Kind = TextPart::Kind;
using Parts = std::vector<TextPart>;

// The text with one kind of change left out.
std::string without(const Parts& parts, Kind left_out) {
  std::string text;
  for (const TextPart& part : parts) {
    if (part.kind != left_out) text += part.text;
  }
  return text;
}

}  // namespace

TEST_CASE("a changed text keeps the words that stayed", "[web][text]") {
  CHECK(changed_parts("all of asthma", "all of severe asthma") ==
        Parts{{Kind::same, "all of "}, {Kind::added, "severe "}, {Kind::same, "asthma"}});
  CHECK(changed_parts("seen by ada\n", "seen by bob\n") == Parts{{Kind::same, "seen by "},
                                                                 {Kind::removed, "ada"},
                                                                 {Kind::added, "bob"},
                                                                 {Kind::same, "\n"}});
  CHECK(changed_parts("", "new") == Parts{{Kind::added, "new"}});
  CHECK(changed_parts("old", "") == Parts{{Kind::removed, "old"}});
  CHECK(changed_parts("same", "same") == Parts{{Kind::same, "same"}});
  CHECK(changed_parts("", "").empty());
}

TEST_CASE("the parts of a change are both texts, however long", "[web][text]") {
  const auto words = [](int count, int step) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "w" + std::to_string(i * step % 97) + " ";
    return text;
  };
  for (const int count : {1, 50, 600, 5'000}) {
    const std::string before = words(count, 3);
    const std::string after = words(count + 7, 5);
    const Parts parts = changed_parts(before, after);
    CHECK(without(parts, Kind::added) == before);
    CHECK(without(parts, Kind::removed) == after);
  }
}

}  // namespace codelog::tests::text_changes_test
