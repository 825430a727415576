// Changes of users at the command line, and the removal of spammers.
#include <catch2/catch.hpp>

#include "events/base/file.h"
#include "tests/tools/program.h"

namespace codelog::tools::test::user_upkeep_test {
namespace {

void add_user(const Data& data, const std::string& username, const std::string& name,
              const std::string& email) {
  data.run({"user", "add", username, "--name", name, "--email", email});
}

std::string types_of(const Json& commit) {
  std::string types;
  for (const Json& event : commit["events"]) types += event["type"].get<std::string>() + " ";
  return types;
}

}  // namespace

TEST_CASE("a user's details change in one commit, and only where they differ", "[program]") {
  const Data data;
  add_user(data, "ada", "Ada", "ada@example.org");
  data.run({"organisation", "add", "uni", "--name", "A University", "--url", "https://e.org"});
  const Json changed =
      data.run_json({"user", "change", "ada", "--name", "Ada Adams", "--email",
                     "a.adams@example.org", "--admin", "--organisation", "A University"});
  CHECK(changed["changed"] == true);
  const Json commit = data.run_json({"log", "show", changed["position"].dump()});
  CHECK(types_of(commit) == "UserPersonalDataChanged UserAdminChanged MemberSet ");
  CHECK(commit["events"][2]["is_admin"] == true);
  CHECK_THAT(commit.dump(), Catch::Contains("a.adams@example.org"));
  CHECK(data.run({"user", "change", "ada", "--name", "Ada Adams", "--admin", "--organisation",
                  "uni"}) == "user ada unchanged\n");
  CHECK(data.run({"user", "change", "ada", "--no-admin"}) == "user ada changed\n");

  add_user(data, "bob", "Bob", "bob@example.org");
  const auto field = [&](const char* option, const char* value) {
    return data.refused({"user", "change", "bob", option, value})["errors"][0]["field"];
  };
  CHECK(field("--email", "nonsense") == "email");
  CHECK(field("--email", "A.Adams@example.org") == "email");
  CHECK(field("--organisation", "nowhere") == "organisation");
  CHECK(data.refused({"user", "change", "nobody", "--name", "X"})["code"] == "not_found");
}

TEST_CASE("only users who look like spammers and do nothing are erased", "[program]") {
  const Data data;
  add_user(data, "spammer", "spammer", "x@example.org");
  add_user(data, "dotty", "Dotty Jones", "a.b.c.d@example.org");
  add_user(data, "shop", "A Shop", "a@b.SHOP");
  add_user(data, "scholar", "scholar", "scholar@uni.ac.uk");
  add_user(data, "member", "member", "member@example.org");
  add_user(data, "ada", "Ada Adams", "ada@example.org");
  data.run({"organisation", "add", "uni", "--name", "U", "--url", "https://e.org"});
  data.run({"organisation", "member", "uni", "member"});
  const std::string csv = (data.path().parent_path() / "spam.csv").string();

  const std::string listed = data.run({"user", "remove-spam", "--csv", csv});
  CHECK(listed ==
        "dotty, Dotty Jones <a.b.c.d@example.org>: three or more dots in the e-mail address\n"
        "shop, A Shop <a@b.SHOP>: the e-mail address ends with .shop\n"
        "spammer, spammer <x@example.org>: the name is the username\n"
        "Nobody was erased: --erase does it.\n");
  CHECK_THAT(*base::read_file(csv), Catch::StartsWith("username,name,email,reasons\r\ndotty,"));

  const Json erased = data.run_json({"user", "remove-spam", "--erase"});
  CHECK(erased["users"].size() == 3);
  CHECK(data.run({"user", "remove-spam"}) == "no user looks like a spammer\n");
  CHECK(data.refused({"user", "token", "spammer"})["code"] == "conflict");
  data.run({"user", "token", "scholar"});
}

}  // namespace codelog::tools::test::user_upkeep_test
