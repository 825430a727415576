// Expressions: what is read, what is refused and where, and the codes that they stand for.
#include <catch2/catch.hpp>
#include <set>

#include "coding_systems/ecl/evaluation.h"
#include "coding_systems/ecl/parser.h"
#include "tests/coding_systems/codeset_fake_release.h"

namespace codelog::tests::ecl_test {
namespace {

namespace ecl = codelog::coding_systems::ecl;
using coding_systems::CodeUniverse;

// 100000 is above 200001 and 200002; 300003, below both, is above 400004; 300005 is below 200002.
// 900009 is inactive.
CodeUniverse universe() {
  return CodeUniverse(std::make_shared<FakeRelease>(FakeRelease::Edges{{"100000", "200001"},
                                                                       {"100000", "200002"},
                                                                       {"200001", "300003"},
                                                                       {"200002", "300003"},
                                                                       {"200002", "300005"},
                                                                       {"300003", "400004"}},
                                                    std::vector<std::string>{"900009"}, "100000"));
}

std::string joined(std::vector<std::string> codes) {
  std::string text;
  for (const std::string& code : std::set<std::string>(codes.begin(), codes.end())) {
    text += (text.empty() ? "" : " ") + code;
  }
  return text;
}

ecl::Selection selection_of(const std::string& text) {
  const auto expression = ecl::parse_expression(text);
  INFO(text);
  if (!expression) FAIL(expression.error().detail);
  return ecl::evaluate(universe(), *expression);
}

std::string codes_of(const std::string& text) { return joined(selection_of(text).codes); }

std::string refusal_of(const std::string& text) {
  const auto expression = ecl::parse_expression(text);
  INFO(text);
  if (expression) FAIL("is read");
  return expression.error().detail;
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a concept stands for itself, with < for its descendants, with << for both", "[ecl]") {
  CHECK(codes_of("200001") == "200001");
  CHECK(codes_of("<200001") == "300003 400004");
  CHECK(codes_of("<<200001") == "200001 300003 400004");
  CHECK(codes_of("< 400004").empty());
  CHECK(codes_of("<<100000") == "100000 200001 200002 300003 300005 400004");
  CHECK(codes_of("<<900009") == "900009");
}

TEST_CASE("OR and MINUS are those of sets", "[ecl]") {
  CHECK(codes_of("200001 OR 300005 OR <300003") == "200001 300005 400004");
  CHECK(codes_of("<<200001 MINUS <<300003") == "200001");
  // The descendants of 300003 stay.
  CHECK(codes_of("<<200001 MINUS 300003") == "200001 400004");
  // 200001 does not take out its children.
  CHECK(codes_of("<<200001 OR 200001") == "200001 300003 400004");
  // A concept above the first: nothing is left of it.
  CHECK(codes_of("<<300003 MINUS <<200002").empty());
  CHECK(codes_of("<200002 OR <<300003") == "300003 300005 400004");
}

TEST_CASE("operators before parentheses take all concepts inside", "[ecl]") {
  CHECK(codes_of("((200001))") == "200001");
  CHECK(codes_of("<<(200001 OR 300005)") == "200001 300003 300005 400004");
  CHECK(codes_of("<(200001 OR 300003)") == "300003 400004");
  CHECK(codes_of("<(<200002)") == "400004");
  CHECK(codes_of("<<100000 MINUS (<<200001 OR (300005 MINUS 200002))") == "100000 200002");
}

TEST_CASE("white space, terms in pipes and comments may be anywhere between", "[ecl]") {
  CHECK(codes_of("\xEF\xBB\xBF \r\n\t<<\xC2\xA0 200001 |Some (old) term <<| minus\n"
                 "/* not OR */ 300003|another| ") == "200001 400004");
  CHECK(codes_of("200001 Or(200002)") == "200001 200002");
  CHECK(codes_of("/**/200001/* < */") == "200001");
}

TEST_CASE("a code that the release does not have is named, also after MINUS", "[ecl]") {
  const auto selection = selection_of("<<200002 MINUS (<<999999 OR 888888 OR 999999)");
  CHECK(joined(selection.codes) == "200002 300003 300005 400004");
  CHECK(joined(selection.unknown) == "888888 999999");
}

TEST_CASE("a refusal names the place and the fault", "[ecl]") {
  const std::string operand = "a concept id, <, << or ( is expected";
  CHECK(refusal_of("") ==
        "line 1, column 1: the expression ends here, but a concept id, <, << or "
        "( is expected");
  CHECK(refusal_of("asthma") == "line 1, column 1: " + operand + ", not \"asthma\"");
  CHECK(refusal_of("200001 OR\n /* \xC3\xA9 */ OR") ==
        "line 2, column 10: " + operand + ", not \"OR\"");
  CHECK(refusal_of("200001 200002") ==
        "line 1, column 8: OR, MINUS or the end is expected, not \"200002\"");
  CHECK(refusal_of("(200001") == "line 1, column 1: the parenthesis that begins here has no end");
  CHECK(refusal_of("200001)") == "line 1, column 7: OR, MINUS or the end is expected, not \")\"");
  CHECK(refusal_of("()") == "line 1, column 2: " + operand + ", not \")\"");
  CHECK(refusal_of("<<") ==
        "line 1, column 3: the expression ends here, but a concept id or ( is expected");
  CHECK(refusal_of("<<<200001") == "line 1, column 3: a second operator needs parentheses: <<(<…)");
  CHECK(refusal_of("200001 OR 200002 MINUS 300003") ==
        "line 1, column 18: OR and MINUS together need parentheses");
  CHECK(refusal_of("200001 MINUS 200002 MINUS 300003") ==
        "line 1, column 21: a second MINUS needs parentheses");
  CHECK(refusal_of("200001 |term") == "line 1, column 8: the term that begins here has no end: |");
  CHECK(refusal_of("200001 |a| |b|") ==
        "line 1, column 12: OR, MINUS or the end is expected, not \"b\"");
  CHECK(refusal_of("200001 /* …") ==
        "line 1, column 8: the comment that begins here has no end: */");
  const std::string no_id = "is not a concept id: 6 to 18 digits, the first of them not 0";
  for (const char* text : {"12345", "012345", "1234567890123456789", "123456a"}) {
    CHECK(refusal_of(text) == std::string("line 1, column 1: ") + no_id);
  }
  CHECK(refusal_of("200001 \xFF") == "is not well-formed UTF-8");
}

TEST_CASE("parts of the language that are not read yet are named", "[ecl]") {
  CHECK(refusal_of("200001 AND 200002") == "line 1, column 8: AND is not supported yet");
  CHECK(refusal_of("200001, 200002") == "line 1, column 7: , (AND) is not supported yet");
  CHECK(refusal_of("<<200001: 200002 = 300003") ==
        "line 1, column 9: : (attributes) is not supported yet");
  for (const char* symbol : {"^", "*", "<!", "<<!", ">", ">>", ">!", ">>!", "!!>", "!!<", "["}) {
    CHECK_THAT(refusal_of(std::string(symbol) + " 200001"),
               Catch::StartsWith("line 1, column 1: " + std::string(symbol) + " (") &&
                   Catch::EndsWith(") is not supported yet"));
  }
}

TEST_CASE("an expression of any size is read or refused, without recursion", "[ecl]") {
  const std::string many = repeated("300003 OR ", 90'000) + "400004";
  CHECK(codes_of(many) == "300003 400004");
  CHECK(codes_of(repeated("(", 100) + "200001" + repeated(")", 100)) == "200001");
  CHECK(refusal_of(repeated("(", 101)) ==
        "line 1, column 101: parentheses may be at most 100 deep");
  CHECK(codes_of(repeated("<<(200001) OR ", 999) + "<(200001)") == "200001 300003 400004");
  CHECK_THAT(refusal_of(repeated("<<(200001) OR ", 1'000) + "(200001)"),
             Catch::EndsWith("there may be at most 1000 pairs of parentheses"));
  const auto too_large = ecl::parse_expression(repeated(" ", ecl::expression_bytes_max + 1));
  REQUIRE_FALSE(too_large);
  CHECK(too_large.error().code == base::ErrorCode::too_large);
}

}  // namespace codelog::tests::ecl_test
