// Contents, sign-offs, proofs and receipts over HTTP.
#include <catch2/catch.hpp>

#include "events/base/version_hash.h"
#include "server/commands/version_digests.h"
#include "server/proofs/signed_log.h"
#include "tests/server/api_site.h"

namespace codelog::tests::proofs_test {
namespace {

using nlohmann::json;

constexpr const char* list = "/api/v2/codelists/organisation/test-org/wrists";

std::string digest_of(std::string_view text) { return base::to_hex(base::sha256(text)); }

json version_of(const ApiSite& site, const std::string& hash) {
  return site.get("/api/v2/versions/" + hash).json();
}

std::string make_codelist(const ApiSite& site, const json& content) {
  json body = {
      {"owner", "organisation/test-org"}, {"name", "Wrists"}, {"coding_system", "snomedct"}};
  body.update(content);
  const Reply made = site.send("POST", "/api/v2/codelists", body);
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.json().at("version").at("hash");
}

void save(const ApiSite& site, const std::string& hash) {
  const Reply saved = site.send("POST", "/api/v2/versions/" + hash + "/save");
  INFO(saved.body);
  REQUIRE(saved.status == 200);
}

// As above, and saves the draft for review.
std::string make_finished(const ApiSite& site, const json& content) {
  const std::string hash = make_codelist(site, content);
  save(site, hash);
  return hash;
}

std::string add_version(const ApiSite& site, json content) {
  content["release"] = "snomedct_small_20240101";
  const Reply made = site.send("POST", std::string(list) + "/versions", content);
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.json().at("hash");
}

events::Hash hash_in(const json& text) {
  const auto bytes = proofs::decode_base64(text.get<std::string>());
  REQUIRE(bytes);
  REQUIRE(bytes->size() == 32);
  events::Hash hash;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

std::vector<events::Hash> hashes_in(const json& texts) {
  std::vector<events::Hash> hashes;
  for (const json& text : texts) hashes.push_back(hash_in(text));
  return hashes;
}

// The extra data of a receipt.
std::string commit_in(const std::string& receipt) {
  const auto begin = receipt.find("\nextra ") + 7;
  return *proofs::decode_base64(receipt.substr(begin, receipt.find('\n', begin) - begin));
}

}  // namespace

TEST_CASE("a finished version shows the digests of its codes and of its file", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string hash = make_finished(site, {{"codes", {"2281005", "2247004"}}, {"tag", "a"}});
  const json version = version_of(site, hash);
  std::string canonical = "codelog codes v1\nsnomedct\n";
  for (const auto& [code, status] : version.at("statuses").items()) {
    canonical += status.get<std::string>() + " " + code + "\n";
  }
  CHECK(version.at("content_digest") == digest_of(canonical));
  const std::string address = "/codelist/test-org/wrists/" + hash + "/";
  CHECK(version.at("download_digest") == digest_of(site.get(address + "download.csv").body));
  CHECK(version.at("signed_off").empty());

  const std::string table = add_version(site, {{"csv", "code,term\n2247004,x\n"}});
  const json uploaded = version_of(site, table);
  CHECK(uploaded.at("content_digest") ==
        digest_of("codelog table v1\nsnomedct\ncode,term\n2247004,x\n"));
  CHECK(uploaded.at("download_digest") == digest_of("code,term\n2247004,x\n"));

  const auto draft = site.send("POST", "/api/v2/versions/" + hash + "/drafts")
                         .json()
                         .at("hash")
                         .get<std::string>();
  CHECK(version_of(site, draft).at("content_digest").is_null());
  CHECK(version_of(site, draft).at("download_digest").is_null());
  save(site, draft);
  CHECK(version_of(site, draft).at("content_digest") == version.at("content_digest"));
}

TEST_CASE("the events that finish a version record its contents", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string hash = make_finished(site, {{"codes", {"2247004"}}});
  const auto id = *base::parse_version_hash(hash);
  const auto recorded = *site.views().version(id);
  CHECK(recorded.content_digest != base::Sha256{});
  CHECK(recorded.download_digest != base::Sha256{});
  REQUIRE(site.send("POST", "/api/v2/versions/" + hash + "/publish").status == 200);
  const auto commit = *site.log().read(site.log().head().position);
  const auto& published = std::get<events::VersionPublished>(commit.content.events.at(0));
  REQUIRE(published.content);
  CHECK(published.content->content_digest == recorded.content_digest);
  CHECK(published.content->download_digest == recorded.download_digest);
  CHECK(published.content->release == recorded.release);
  CHECK(published.content->release_digest == recorded.release_digest);
  site.restart_with_new_views();
  CHECK(site.views().version(id)->content_digest == recorded.content_digest);
  const auto history = site.get(std::string(list) + "/history").json().at("events");
  CHECK(history.back().at("content").at("content_digest") == base::to_hex(recorded.content_digest));
}

TEST_CASE("a version of before shows derived digests, and can be signed off", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string hash = make_finished(site, {{"codes", {"2247004"}}});
  const json now = version_of(site, hash);
  const auto id = *base::parse_version_hash(hash);
  const auto record = *site.views().version(id);
  // As an earlier program wrote it.
  events::VersionCreated old;
  old.version = site.views().next_ids().version;
  old.codelist = record.codelist;
  old.status = events::VersionStatus::under_review;
  old.origin = events::VersionOrigin::codes;
  old.release = record.release;
  old.codes = site.views().codes(id);
  site.append({events::Stream::of_codelist(record.codelist)}, {old});
  const json before = version_of(site, base::version_hash(old.version));
  CHECK(before.at("content_digest") == now.at("content_digest"));
  CHECK(before.at("download_digest") == now.at("download_digest"));
  CHECK(version_of(site, base::version_hash(old.version)) == before);
  REQUIRE(site.send("PATCH", list, {{"signoffs", {{{"user", "bob"}, {"date", "2024-02-03"}}}}})
              .status == 200);
  const json signoff = site.get(list).json().at("signoffs").at(0);
  CHECK(signoff.at("content_digest") == now.at("content_digest"));
  CHECK(signoff.at("stale") == false);
}

TEST_CASE("every commit about codelists has a proof with its bytes", "[proofs]") {
  ApiSite site;
  site.set_up();
  make_finished(site, {{"codes", {"2247004"}}});
  const std::string position = std::to_string(site.head());
  const std::string path = "/api/v2/commits/" + position + "/proof";
  const Reply proof = site.get(path);
  REQUIRE(proof.status == 200);
  CHECK(proof.body.starts_with("c2sp.org/tlog-proof@v1\nextra "));
  CHECK(proof.body.find("\nindex " + std::to_string(site.head() - 1) + "\n") != std::string::npos);
  // The first commits are about users.
  for (const char* other : {"0", "1", "99999999", "x", "18446744073709551615"}) {
    CHECK(site.get("/api/v2/commits/" + std::string(other) + "/proof").status == 404);
  }
}

TEST_CASE("one signs off what one has read, as oneself, and once", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string first = make_finished(site, {{"codes", {"2247004"}}});
  const json digest = version_of(site, first).at("content_digest");
  const std::string path = "/api/v2/versions/" + first + "/signoffs";
  const Reply other = site.send("POST", path, {{"content_digest", std::string(64, 'a')}});
  CHECK(other.status == 409);
  CHECK(other.body.find("\"content_digest\"") != std::string::npos);
  CHECK(site.send("POST", path, {{"content_digest", "abc"}}).status == 400);
  CHECK(site.get(list).json().at("signoffs").empty());

  const Reply made = site.send("POST", path, {{"content_digest", digest}});
  REQUIRE(made.status == 201);
  CHECK(made.json().at("content_digest") == digest);
  const std::string name = made.json().at("user");
  CHECK(version_of(site, first).at("signed_off").at(0).at("user") == name);
  CHECK(site.send("POST", path).status == 409);

  // On the same day, the same person's sign-off of newer content takes the place of the old one;
  // one of an earlier day stays.
  REQUIRE(site.send("PATCH", list,
                    {{"signoffs",
                      {{{"user", name}, {"date", "2020-01-02"}, {"content_digest", digest}}}}})
              .status == 200);
  const std::string second = add_version(site, {{"codes", {"2281005"}}});
  REQUIRE(site.send("POST", "/api/v2/versions/" + second + "/signoffs").status == 201);
  const json signoffs = site.get(list).json().at("signoffs");
  REQUIRE(signoffs.size() == 2);
  CHECK(signoffs.at(0).at("content_digest") == digest);
  CHECK(signoffs.at(1).at("content_digest") == version_of(site, second).at("content_digest"));
  CHECK(version_of(site, first).at("signed_off").size() == 1);
  const std::string third = add_version(site, {{"codes", {"2247004", "2281005"}}});
  REQUIRE(site.send("POST", "/api/v2/versions/" + third + "/signoffs").status == 201);
  CHECK(site.get(list).json().at("signoffs").size() == 2);
  CHECK(version_of(site, second).at("signed_off").empty());
}

TEST_CASE("a sign-off stays on its contents, and is stale for others", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string first = make_finished(site, {{"codes", {"2247004"}}});
  const json digest = version_of(site, first).at("content_digest");
  const auto patch = [&](const json& signoffs) {
    return site.send("PATCH", list, {{"signoffs", signoffs}});
  };
  REQUIRE(patch({{{"user", "bob"}, {"date", "2024-02-03"}}}).status == 200);
  const auto state = [&](std::size_t i) { return site.get(list).json().at("signoffs").at(i); };
  CHECK(state(0).at("content_digest") == digest);
  CHECK(state(0).at("stale") == false);
  CHECK(version_of(site, first).at("signed_off").at(0).at("user") == "bob");

  const std::string second = add_version(site, {{"codes", {"2281005"}}});
  const json other = version_of(site, second).at("content_digest");
  CHECK(state(0).at("stale") == true);
  CHECK(version_of(site, first).at("signed_off").size() == 1);
  CHECK(version_of(site, second).at("signed_off").empty());
  // As a form sends it: the old sign-off keeps its digest, the new one is about the new version.
  REQUIRE(patch({{{"user", "bob"}, {"date", "2024-02-03"}},
                 {{"user", "carol"}, {"date", "2024-02-04"}}})
              .status == 200);
  CHECK(state(0).at("content_digest") == digest);
  CHECK(state(0).at("stale") == true);
  CHECK(state(1).at("content_digest") == other);
  CHECK(state(1).at("stale") == false);
  REQUIRE(patch({{{"user", "bob"}, {"date", "2024-02-05"}}}).status == 200);
  CHECK(state(0).at("content_digest") == other);
  // By name.
  REQUIRE(patch({{{"user", "bob"}, {"date", "2024-02-06"}, {"content_digest", digest}}}).status ==
          200);
  CHECK(state(0).at("content_digest") == digest);
  for (const char* wrong :
       {"ab", "gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg",
        "0123456789012345678901234567890123456789012345678901234567890123"}) {
    const Reply refused =
        patch({{{"user", "bob"}, {"date", "2024-02-07"}, {"content_digest", wrong}}});
    CHECK(refused.status == 400);
    CHECK(refused.body.find("signoffs[0].content_digest") != std::string::npos);
  }
  // The past shows what was known then.
  const std::string past = std::string(list) + "?as_of=" + std::to_string(site.head());
  CHECK(site.get(past).json().at("signoffs").at(0).at("stale") == true);
}

TEST_CASE("proofs of inclusion and consistency verify", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string hash = make_finished(site, {{"codes", {"2247004"}}});
  const std::uint64_t size = site.head();
  for (std::uint64_t position = 1; position <= size; ++position) {
    const json proof =
        site.get("/api/v2/log/inclusion?position=" + std::to_string(position)).json();
    CHECK(proof.at("size") == size);
    CHECK(hash_in(proof.at("root")) == site.log().head().root);
    const auto leaf = events::leaf_hash(events::hash_bytes(hash_in(proof.at("commitment"))));
    CHECK(hash_in(proof.at("leaf_hash")) == leaf);
    CHECK(events::verify_inclusion({position - 1, size, leaf, site.log().head().root},
                                   hashes_in(proof.at("proof"))));
  }
  const json grown = site.get("/api/v2/log/consistency?from=3&to=" + std::to_string(size)).json();
  CHECK(events::verify_consistency(
      {3, size, hash_in(grown.at("from_root")), hash_in(grown.at("to_root"))},
      hashes_in(grown.at("proof"))));
  for (const char* target : {"inclusion", "inclusion?position=0", "inclusion?position=9999",
                             "inclusion?position=3&size=2", "inclusion?position=1&size=9999",
                             "inclusion?position=x", "consistency", "consistency?from=9999",
                             "consistency?from=3&to=2", "consistency?from=1&to=9999"}) {
    CAPTURE(target);
    CHECK(site.get("/api/v2/log/" + std::string(target)).status == 400);
  }
}

TEST_CASE("tiles are served for ever, and only those that there are", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string width = std::to_string(site.head());
  const Reply tile = site.get("/log/tile/0/000.p/" + width);
  CHECK(tile.status == 200);
  CHECK(tile.body.size() == 32 * site.head());
  CHECK(tile.header("content-type") == "application/octet-stream");
  CHECK(tile.header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(site.get("/log/tile/entries/000.p/" + width).body.size() == 34 * site.head());
  for (const std::string& path :
       {"0/000.p/" + std::to_string(site.head() + 1), std::string("0/000"),
        std::string("entries/000"), std::string("1/000.p/1"), std::string("0/0"),
        std::string("entries/x018/x446/x744/x073/x709/x551/615"), std::string("x")}) {
    CAPTURE(path);
    CHECK(site.get("/log/tile/" + path).status == 404);
  }
  CHECK(site.get("/log/checkpoint").header("content-type") == "text/plain; charset=utf-8");
  CHECK(site.get("/log/checkpoint").header("cache-control") == "no-cache");
}

TEST_CASE("a receipt holds the commit that finished the version", "[proofs]") {
  ApiSite site;
  site.set_up();
  const std::string hash = make_finished(site, {{"codes", {"2247004"}}});
  const std::string address = "/api/v2/versions/" + hash;
  const std::string saved = site.get(address + "/receipt").body;
  CHECK(commit_in(saved) == *site.log().read_bytes(site.log().head().position));
  REQUIRE(site.send("POST", address + "/publish").status == 200);
  const auto position = site.log().head().position;
  REQUIRE(site.send("PATCH", list, {{"description", "later"}}).status == 200);
  const Reply receipt = site.get(address + "/receipt");
  CHECK(receipt.status == 200);
  CHECK(commit_in(receipt.body) == *site.log().read_bytes(position));
  const Reply file = site.get("/codelist/test-org/wrists/" + hash + "/receipt.tlog-proof");
  CHECK(file.body == receipt.body);
  CHECK(file.header("content-disposition") ==
        "attachment; filename=\"test-org-wrists-" + hash + ".tlog-proof\"");
  const std::string draft = site.send("POST", address + "/drafts").json().at("hash");
  CHECK(site.get("/api/v2/versions/" + draft + "/receipt").status == 409);
  CHECK(site.get("/api/v2/versions/ffffffff/receipt").status == 404);
}

TEST_CASE("a receipt of a restricted codelist is only for its readers", "[proofs][access]") {
  ApiSite site;
  site.set_up();
  const std::string hash = make_finished(site, {{"codes", {"2247004"}}, {"access", "restricted"}});
  const std::string target = "/api/v2/versions/" + hash + "/receipt";
  CHECK(site.get(target).status == 404);
  CHECK(site.send("GET", target, json::object(), "bob").status == 404);
  CHECK(site.ask({.target = target, .token = "Token " + ApiSite::token_of("carol")}).status == 200);
  CHECK(site.get("/codelist/test-org/wrists/" + hash + "/receipt.tlog-proof").status == 404);
  // A commit that also touches what the reader may not read.
  const std::string open = make_finished(site, {{"name", "Open"}, {"codes", {"2247004"}}});
  const auto hidden = site.views().version(*base::parse_version_hash(hash))->codelist;
  const auto shown = site.views().version(*base::parse_version_hash(open))->codelist;
  site.append({events::Stream::of_codelist(shown), events::Stream::of_codelist(hidden)},
              {events::VersionPublished{*base::parse_version_hash(open)},
               events::CodelistDetailsChanged{hidden, "hidden", ""}});
  const std::string mixed = "/api/v2/versions/" + open + "/receipt";
  CHECK(site.get(mixed).status == 404);
  CHECK(site.ask({.target = mixed, .token = "Token " + ApiSite::token_of("carol")}).status == 200);
}

TEST_CASE("cosignatures come over HTTP from trusted cosigners", "[proofs]") {
  ApiSite site;
  site.set_up();
  const auto cosigner = proofs::make_signing_key("witness.example", proofs::KeyKind::cosigner);
  const auto cosign = [&] {
    auto note = *proofs::parse_note(site.get("/log/checkpoint").body);
    note.signatures.push_back(proofs::sign(cosigner, note.text, site.clock().now()));
    return site.ask({.method = "POST", .target = "/log/add-cosignature", .body = note.bytes()});
  };
  CHECK(site.get("/log/cosigned-checkpoint").status == 404);
  CHECK(cosign().status == 403);
  REQUIRE(site.signed_log().trust(cosigner.verifier));
  const Reply taken = cosign();
  CHECK(taken.status == 200);
  CHECK(site.get("/log/checkpoint").body == taken.body);
  CHECK(site.get("/log/cosigned-checkpoint").body == taken.body);
  CHECK(proofs::is_signed_by(*proofs::parse_note(taken.body), cosigner.verifier));
  CHECK(site.ask({.method = "POST", .target = "/log/add-cosignature", .body = "x"}).status == 400);
  CHECK(site.ask({.method = "POST",
                  .target = "/log/add-cosignature",
                  .body = std::string(proofs::note_bytes_max + 1, 'x')})
            .status == 413);
  CHECK(site.get("/log/verifier-key").body ==
        site.signed_log().keys().front().verifier.text() + "\n");
}

}  // namespace codelog::tests::proofs_test
