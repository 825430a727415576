// What a site fetches from an issuer, and what it refuses to fetch: no document may make the server
// call its neighbours.
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <thread>

#include "server/oidc/issuer.h"
#include "tests/server/http_client.h"
#include "tests/server/made_issuer.h"

namespace codelog::tests::oidc_issuer_test {
namespace {

using base::ErrorCode;
using Catch::Contains;
using nlohmann::json;
using namespace std::literals;

const oidc::Challenge challenge{"state-1", "nonce-1", std::string(43, 'v')};

// An issuer with a clock that the test moves.
struct Fixture {
  MadeIssuer made;
  std::atomic<std::int64_t> passed_s = 0;

  oidc::IssuerOptions options() {
    return {.issuer = made.address(),
            .client_id = "codelists",
            .client_secret = "a secret: 100%",
            .redirect_address = "http://test/accounts/oidc/callback/",
            .timeout = 2s,
            .now = [this] {
              return std::chrono::steady_clock::time_point(1h + std::chrono::seconds(passed_s));
            }};
  }
  static base::Timestamp now() {
    return {std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
  // Signs a person in at the issuer and brings back the code.
  base::Result<oidc::SignedOn> sign_on(oidc::Issuer& issuer,
                                       const json& claims = {{"sub", "person-1"}}) {
    const auto address = issuer.sign_in_address(challenge);
    if (!address) return address.error();
    const std::string target = made.sign_in(*address, claims);
    const std::size_t code = target.find("code=") + 5;
    return issuer.redeem(target.substr(code, target.find('&') - code), challenge, now());
  }
  std::string problem_of(oidc::Issuer& issuer) {
    const auto address = issuer.sign_in_address(challenge);
    if (address) return "none";
    CHECK(address.error().code == ErrorCode::unavailable);
    return address.error().detail;
  }
  std::string problem() {
    oidc::Issuer issuer(options());
    return problem_of(issuer);
  }
  std::string problem_with(const std::string& name, const json& value) {
    CAPTURE(name, value.dump());
    const json before = made.document();
    made.document()[name] = value;
    const std::string found = problem();
    made.document() = before;
    return found;
  }
};

constexpr const char* document_path = "/.well-known/openid-configuration";

http::Response redirect_to(const std::string& address) { return http::redirect(302, address); }

}  // namespace

TEST_CASE("an issuer is an https address, or http on this machine", "[oidc][security]") {
  for (const char* good :
       {"https://login.example.ac.uk", "https://login.example.ac.uk/", "https://x.org/realms/a",
        "https://x.org:8443", "http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9"}) {
    CAPTURE(good);
    CHECK(oidc::check_issuer(good));
  }
  for (const char* bad :
       {"", "login.example.ac.uk", "http://login.example.ac.uk", "http://127.0.0.2:9000",
        "http://localhost.example.org", "ftp://x.org", "file:///etc/passwd", "https://",
        "https://u@x.org", "https://u:p@x.org", "https://x.org/?a=1", "https://x.org/#a",
        "https://x.org/ a", "https://x.org/\n", "javascript:alert(1)"}) {
    CAPTURE(bad);
    CHECK_FALSE(oidc::check_issuer(bad));
  }
}

TEST_CASE("an endpoint is on the issuer's host or on the public internet", "[oidc][security]") {
  const std::string issuer = "https://login.example.ac.uk";
  const auto reach = [&](const std::string& address) {
    return oidc::check_endpoint(issuer, "token_endpoint", address);
  };
  CHECK(reach("https://login.example.ac.uk/token").value() == oidc::Reach::any);
  CHECK(reach("https://LOGIN.example.ac.uk:8443/token?x=1").value() == oidc::Reach::any);
  CHECK(reach("https://api.example.org/token").value() == oidc::Reach::public_only);
  CHECK(reach("https://8.8.8.8/token").value() == oidc::Reach::public_only);
  CHECK(reach("https://[2606:4700::1111]/token").value() == oidc::Reach::public_only);
  for (const char* bad : {"",
                          "/token",
                          "http://login.example.ac.uk/token",
                          "http://127.0.0.1/token",
                          "http://169.254.169.254/latest/meta-data/",
                          "https://169.254.169.254/",
                          "file:///etc/passwd",
                          "gopher://login.example.ac.uk/",
                          "ftp://login.example.ac.uk/",
                          "https://127.0.0.1/token",
                          "https://127.1/",
                          "https://0x7f000001/",
                          "https://2130706433/",
                          "https://10.0.0.1/",
                          "https://172.16.0.1/",
                          "https://192.168.1.1/",
                          "https://100.64.0.1/",
                          "https://0.0.0.0/",
                          "https://224.0.0.1/",
                          "https://[::1]/",
                          "https://[::]/",
                          "https://[fe80::1]/",
                          "https://[fd00::1]/",
                          "https://[::ffff:127.0.0.1]/",
                          "https://[64:ff9b::7f00:1]/",
                          "https://[2002:7f00:1::]/",
                          "https://user@login.example.ac.uk/token",
                          "https://login.example.ac.uk/token#x",
                          "https://x.org\\@login.example.ac.uk/",
                          "https://login.example.ac.uk/\r\nHost: x"}) {
    CAPTURE(bad);
    const auto refused = reach(bad);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().detail, Contains("token_endpoint"));
  }
}

TEST_CASE("private addresses are recognised at the moment of the connection", "[oidc][security]") {
  using Ipv4 = std::array<std::uint8_t, 4>;
  for (const Ipv4 address : {Ipv4{8, 8, 8, 8}, Ipv4{172, 15, 255, 255}, Ipv4{172, 32, 0, 0},
                             Ipv4{11, 0, 0, 0}, Ipv4{223, 255, 255, 255}, Ipv4{100, 128, 0, 0}}) {
    CHECK(oidc::is_public_ipv4(address));
  }
  for (const Ipv4 address :
       {Ipv4{127, 0, 0, 1}, Ipv4{10, 255, 255, 255}, Ipv4{172, 16, 0, 0}, Ipv4{172, 31, 255, 255},
        Ipv4{169, 254, 169, 254}, Ipv4{192, 168, 0, 1}, Ipv4{100, 64, 0, 0}, Ipv4{0, 0, 0, 0},
        Ipv4{224, 0, 0, 0}, Ipv4{255, 255, 255, 255}, Ipv4{198, 18, 0, 1}, Ipv4{192, 0, 2, 1}}) {
    CHECK_FALSE(oidc::is_public_ipv4(address));
  }
  // "localhost" is a name like any other until it is looked up.
  MadeIssuer made;
  const std::string address =
      "http://localhost" + made.address().substr(made.address().rfind(':')) + "/keys";
  const auto refused = oidc::ask_issuer({.address = address, .reach = oidc::Reach::public_only});
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().detail, Contains("on a private network"));
  CHECK(made.requests_of("/keys") == 0);
  CHECK(oidc::ask_issuer({.address = address, .reach = oidc::Reach::any}));
}

TEST_CASE_METHOD(Fixture, "a document that names wrong or private addresses is refused",
                 "[oidc][security]") {
  CHECK(problem() == "none");
  CHECK_THAT(problem_with("issuer", "https://login.example.org"), Contains("another issuer"));
  CHECK_THAT(problem_with("issuer", made.address() + "/"), Contains("another issuer"));
  CHECK_THAT(problem_with("issuer", 7), Contains("another issuer"));
  for (const char* name :
       {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}) {
    for (const json& value :
         {json("http://169.254.169.254/"), json("file:///etc/passwd"), json("http://localhost:1/"),
          json("http://example.org/"), json("javascript:alert(1)"), json(""), json(7)}) {
      CHECK_THAT(problem_with(name, value), Contains(name));
    }
  }
  for (const char* name : {"token_endpoint", "jwks_uri", "userinfo_endpoint"}) {
    CHECK_THAT(problem_with(name, "https://127.0.0.2/"), Contains("public internet"));
    CHECK_THAT(problem_with(name, "https://10.1.2.3/"), Contains("public internet"));
  }
  CHECK_THAT(problem_with("token_endpoint_auth_methods_supported", {"private_key_jwt"}),
             Contains("no client secret"));
  CHECK(made.requests_of("/token") == 0);
  CHECK(made.requests_of("/keys") == 0);
}

TEST_CASE_METHOD(Fixture, "answers that are redirects, too long, wrong or missing are refused",
                 "[oidc][security]") {
  made.answer(document_path, [](const auto&) { return redirect_to("/elsewhere"); });
  CHECK_THAT(problem(), Contains("redirect, which is not followed"));
  CHECK(made.requests_of("/elsewhere") == 0);
  made.answer(document_path, [](const auto&) { return redirect_to("http://169.254.169.254/"); });
  CHECK_THAT(problem(), Contains("redirect, which is not followed"));
  made.answer(document_path, [&](const auto&) {
    json large = made.document();
    large["padding"] = std::string(oidc::answer_bytes_max, 'x');
    return http::json(200, large);
  });
  CHECK_THAT(problem(), Contains("has more than 262144 bytes"));
  made.answer(document_path, [](const auto&) { return http::content(200, "text/html", "<p>"); });
  CHECK_THAT(problem(), Contains("not a JSON object"));
  made.answer(document_path, [](const auto&) { return http::json(200, json::array()); });
  CHECK_THAT(problem(), Contains("not a JSON object"));
  made.answer(document_path, [](const auto&) { return http::json(503, json::object()); });
  CHECK_THAT(problem(), Contains("status 503"));
}

TEST_CASE_METHOD(Fixture, "an issuer that hangs is left in time, and ties nobody up",
                 "[oidc][security]") {
  http::test::Door door;
  made.answer(document_path, [&](const auto&) {
    door.wait();
    return http::json(200, made.document());
  });
  auto impatient = options();
  impatient.timeout = 300ms;
  oidc::Issuer issuer(impatient);
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::future<std::string>> problems;
  for (int i = 0; i < 40; ++i) {
    problems.push_back(std::async(std::launch::async, [&] {
      const auto address = issuer.sign_in_address(challenge);
      return address ? "none" : address.error().detail;
    }));
  }
  for (auto& each : problems) {
    CHECK_THAT(each.get(), Contains("does not answer") || Contains("too many people"));
  }
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  // The failure is remembered, so that the next ones need not wait.
  const std::size_t asked = made.requests_of(document_path);
  CHECK(asked <= 8 + 16);
  CHECK_THAT(problem_of(issuer), Contains("does not answer"));
  CHECK(made.requests_of(document_path) == asked);
  door.open();
  passed_s += 10;
  CHECK(problem_of(issuer) == "none");
}

TEST_CASE_METHOD(Fixture, "the browser is sent with a challenge whose secrets stay here",
                 "[oidc]") {
  oidc::Issuer issuer(options());
  const auto address = issuer.sign_in_address(challenge);
  REQUIRE(address);
  CHECK_THAT(*address, Catch::StartsWith(made.address() + "/authorise?response_type=code"));
  CHECK_THAT(*address, Contains("scope=openid%20email%20profile") && Contains("state=state-1") &&
                           Contains("nonce=nonce-1") && Contains("code_challenge_method=S256"));
  CHECK_THAT(*address, !Contains(challenge.verifier) && !Contains("secret"));
  made.document()["authorization_endpoint"] = made.address() + "/authorise?tenant=1";
  passed_s += 3600;
  CHECK_THAT(*issuer.sign_in_address(challenge), Contains("?tenant=1&response_type=code"));
}

TEST_CASE_METHOD(Fixture, "a code is exchanged as the issuer asks for it", "[oidc]") {
  const auto sign_on_with = [&](const json& methods, const std::string& secret) {
    made.document()["token_endpoint_auth_methods_supported"] = methods;
    auto with_secret = options();
    with_secret.client_secret = secret;
    oidc::Issuer issuer(with_secret);
    const auto signed_on = sign_on(issuer);
    REQUIRE(signed_on);
    CHECK(signed_on->person.subject == "person-1");
    return made.last_token_form();
  };
  auto form = sign_on_with(nullptr, "a secret: 100%");
  CHECK(made.last_authorization() == "Basic Y29kZWxpc3RzOmElMjBzZWNyZXQlM0ElMjAxMDAlMjU=");
  CHECK(form.get("code_verifier") == challenge.verifier);
  CHECK(form.get("redirect_uri") == "http://test/accounts/oidc/callback/");
  CHECK_FALSE(form.has("client_secret"));
  form = sign_on_with({"client_secret_post"}, "a secret: 100%");
  CHECK(made.last_authorization().empty());
  CHECK(form.get("client_secret") == "a secret: 100%");
  form = sign_on_with({"none"}, "");
  CHECK(made.last_authorization().empty());
  CHECK(form.get("client_id") == "codelists");
  CHECK_FALSE(form.has("client_secret"));
}

TEST_CASE_METHOD(Fixture, "a code that the issuer does not know signs nobody in", "[oidc]") {
  oidc::Issuer issuer(options());
  for (const std::string& code : {"made up"s, ""s, std::string(5000, 'x')}) {
    const auto refused = issuer.redeem(code, challenge, now());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unauthenticated);
  }
  CHECK(sign_on(issuer));
  const auto wrong = sign_on(issuer, {{"sub", "person-1"}, {"aud", "other"}});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::unauthenticated);
}

TEST_CASE_METHOD(Fixture, "an unknown key asks for the keys again, at most once a minute",
                 "[oidc][security]") {
  const TokenKey first("first");
  made.answer("/keys",
              [&](const auto&) { return http::json(200, key_set_of({first.published()})); });
  oidc::Issuer issuer(options());
  // The token is signed with a key that the issuer does not publish yet.
  CHECK_FALSE(sign_on(issuer));
  CHECK(made.requests_of("/keys") == 1);
  made.answer("/keys", [&](const auto&) {
    return http::json(200, key_set_of({first.published(), made.key().published()}));
  });
  passed_s += 59;
  CHECK_FALSE(sign_on(issuer));
  CHECK(made.requests_of("/keys") == 1);
  passed_s += 1;
  CHECK(sign_on(issuer));
  CHECK(made.requests_of("/keys") == 2);
  CHECK(sign_on(issuer));
  CHECK(made.requests_of("/keys") == 2);
  CHECK(made.requests_of(document_path) == 1);
}

TEST_CASE_METHOD(Fixture, "document and keys are fetched again after an hour, and hold for a day",
                 "[oidc]") {
  oidc::Issuer issuer(options());
  CHECK(sign_on(issuer));
  passed_s += 3599;
  CHECK(sign_on(issuer));
  CHECK(made.requests_of(document_path) == 1);
  CHECK(made.requests_of("/keys") == 1);
  const auto fail = [](const auto&) { return http::json(500, json::object()); };
  made.answer(document_path, fail);
  made.answer("/keys", fail);
  passed_s += 1;
  CHECK(sign_on(issuer));
  CHECK(made.requests_of(document_path) == 2);
  CHECK(made.requests_of("/keys") == 2);
  passed_s += 24 * 3600;
  CHECK_FALSE(sign_on(issuer));
}

TEST_CASE_METHOD(Fixture, "the browser must come from this issuer", "[oidc][security]") {
  oidc::Issuer issuer(options());
  CHECK(issuer.check_returned_issuer(made.address()));
  CHECK_FALSE(issuer.check_returned_issuer("https://evil.example.org"));
  CHECK_FALSE(issuer.check_returned_issuer(std::nullopt));
  made.document().erase("authorization_response_iss_parameter_supported");
  passed_s += 3600;
  CHECK(issuer.check_returned_issuer(std::nullopt));
  CHECK_FALSE(issuer.check_returned_issuer(""));
}

TEST_CASE_METHOD(Fixture, "details come from the issuer, about the same person only",
                 "[oidc][security]") {
  oidc::Issuer issuer(options());
  auto signed_on = sign_on(issuer);
  REQUIRE(signed_on);
  json details = {{"sub", "person-1"}, {"email", "ada@example.ac.uk"}, {"email_verified", true}};
  std::string authorization;
  made.answer("/userinfo", [&](const http::Request& request) {
    authorization = request.header("Authorization").value_or("");
    return http::json(200, details);
  });
  REQUIRE(issuer.add_details(*signed_on));
  CHECK(signed_on->person.email == "ada@example.ac.uk");
  CHECK(authorization == "Bearer " + signed_on->access_token);
  details["sub"] = "person-2";
  details["email"] = "eve@example.ac.uk";
  const auto refused = issuer.add_details(*signed_on);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unauthenticated);
  CHECK(signed_on->person.email == "ada@example.ac.uk");
}

}  // namespace codelog::tests::oidc_issuer_test
