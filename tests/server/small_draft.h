// A site with a small draft, as the tests of the builder's API want it.
#pragma once

#include <catch2/catch.hpp>

#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/server/api_site.h"

namespace codelog::tests {

// root has a and b; a has c and d; b has d and e. d has two parents.
struct SmallDraft {
  ApiSite site;
  std::string version;
  std::uint64_t created = 0;

  SmallDraft() {
    site.set_up();
    const FakeRelease::Edges edges = {{"root", "a"}, {"root", "b"}, {"a", "c"},
                                      {"a", "d"},    {"b", "d"},    {"b", "e"}};
    site.register_made_release(
        {"bnf", "small", "2023-06-01"},
        std::make_shared<FakeRelease>(edges, std::vector<std::string>(), "root"));
    const nlohmann::json made = site.send("POST", "/api/v2/codelists",
                                          {{"owner", "organisation/test-org"},
                                           {"name", "Diamonds"},
                                           {"coding_system", "bnf"},
                                           {"release", "bnf_small_20230601"}})
                                    .json();
    version = "/api/v2/versions/" + made.at("version").at("hash").get<std::string>();
    REQUIRE(site.send("POST", version + "/searches", {{"code", "root"}}).status == 201);
    created = site.head();
  }

  Reply get(const std::string& rest, bool as_json = true,
            const std::string& username = "alice") const {
    Ask ask{.target = version + rest, .token = "Token " + ApiSite::token_of(username)};
    if (as_json) ask.headers = {{"Accept", "application/json"}};
    return site.ask(ask);
  }
  nlohmann::json read(const std::string& rest) const {
    const Reply reply = get(rest);
    INFO(rest << " " << reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }
  Reply patch(const nlohmann::json& body, const std::string& username = "alice") const {
    return site.send("PATCH", version + "/statuses", body, username);
  }
  std::uint64_t decide(const std::string& code, const std::string& status,
                       const std::string& username = "alice") const {
    nlohmann::json update = one_update(code, status);
    update["base_position"] = site.get(version).json().at("position");
    const Reply reply = patch(update, username);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("position");
  }
  nlohmann::json statuses() const { return site.get(version).json().at("statuses"); }
  Reply undo_own(const std::string& username,
                 const nlohmann::json& more = nlohmann::json::object()) const {
    nlohmann::json body = {{"mine", true}};
    body.update(more);
    return site.send("POST", version + "/undo", body, username);
  }
};

inline void check_error(const Reply& reply, int status, const std::string& field) {
  INFO(reply.body);
  CHECK(reply.status == status);
  CHECK(reply.json().at("errors").at(0).at("field") == field);
}

}  // namespace codelog::tests
