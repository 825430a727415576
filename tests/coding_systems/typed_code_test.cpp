// Reading codes as people type, paste and upload them.
#include <catch2/catch.hpp>
#include <string>

#include "codeset_fake_release.h"
#include "coding_systems/base/typed_code.h"

namespace codelog::tests::typed_code_test {

using coding_systems::find_typed_code;
using coding_systems::normal_code;
using coding_systems::trim_typed_code;
using coding_systems::trim_unseen;

TEST_CASE("a typed code loses invisible characters and the term after it", "[typed-code]") {
  for (const std::string typed :
       {"51001004", " 51001004 ", "51001004\t", "\r\n51001004\n",
        "\xC2\xA0"
        "51001004\xC2\xA0",
        "\xEF\xBB\xBF"
        "51001004",
        "\xE2\x80\x8B \xE2\x80\x8B"
        "51001004 \xE2\x80\x8B ",
        "51001004 |Asthma|", "51001004 | Asthma (disorder) |", "51001004|Asthma", "51001004|"}) {
    CAPTURE(typed);
    CHECK(trim_typed_code(typed) == "51001004");
  }
  CHECK(trim_typed_code("see note 1") == "see note 1");
  CHECK(trim_typed_code("").empty());
  CHECK(trim_typed_code(" \xEF\xBB\xBF ").empty());
  CHECK(trim_typed_code("|Asthma|").empty());
  CHECK(trim_unseen("\xEF\xBB\xBF a|b\xC2\xA0") == "a|b");
  CHECK(trim_unseen("\xFF") == "\xFF");
}

TEST_CASE("a typed code is written as the system's releases write it", "[typed-code]") {
  CHECK(normal_code("icd10", "J45.0") == "J450");
  CHECK(normal_code("icd10", "j45.0") == "J450");
  CHECK(normal_code("icd10", " J45.0 |Asthma|") == "J450");
  CHECK(normal_code("icd10", "A17.0\xE2\x80\xA0") == "A170");
  CHECK(normal_code("icd10", "J45.0 \xE2\x80\xA0") == "J450");
  CHECK(normal_code("icd10", "J45.0*") == "J450");
  CHECK(normal_code("icd10", "J45.0\xC2\xA0*") == "J450");
  CHECK(normal_code("icd10", "I60 - I69") == "I60-I69");
  CHECK(normal_code("icd10", "J45.-") == "J45");
  CHECK(normal_code("icd10", "J45X") == "J45");
  CHECK(normal_code("icd10", "I60-I69") == "I60-I69");
  CHECK(normal_code("icd10", "i60\xE2\x80\x93i69") == "I60-I69");
  CHECK(normal_code("opcs4", "m01.8") == "M018");
  CHECK(normal_code("opcs4", "M01") == "M01");
  CHECK(normal_code("opcs4", "M01.-") == "M01");
  CHECK(normal_code("opcs4", "m01.\xE2\x80\x93") == "M01");
  CHECK(normal_code("opcs4", "-") == "-");
  CHECK(normal_code("opcs4", "see note 1.") == "see note 1.");
  CHECK(normal_code("readv2", "C150500") == "C1505");
  CHECK(normal_code("readv2", "H33..11") == "H33..");
  CHECK(normal_code("readv2", "H33") == "H33..");
  CHECK(normal_code("readv2", "H33.") == "H33..");
  CHECK(normal_code("readv2", "h33..") == "h33..");
  CHECK(normal_code("readv2", "Asthma!") == "Asthma!");
  CHECK(normal_code("readv2", "12") == "12");
  CHECK(normal_code("ctv3", "XE0") == "XE0..");
  CHECK(normal_code("ctv3", "C150500") == "C150500");
  CHECK(normal_code("bnf", "0301011r0") == "0301011R0");
  CHECK(normal_code("snomedct", "51001004 ") == "51001004");
  CHECK(normal_code("dmd", "J45.0") == "J45.0");
}

TEST_CASE("a text that is a code of the release is that code, whatever its form", "[typed-code]") {
  const FakeRelease release({{"a", "b|c"}, {"a", " d "}}, {}, "a");
  const auto found = [&](const std::string& typed) {
    const auto node = find_typed_code(release, typed);
    return node ? std::string(release.code(*node)) : "none";
  };
  CHECK(found("b|c") == "b|c");
  CHECK(found(" d ") == " d ");
  CHECK(found(" a\xC2\xA0") == "a");
  CHECK(found("a |top|") == "a");
  CHECK(found("d") == "none");
  CHECK(found("") == "none");
}

}  // namespace codelog::tests::typed_code_test
