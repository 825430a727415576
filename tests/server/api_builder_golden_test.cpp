// OpenCodelists' builder, click by click: the same clicks over the native API give the same draft.
#include <catch2/catch.hpp>
#include <set>

#include "events/base/text.h"
#include "server/application/names.h"
#include "tests/server/api_golden.h"
#include "tests/server/api_migrated.h"

namespace codelog::tests::api_builder_golden_test {
namespace {

using nlohmann::json;

// Requests that OpenCodelists answers with success but ignores; Codelog refuses them.
const std::set<int> silently_ignored = {
    34,  // no updates
    38,  // a code that the draft does not have
    42,  // an object for a pair
    64,  // an update of a version that is no longer a draft
    65,  // discarding a version that is no longer a draft
};

bool succeeds(const OrderedJson& step) {
  const int status = step.at("status");
  if (status != 200 && status != 302) return false;
  if (silently_ignored.contains(step.at("n").get<int>())) return false;
  if (step.at("location").is_string()) {
    const std::string location = step.at("location");
    if (location == "/" || location.starts_with("/accounts/login/")) return false;
  }
  for (const OrderedJson& message : step.at("messages")) {
    if (message.at(0) == "alert-danger") return false;
  }
  return true;
}

json updates_of(const OrderedJson& body) {
  json updates = json::array();
  for (const OrderedJson& update : body.at("updates")) {
    if (!update.is_array() || update.size() != 2) {
      updates.push_back(json::parse(update.dump()));
      continue;
    }
    // Any status except + and - clears; the page sends the status after the change.
    const std::string status = update.at(1);
    updates.push_back(
        {update.at(0).get<std::string>(), status == "+" || status == "-" ? status : "?"});
  }
  return {{"updates", std::move(updates)}};
}

class Builder {
 public:
  explicit Builder(ApiSite& site) : site_(site) {}

  // The answers to the step's requests; none if the step makes no request.
  std::vector<Reply> click(const OrderedJson& step) {
    const std::string path = step.at("POST");
    const OrderedJson& body = step.at("body");
    user_ = step.at("as").is_string() ? step.at("as").get<std::string>() : "";
    const std::size_t after_builder = std::string("/builder/").size();
    const bool in_builder = path.starts_with("/builder/");
    const std::string hash =
        in_builder ? path.substr(after_builder, 8) : path.substr(path.find("/1bc2332b/") + 1, 8);
    version_ = "/api/v2/versions/" + hash;
    if (path.ends_with("/delete/") && in_builder) {
      const std::size_t first = path.find("/search/") + 8;
      return {ask("DELETE",
                  version_ + "/searches/" + path.substr(first, path.find('/', first) - first))};
    }
    if (path.ends_with("/delete/")) return {ask("DELETE", version_)};
    if (path.ends_with("/search/")) return search(body);
    if (path.ends_with("/update/")) return update(body);
    if (path.ends_with("/publish/")) return {ask("POST", version_ + "/publish")};
    if (path.ends_with("/create-new-version/")) {
      json release = json::object();
      if (body.contains("coding_system_database_alias")) {
        release["release"] = body.at("coding_system_database_alias").get<std::string>();
      }
      return {ask("POST", version_ + "/drafts", release)};
    }
    const std::string action = body.value("action", "");
    if (action == "save-for-review") return {ask("POST", version_ + "/save")};
    if (action == "discard") return {ask("POST", version_ + "/discard")};
    return {};
  }

 private:
  Reply ask(const std::string& method, const std::string& target, const json& body = nullptr) {
    Ask request{.method = method, .target = target};
    if (!user_.empty()) request.token = "Token " + ApiSite::token_of(user_);
    if (!body.is_null()) request.body = body.dump();
    return site_.ask(request);
  }

  std::vector<Reply> search(const OrderedJson& body) {
    if (!body.contains("search") || !body.contains("search-type")) return {};
    const std::string text = body.at("search");
    const bool by_code = body.at("search-type") == "code";
    return {ask("POST", version_ + "/searches",
                {{by_code ? "code" : "term", std::string(base::trim_unicode_space(text))}})};
  }

  std::vector<Reply> update(const OrderedJson& body) {
    std::vector<Reply> replies;
    if (!body.is_object()) return replies;
    if (body.contains("updates")) {
      replies.push_back(ask("PATCH", version_ + "/statuses", updates_of(body)));
    }
    json details = json::object();
    for (const char* key : {"description", "methodology", "references"}) {
      if (!body.contains(key)) continue;
      details[key] = body.at(key).is_null() ? json("") : json::parse(body.at(key).dump());
    }
    if (!details.empty()) {
      replies.push_back(
          ask("PATCH", "/api/v2/codelists/organisation/test-org/draft-codelist", details));
    }
    return replies;
  }

  ApiSite& site_;
  std::string user_;
  std::string version_;
};

}  // namespace

TEST_CASE("75 clicks in the builder give the same draft as in OpenCodelists", "[api][golden]") {
  ApiSite site;
  const auto seed = GENERATE(&seed_golden_state, &seed_migrated_state);
  seed(site);
  const OrderedJson golden = read_golden("10_builder");
  check_builder_state(site.views(), golden.at("initial_state"));
  Builder builder(site);
  for (const OrderedJson& step : golden.at("steps")) {
    INFO("step " << step.at("n") << ": " << step.at("POST") << " " << step.at("body").dump());
    const std::uint64_t head = site.head();
    const std::vector<Reply> replies = builder.click(step);
    const bool expected = succeeds(step);
    for (const Reply& reply : replies) {
      INFO(reply.status << " " << reply.body.substr(0, 300));
      CHECK((reply.status < 300) == expected);
      CHECK(reply.status < 500);
    }
    if (!expected) CHECK(site.head() == head);
    check_builder_state(site.views(), step.at("state_after"));
    if (!step.contains("new_draft")) continue;
    const OrderedJson& draft = step.at("new_draft");
    const json made = replies.at(0).json();
    CHECK(made.at("hash") == draft.at("hash"));
    CHECK(statuses_sha1(site.views(), base::VersionId(draft.at("id").get<std::uint32_t>())) ==
          draft.at("statuses_sha1").get<std::string>());
  }
}

}  // namespace codelog::tests::api_builder_golden_test
