// The checks of ID tokens: what is accepted, and each way to forge or misuse one.
#include <catch2/catch.hpp>

#include "server/accounts/secret_texts.h"
#include "server/oidc/id_token.h"
#include "tests/server/made_issuer.h"

namespace codelog::tests::oidc_token_test {
namespace {

using base::ErrorCode;
using nlohmann::json;

constexpr std::int64_t now_s = 1'795'000'000;
const oidc::ExpectedToken expected{
    "https://login.example.ac.uk", "codelists", "nonce-1", {now_s * 1'000'000}};

const TokenKey& key() {
  static const TokenKey made("key-1");
  return made;
}

json claims_with(const json& changes = json::object()) {
  json claims = {{"iss", "https://login.example.ac.uk"},
                 {"aud", "codelists"},
                 {"sub", "person-1"},
                 {"nonce", "nonce-1"},
                 {"iat", now_s},
                 {"exp", now_s + 300}};
  claims.merge_patch(changes);
  return claims;
}

oidc::KeySet keys_of(const std::vector<json>& published) {
  const auto keys = oidc::KeySet::parse(key_set_of(published).dump());
  REQUIRE(keys);
  return *keys;
}

base::Result<oidc::Person> check(const std::string& token) {
  return oidc::check_id_token(token, keys_of({key().published()}), expected);
}

bool is_refused(const std::string& token, const std::string& why) {
  const auto person = check(token);
  if (person) return false;
  CHECK_THAT(person.error().detail, Catch::Contains(why));
  return person.error().code == ErrorCode::unauthenticated;
}

bool is_wrong(const json& changes, const std::string& why) {
  CAPTURE(changes.dump());
  return is_refused(key().sign(claims_with(changes)), why);
}

std::string encoded(const std::string& text) { return accounts::encode_base64_url(text); }

}  // namespace

TEST_CASE("a right ID token tells who the person is", "[oidc]") {
  const auto person = check(key().sign(claims_with({{"email", "ada@example.ac.uk"},
                                                    {"email_verified", true},
                                                    {"name", " Ada Adams "},
                                                    {"preferred_username", "ada"}})));
  REQUIRE(person);
  CHECK(person->subject == "person-1");
  CHECK(person->email == "ada@example.ac.uk");
  CHECK(person->is_email_verified);
  CHECK(person->name == "Ada Adams");
  CHECK(person->preferred_username == "ada");
  // Statements of wrong types are none.
  const auto odd = check(key().sign(claims_with({{"email", 7},
                                                 {"email_verified", "true"},
                                                 {"name", json::array({"x"})},
                                                 {"preferred_username", std::string(256, 'x')}})));
  REQUIRE(odd);
  CHECK(odd->email.empty());
  CHECK_FALSE(odd->is_email_verified);
  CHECK(odd->name.empty());
  CHECK(odd->preferred_username.empty());
}

TEST_CASE("the algorithms RS256, PS256 and ES256 are accepted, with the right kind of key",
          "[oidc]") {
  const TokenKey curve("curve", TokenKey::Kind::p256);
  const auto keys = keys_of({key().published(), curve.published()});
  CHECK(oidc::check_id_token(curve.sign(claims_with()), keys, expected));
  CHECK(oidc::check_id_token(key().sign(claims_with(), {{"alg", "PS256"}, {"kid", "key-1"}}), keys,
                             expected));
  // The key's own algorithm counts.
  json only_ps256 = key().published();
  only_ps256["alg"] = "PS256";
  const auto wrong =
      oidc::check_id_token(key().sign(claims_with()), keys_of({only_ps256}), expected);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::not_found);
}

TEST_CASE("a token that nobody has signed is refused", "[oidc][security]") {
  const std::string payload = encoded(claims_with().dump());
  for (const char* algorithm : {"none", "None", "NONE", ""}) {
    const std::string header = encoded(json{{"alg", algorithm}, {"kid", "key-1"}}.dump());
    CHECK_FALSE(check(header + "." + payload + "."));
    CHECK_FALSE(check(header + "." + payload));
    CHECK_FALSE(check(header + "." + payload + "." + encoded("x")));
  }
  for (const std::string& text : {std::string(), std::string("a.b.c"), std::string(".."),
                                  std::string(100'000, 'a'), "{}." + payload + ".x"}) {
    CHECK_FALSE(check(text));
  }
}

TEST_CASE("a signature of another key or over other claims is refused", "[oidc][security]") {
  const TokenKey other("key-1");
  CHECK(is_refused(other.sign(claims_with()), "is not signed by the issuer"));
  const std::string good = key().sign(claims_with());
  const std::size_t first = good.find('.');
  const std::size_t last = good.rfind('.');
  CHECK(is_refused(good.substr(0, first + 1) + encoded(claims_with({{"sub", "person-2"}}).dump()) +
                       good.substr(last),
                   "is not signed"));
  CHECK(is_refused(good.substr(0, last + 1) + encoded(std::string(256, 'x')), "is not signed"));
  CHECK_FALSE(check(good.substr(0, last + 1)));
}

TEST_CASE("the issuer's public key is no secret to sign with", "[oidc][security]") {
  const std::string published = key().published().dump();
  cjose_err error{};
  cjose_jwk_t* const secret = cjose_jwk_create_oct_spec(
      reinterpret_cast<const std::uint8_t*>(published.data()), published.size(), &error);
  cjose_header_t* const header = cjose_header_new(&error);
  REQUIRE(cjose_header_set(header, CJOSE_HDR_ALG, CJOSE_HDR_ALG_HS256, &error));
  REQUIRE(cjose_header_set(header, CJOSE_HDR_KID, "key-1", &error));
  const std::string claims = claims_with().dump();
  cjose_jws_t* const jws = cjose_jws_sign(
      secret, header, reinterpret_cast<const std::uint8_t*>(claims.data()), claims.size(), &error);
  REQUIRE(jws != nullptr);
  const char* token = nullptr;
  REQUIRE(cjose_jws_export(jws, &token, &error));
  CHECK(is_refused(token, "algorithm that is not accepted"));
  // Not even if the issuer published such a key.
  char* const text = cjose_jwk_to_json(secret, true, &error);
  json symmetric = json::parse(text);
  symmetric["kid"] = "key-1";
  CHECK_FALSE(oidc::check_id_token(token, keys_of({symmetric}), expected));
  cjose_get_dealloc()(text);
  cjose_jws_release(jws);
  cjose_header_release(header);
  cjose_jwk_release(secret);
}

TEST_CASE("a key that is not published is not_found, so that the keys are fetched again",
          "[oidc]") {
  const TokenKey rotated("key-2");
  const auto unknown = check(rotated.sign(claims_with()));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::not_found);
}

TEST_CASE("a token that names no key is accepted only if there is no choice", "[oidc]") {
  const std::string nameless = key().sign(claims_with(), {{"alg", "RS256"}});
  CHECK(check(nameless));
  const TokenKey second("key-2");
  const auto unclear =
      oidc::check_id_token(nameless, keys_of({key().published(), second.published()}), expected);
  REQUIRE_FALSE(unclear);
  CHECK(unclear.error().code == ErrorCode::unauthenticated);
  CHECK_THAT(unclear.error().detail, Catch::Contains("names no key"));
  const auto none = oidc::check_id_token(nameless, keys_of({}), expected);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::not_found);
}

TEST_CASE("keys that are weak, or for encryption, verify nothing", "[oidc][security]") {
  const TokenKey short_key("key-1", TokenKey::Kind::short_rsa);
  const TokenKey other_curve("key-1", TokenKey::Kind::p384);
  json for_encryption = key().published();
  for_encryption["use"] = "enc";
  CHECK(keys_of({short_key.published(), other_curve.published(), for_encryption, json("x"),
                 json{{"kty", "oct"}, {"k", "c2VjcmV0"}}, json{{"kty", 7}}})
            .keys()
            .empty());
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":)", "null"}) {
    CHECK_FALSE(oidc::KeySet::parse(text));
  }
  CHECK_FALSE(oidc::KeySet::parse(key_set_of(std::vector<json>(101, key().published())).dump()));
}

TEST_CASE("a token of another issuer, for another site or of another sign-in is refused",
          "[oidc][security]") {
  CHECK(is_wrong({{"iss", "https://login.example.ac.uk/"}}, "is of another issuer"));
  CHECK(is_wrong({{"iss", nullptr}}, "is of another issuer"));
  CHECK(is_wrong({{"aud", "other"}}, "is for another site"));
  CHECK(is_wrong({{"aud", nullptr}}, "is for another site"));
  CHECK(is_wrong({{"aud", json::array()}}, "is for another site"));
  CHECK(is_wrong({{"aud", {"codelists", "other"}}}, "is for another site"));
  CHECK(is_wrong({{"aud", {{"codelists", 1}}}}, "is for another site"));
  CHECK(is_wrong({{"azp", "other"}}, "was issued to another site"));
  CHECK(is_wrong({{"azp", 1}}, "was issued to another site"));
  CHECK(is_wrong({{"aud", {"codelists", "other"}}, {"azp", "other"}}, "another site"));
  CHECK(is_wrong({{"nonce", "nonce-2"}}, "belongs to another sign-in"));
  CHECK(is_wrong({{"nonce", nullptr}}, "belongs to another sign-in"));
  CHECK(is_wrong({{"sub", nullptr}}, "names nobody"));
  CHECK(is_wrong({{"sub", ""}}, "names nobody"));
  CHECK(is_wrong({{"sub", 1}}, "names nobody"));
  CHECK(is_wrong({{"sub", std::string(256, 'x')}}, "names nobody"));
  CHECK(check(key().sign(claims_with({{"aud", json::array({"codelists"})}}))));
  CHECK(check(key().sign(claims_with({{"aud", {"codelists", "other"}}, {"azp", "codelists"}}))));
}

TEST_CASE("a token is valid from its beginning to its end, give or take a minute", "[oidc]") {
  CHECK(check(key().sign(claims_with({{"exp", now_s - 59}}))));
  CHECK(is_wrong({{"exp", now_s - 60}}, "has expired"));
  CHECK(is_wrong({{"exp", nullptr}}, "has expired"));
  CHECK(is_wrong({{"exp", std::to_string(now_s + 300)}}, "has expired"));
  CHECK(check(key().sign(claims_with({{"iat", now_s + 60}}))));
  CHECK(is_wrong({{"iat", now_s + 61}}, "is of the future"));
  CHECK(is_wrong({{"iat", nullptr}}, "is of the future"));
  CHECK(check(key().sign(claims_with({{"nbf", now_s + 60}}))));
  CHECK(is_wrong({{"nbf", now_s + 61}}, "is not valid yet"));
}

TEST_CASE("a token with unknown extensions, or without an object of claims, is refused",
          "[oidc][security]") {
  CHECK(is_refused(key().sign(claims_with(),
                              {{"alg", "RS256"}, {"kid", "key-1"}, {"crit", json::array({"b64"})}}),
                   "extensions that are not known"));
  CHECK(is_refused(key().sign(json("not JSON"), {{"alg", "RS256"}, {"kid", "key-1"}}),
                   "is not a JSON object"));
  CHECK(is_refused(key().sign(json::array({1})), "is not a JSON object"));
}

}  // namespace codelog::tests::oidc_token_test
