// OpenCodelists' builder, click by click, over its own forms: the same answers and the same draft.
#include <catch2/catch.hpp>
#include <map>

#include "tests/server/api_golden.h"
#include "tests/server/browser.h"

namespace codelog::tests::web_builder_golden_test {
namespace {

using nlohmann::json;

// Steps with another answer than OpenCodelists', and why.
const std::map<int, std::string> differences = {
    {42, "an object instead of a pair is refused, not ignored"},
    {45, "HTML in a description is escaped, and help texts are our own"},
    {46, "help texts are our own"},
    {47, "help texts are our own"},
    {48, "help texts are our own"},
    {50, "help texts are our own, and a cleared text is an empty one"},
    {51, "help texts are our own"},
    {59, "the sentence tells how many codes are undecided"}};

Reply click(Browser& browser, const OrderedJson& step) {
  const std::string path = step.at("POST");
  const OrderedJson& body = step.at("body");
  if (step.at("content_type") != "form") return browser.send_json("POST", path, body.dump());
  Browser::Fields fields;
  for (const auto& [name, value] : body.items())
    fields.emplace_back(name, value.get<std::string>());
  return browser.post(path, fields);
}

}  // namespace

TEST_CASE("75 posts to the builder's forms are answered as by OpenCodelists", "[web][golden]") {
  ApiSite site;
  seed_golden_state(site);
  set_passwords(site, {"alice", "bob"});
  const OrderedJson golden = read_golden("10_builder");
  std::map<std::string, Browser> browsers;
  for (const char* name : {"", "alice", "bob"}) {
    Browser& browser = browsers.try_emplace(name, site).first->second;
    if (*name != '\0') browser.log_in(name);
  }
  for (const OrderedJson& step : golden.at("steps")) {
    INFO("step " << step.at("n") << ": " << step.at("POST") << " " << step.at("body").dump());
    const std::string user = step.at("as").is_string() ? step.at("as").get<std::string>() : "";
    const Reply reply = click(browsers.at(user), step);
    INFO(reply.status << " " << reply.header("location") << " " << reply.body.substr(0, 300));
    const int status = step.at("status");
    const bool is_different = differences.contains(step.at("n").get<int>());
    if (status == 500) {
      CHECK((reply.status >= 400 && reply.status < 500));
    } else if (!is_different || status != 200) {
      CHECK(reply.status == status);
    }
    if (step.at("location").is_string()) CHECK(reply.header("location") == step.at("location"));
    if (step.contains("json") && !is_different) {
      CHECK(reply.body == python_json(step.at("json")));
    }
    check_builder_state(site.views(), step.at("state_after"));
    for (const OrderedJson& message : step.at("messages")) {
      // The next page shows it, once.
      const std::string page = browsers.at(user).get("/organisations/").body;
      if (is_different) continue;
      std::string text;
      for (const char c : message.at(1).get<std::string>()) {
        text += c == '"' ? std::string("&quot;") : std::string(1, c);
      }
      CHECK_THAT(page, Catch::Contains(text));
      CHECK_THAT(browsers.at(user).get("/organisations/").body, !Catch::Contains(text));
    }
  }
}

}  // namespace codelog::tests::web_builder_golden_test
