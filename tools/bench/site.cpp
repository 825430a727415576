#include "tools/bench/site.h"

#include "tools/site_access.h"

namespace codelog::tools::bench {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> make_accounts(Bench& bench) {
  if (!bench.token.empty()) return {};
  auto site = SiteAccess::open(bench.data);
  if (!site) return site.error();
  struct Step {
    const char* operation;
    Json arguments;
  };
  for (const Step& step :
       {Step{"user.add",
             {{"username", "bench"},
              {"name", "Bench"},
              {"email", "bench@example.org"},
              {"is_admin", true}}},
        Step{"organisation.add",
             {{"slug", small_organisation},
              {"name", "Small"},
              {"url", "https://small.example.org"}}},
        Step{"organisation.add",
             {{"slug", large_organisation},
              {"name", "Large"},
              {"url", "https://large.example.org"}}},
        Step{"organisation.add",
             {{"slug", many_organisation}, {"name", "Many"}, {"url", "https://many.example.org"}}},
        Step{"organisation.member", {{"organisation", many_organisation}, {"username", "bench"}}},
        Step{"organisation.member", {{"organisation", small_organisation}, {"username", "bench"}}},
        Step{"organisation.member",
             {{"organisation", large_organisation}, {"username", "bench"}}}}) {
    if (const auto done = site->run(step.operation, step.arguments); !done) return done.error();
  }
  const auto token = site->run("user.token", {{"username", "bench"}});
  if (!token) return token.error();
  bench.token = (*token)["token"].get<std::string>();
  return {};
}

Result<Json> Researcher::send(const std::string& method, const std::string& target,
                              const Json& body) {
  HttpRequest request{.method = method, .target = target};
  request.headers = {{"Authorization", "Token " + token_}, {"Content-Type", "application/json"}};
  request.body = body.is_null() ? "" : body.dump();
  const auto answer = client_.send(request);
  if (!answer) return answer.error();
  if (answer->status >= 300) {
    return Error{ErrorCode::io, method + " " + target + ": " + answer->head + answer->body, {}};
  }
  return Json::parse(answer->body, nullptr, false);
}

Result<std::string> Researcher::get(const std::string& target) {
  const auto answer = client_.send({.target = target});
  if (!answer) return answer.error();
  if (answer->status != 200) {
    return Error{ErrorCode::io, "GET " + target + ": " + answer->head + answer->body, {}};
  }
  return answer->body;
}

Result<std::string> Researcher::create(const std::string& organisation, const std::string& name,
                                       const std::vector<std::string>& codes) {
  const auto created = send("POST", "/api/v2/codelists",
                            {{"owner", "organisation/" + organisation},
                             {"name", name},
                             {"coding_system", "snomedct"},
                             {"codes", codes}});
  if (!created) return created.error();
  return (*created)["version"]["hash"].get<std::string>();
}

Result<std::string> Researcher::create_published(const std::string& organisation,
                                                 const std::string& name,
                                                 const std::vector<std::string>& codes) {
  const auto hash = create(organisation, name, codes);
  if (!hash) return hash.error();
  for (const char* step : {"/save", "/publish"}) {
    const auto done = send("POST", "/api/v2/versions/" + *hash + step, nullptr);
    if (!done) return done.error();
  }
  return *hash;
}

}  // namespace codelog::tools::bench
