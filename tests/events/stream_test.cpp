// Names of streams: those of stored commits must never change.
#include <catch2/catch.hpp>

#include "events/stream.h"

namespace codelog::events {

using base::CodelistId;

TEST_CASE("streams keep the names that old commits have", "[stream]") {
  CHECK(Stream::of_codelist(CodelistId(17)).name() == "codelist/17");
  CHECK(Stream::of_names({OwnerKind::organisation, "nhs"}).name() == "names/organisation/nhs");
  CHECK(Stream::of_names({OwnerKind::user, "ada"}).name() == "names/user/ada");
  CHECK(Stream::of_user("ada").name() == "user/ada");
  CHECK(Stream::of_organisation("nhs").name() == "organisation/nhs");
  CHECK(Stream::of_accounts().name() == "accounts");
  CHECK(Stream::of_release("bnf_a_20240101").name() == "release/bnf_a_20240101");
  CHECK(Stream::of_mapping("bnfdmd").name() == "mapping/bnfdmd");
  CHECK(Stream::of_refset(RefsetKind::pcd).name() == "refset/pcd");
  CHECK(Stream::of_migration().name() == "migration");
  CHECK(Stream::of_site().name() == "site");
}

TEST_CASE("only the stream of a codelist names one", "[stream]") {
  CHECK(Stream::of_codelist(CodelistId(4'294'967'295)).codelist() == CodelistId(4'294'967'295));
  for (const char* other : {"", "codelist", "codelist/", "codelist/x", "codelist/17x",
                            "codelist/-1", "codelist/4294967296", "names/codelist/17"}) {
    CAPTURE(other);
    CHECK_FALSE(Stream(other).codelist());
  }
}

TEST_CASE("streams about names are told from those of what has the names", "[stream]") {
  CHECK(Stream::of_names({OwnerKind::user, "ada"}).is_about_names());
  CHECK(Stream::of_accounts().is_about_names());
  CHECK_FALSE(Stream::of_user("names").is_about_names());
  CHECK_FALSE(Stream::of_organisation("accounts").is_about_names());
}

}  // namespace codelog::events
