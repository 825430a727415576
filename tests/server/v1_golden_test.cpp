// Compares API v1 with OpenCodelists' own answers, request by request, in order, on the same seeded
// site.
#include <catch2/catch.hpp>
#include <map>

#include "events/base/version_hash.h"
#include "server/commands/codelist_commands.h"
#include "tests/server/api_golden.h"
#include "tests/server/api_migrated.h"

namespace codelog::tests::v1_golden_test {
namespace {

using base::CodelistId;
using base::VersionId;
using events::Owner;
using events::OwnerKind;

// Codelog's intended differences: it answers 400 with the reason.
struct Improved {
  std::string error;        // a part of the answer's "error"
  const char* reason = "";  // why it differs from OpenCodelists' answer
};

constexpr const char* failed = "OpenCodelists fails with 500";
constexpr const char* in_our_words = "OpenCodelists gives its parser's words";
constexpr const char* clearer = "OpenCodelists takes the text for a list of its letters";

const std::map<int, Improved> improved = {
    {47, {"Provide exactly one of `codes` or `csv_data`", failed}},
    {48, {"body: must not be NaN", failed}},
    {56, {"coding_system_id: there is no coding system 'bogus'", failed}},
    {57, {"bogus is not a valid database alias for a SNOMED CT release.", failed}},
    {58, {"dmd_small_20240101 is not a valid database alias for a SNOMED CT release.", failed}},
    {59, {"snomedct_half_20240601 is not a valid database alias for a SNOMED CT", failed}},
    {60, {"`coding_system_database_alias` must be a string", failed}},
    {61,
     {"Attempting to import codes that aren't in the SNOMED CT (UK Clinical Edition)/"
      "snomedct_small_20240101 coding system: 1234, 999",
      failed}},
    {65, {"name: must not be empty", "OpenCodelists makes it, then cannot show it"}},
    {66, {"Codelist names must contain at least one letter or number.", failed}},
    {71, {"No codes", failed}},
    {73, {"there is no user nobody", failed}},
    {74, {"`references` must be a list of objects", failed}},
    {79, {"has a codelist with this name already", failed}},
    {85, {"has a codelist with this slug already", failed}},
    {86, {"Missing keys with `csv_data`: `description`", failed}},
    {87, {"Extra keys with `csv_data`: `always_create_new_version`", failed}},
    {88, {"the header 'id,term' has no column named code or dmd_id", failed}},
    {89, {"row 2: the code '1234' is not in snomedct_small_20240101", failed}},
    {90, {"the table is empty", failed}},
    {91, {"row 2: the code '1' is not in snomedct_small_20240101", failed}},
    {96, {"codelists of this system are uploaded as a table", failed}},
    {113, {"Missing keys: `coding_system_database_alias`", failed}},
    {115, {"`codes` must be a list of strings", clearer}},
    {116, {"`codes` must be a list of strings", failed}},
    {117, {"`codes` must be a list of strings", failed}},
    {118, {"`codes` must be a list of strings", failed}},
    {123, {"the codelist has a version tagged tagged already", failed}},
    {129, {"bogus is not a valid database alias for a SNOMED CT release.", failed}},
    {133, {"has a codelist with this name already", failed}},
    {134, {"has a codelist with this slug already", failed}},
    {140, {"row 2: the code '1' is not in snomedct_small_20240101", failed}},
    {145, {"No difference to previous version", "OpenCodelists refuses the space after <<"}},
    {152, {"ecl: line 1, column 1: a concept id, <, << or ( is expected", in_our_words}},
    {153, {"ecl: line 1, column 1: the expression ends here", in_our_words}},
    {155, {"ecl: line 1, column 1: ^ (the members of a reference set) is not", in_our_words}},
    {156,
     {"ecl: line 1, column 18: AND is not supported yet",
      "OpenCodelists ignores AND and all after it"}},
    {157, {"ecl: line 1, column 1: * (any concept) is not supported yet", in_our_words}},
};

// OpenCodelists fails on these or does something else, and Codelog executes them. They come last,
// because their results would shift the versions' ids.
const std::map<int, const char*> asked_last = {
    {77, "a slug can change alone"},
    {80, "sign-offs can be given when a codelist is updated"},
    {92, "blank lines of a table do not matter"},
    {94, "white space around a code does not matter"},
    {135, "a slug can change alone"},
    {149, "a space may come after <<"},
    {151, "a concept in an expression does not take out its children"},
};

// A refused request changes nothing, but here OpenCodelists keeps the codelist's new name.
constexpr int keeps_half = 132;

Ask ask_of(const OrderedJson& request) {
  Ask ask{.method = request.at("method"), .target = request.at("path")};
  for (const auto& [name, value] : request.at("headers").items()) {
    if (name == "Authorization") {
      ask.token = value;
    } else {
      ask.headers.emplace_back(name, value);
    }
  }
  if (request.at("body").is_string()) ask.body = request.at("body");
  if (request.at("content_type").is_string()) {
    ask.headers.emplace_back("Content-Type", request.at("content_type"));
  }
  return ask;
}

std::pair<Owner, std::string> handle_of(std::string full_slug) {
  OwnerKind kind = OwnerKind::organisation;
  if (full_slug.starts_with("user/")) {
    kind = OwnerKind::user;
    full_slug.erase(0, 5);
  }
  const std::size_t slash = full_slug.find('/');
  return {Owner{kind, full_slug.substr(0, slash)}, full_slug.substr(slash + 1)};
}

class Replay {
 public:
  explicit Replay(ApiSite& site) : site_(site) {}

  void run(const OrderedJson& test_case) {
    const int number = test_case.at("n");
    const OrderedJson& request = test_case.at("request");
    INFO("case " << number << ": " << request.dump().substr(0, 300));
    if (asked_last.contains(number)) {
      last_.push_back(test_case);
      catch_up(test_case);
      return;
    }
    if (number == 230) return compare_final_list(test_case);
    const std::uint64_t head = site_.head();
    const Reply reply = site_.ask(ask_of(request));
    INFO(reply.body.substr(0, 600));
    const auto expected = improved.find(number);
    if (expected != improved.end()) {
      CHECK(reply.status == 400);
      CHECK_THAT(reply.json().at("error").get<std::string>(),
                 Catch::Contains(expected->second.error));
      CHECK(site_.head() == head);
      catch_up(test_case);
      return;
    }
    compare(test_case, reply);
    if (number == keeps_half) rename("api-list", "API List Renamed");
  }

  void run_last() {
    for (const OrderedJson& test_case : last_) {
      INFO("case " << test_case.at("n"));
      const std::uint64_t head = site_.head();
      const Reply reply = site_.ask(ask_of(test_case.at("request")));
      INFO(reply.body);
      CHECK(reply.status == 200);
      CHECK(site_.head() == head + 1);
    }
  }

  std::size_t versions_compared() const { return versions_compared_; }

 private:
  void compare(const OrderedJson& test_case, const Reply& reply) {
    CHECK(reply.status == test_case.at("status"));
    CHECK(reply.header("content-type") == test_case.at("content_type").get<std::string>());
    if (test_case.contains("location")) {
      CHECK(reply.header("location") == test_case.at("location").get<std::string>());
    }
    if (test_case.contains("allow"))
      CHECK(reply.header("allow") == test_case.at("allow").get<std::string>());
    if (test_case.at("request").at("headers").contains("Origin")) {
      CHECK(reply.header("access-control-allow-origin") == "*");
    }
    if (test_case.contains("json")) CHECK(reply.body == python_json(test_case.at("json")));
    const VersionId next = site_.views().next_ids().version;
    std::uint32_t last = 0;
    for (const OrderedJson& version : test_case.value("created_versions", OrderedJson::array())) {
      compare_version(version);
      last = version.at("id");
    }
    if (last > 0) CHECK(next.value() == last + 1);
  }

  void compare_version(const OrderedJson& expected) {
    ++versions_compared_;
    const auto views = site_.views();
    const auto version = views.version(VersionId(expected.at("id").get<std::uint32_t>()));
    REQUIRE(version);
    const auto codelist = views.codelist(version->codelist);
    REQUIRE(codelist);
    const auto text = [](const std::optional<std::string>& value) {
      return value ? OrderedJson(*value) : OrderedJson();
    };
    OrderedJson references = OrderedJson::array();
    for (const auto& reference : codelist->references) {
      references.push_back({reference.text, reference.url});
    }
    OrderedJson signoffs = OrderedJson::array();
    for (const auto& signoff : codelist->signoffs) {
      signoffs.push_back({signoff.username, signoff.date});
    }
    const bool of_user = codelist->handle().owner.kind == OwnerKind::user;
    const OrderedJson actual = {
        {"id", version->id.value()},
        {"hash", base::version_hash(version->id)},
        {"tag", text(version->tag)},
        {"status",
         version->status == events::VersionStatus::published ? "published" : "under review"},
        {"author", text(version->author)},
        {"codelist_full_slug",
         (of_user ? "user/" : "") + codelist->handle().owner.name + "/" + codelist->handle().slug},
        {"codelist_name", codelist->handle().name},
        {"description", text(codelist->description)},
        {"methodology", text(codelist->methodology)},
        {"tags", codelist->tags},
        {"references", references},
        {"signoffs", signoffs},
        {"release", version->release},
        {"csv_data", text(views.csv_data(version->id))},
        {"code_statuses", statuses_of(views, version->id)}};
    CHECK(actual.dump() == expected.dump());
  }

  // Adds OpenCodelists' result of a request that Codelog refuses, or executes in another way.
  void catch_up(const OrderedJson& test_case) {
    for (const OrderedJson& version : test_case.value("created_versions", OrderedJson::array())) {
      const auto [owner, slug] = handle_of(version.at("codelist_full_slug"));
      const bool nameless = slug.empty();
      const auto known = site_.views().find_codelist(owner, slug);
      CodelistId id = known ? known->id : site_.views().next_ids().codelist;
      if (!known) {
        events::CodelistCreated created;
        created.codelist = id;
        created.coding_system =
            OrderedJson::parse(test_case.at("request").at("body").get<std::string>())
                .at("coding_system_id");
        created.owner = owner;
        created.name = version.at("codelist_name");
        created.slug = slug;
        site_.append({events::Stream::of_codelist(id), events::Stream::of_names(owner)}, {created});
      }
      append_golden_version(site_, id, version, site_.clock().now());
      // A codelist without a name cannot stay, but its version's id is used up.
      if (nameless) {
        const VersionId gone(version.at("id").get<std::uint32_t>());
        site_.append({events::Stream::of_codelist(id)},
                     {events::VersionDeleted{gone, events::DeletionCause::with_codelist, ""},
                      events::CodelistDeleted{id, events::DeletionCause::requested, ""}});
      }
    }
  }

  void rename(const std::string& slug, const std::string& name) {
    const Owner owner{OwnerKind::organisation, "test-org"};
    const auto codelist = site_.views().find_codelist(owner, slug);
    REQUIRE(codelist);
    site_.append({events::Stream::of_codelist(codelist->id), events::Stream::of_names(owner)},
                 {events::CodelistHandleChanged{codelist->id, owner, name, slug}});
  }

  void compare_final_list(const OrderedJson& test_case) {
    // Downloads and checks between the requests have changed OpenCodelists' dates of change.
    const auto without_days = [](OrderedJson list) {
      OrderedJson codelists = OrderedJson::array();
      for (OrderedJson& codelist : list.at("codelists")) {
        for (OrderedJson& version : codelist.at("versions")) version.erase("updated_date");
        if (codelist.at("slug") != "") codelists.push_back(codelist);
      }
      return codelists;
    };
    const Reply reply = site_.ask(ask_of(test_case.at("request")));
    CHECK(without_days(OrderedJson::parse(reply.body)).dump() ==
          without_days(test_case.at("json")).dump());
  }

  ApiSite& site_;
  std::vector<OrderedJson> last_;
  std::size_t versions_compared_ = 0;
};

}  // namespace

TEST_CASE("API v1 answers as OpenCodelists does, and makes the same versions", "[v1][golden]") {
  ApiSite site;
  const auto seed = GENERATE(&seed_golden_state, &seed_migrated_state);
  seed(site);
  site.clock().set("2026-11-22T12:00:00Z");
  Replay replay(site);
  const OrderedJson golden = read_golden("09_api");
  for (const OrderedJson& test_case : golden.at("cases")) replay.run(test_case);
  CHECK(replay.versions_compared() == 37);
  replay.run_last();
}

}  // namespace codelog::tests::v1_golden_test
