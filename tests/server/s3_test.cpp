// Archives in a bucket: signatures, errors, repetitions, and stores that misbehave.
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "events/base/file.h"
#include "server/s3/s3_destination.h"
#include "server/s3/s3_reply.h"
#include "tests/events/destination_conformance.h"
#include "tests/server/made_store.h"

namespace codelog::tests::s3_test {
namespace {

using archive::Destination;
using base::ErrorCode;
using Catch::Contains;
using Variables = std::map<std::string, std::string>;

s3::Environment environment_of(const Variables& variables) {
  return [variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

Variables variables_of(const MadeStore& store) {
  return {{"AWS_ACCESS_KEY_ID", MadeStore::key_id},
          {"AWS_SECRET_ACCESS_KEY", MadeStore::secret},
          {"AWS_REGION", "eu-west-2"},
          {"AWS_ENDPOINT_URL", store.endpoint()}};
}

s3::DestinationOptions quick() {
  s3::DestinationOptions options;
  options.patience.attempts_max = 3;
  options.patience.pause = std::chrono::milliseconds(1);
  options.patience.attempt_timeout = std::chrono::milliseconds(2'000);
  options.part_bytes = 100'000;
  return options;
}

std::unique_ptr<Destination> open(const Variables& variables,
                                  const std::string& address = "s3://archives/site",
                                  const s3::DestinationOptions& options = quick()) {
  auto opened = s3::open_bucket(address, environment_of(variables), options);
  REQUIRE(opened);
  return std::move(*opened);
}

// Gives an answer to the first `count` requests, and then lets the store answer.
auto at_first(int count, StoreAnswer answer) {
  return [left = count, answer](const StoreRequest&) mutable -> std::optional<StoreAnswer> {
    if (left == 0) return std::nullopt;
    --left;
    return answer;
  };
}

StoreAnswer error_answer(int status, const std::string& code) {
  return {.status = status,
          .body = "<Error><Code>" + code + "</Code><Message>\xC3\xA4 why</Message></Error>"};
}

}  // namespace

TEST_CASE("a bucket keeps the contract of a destination", "[s3]") {
  MadeStore store;
  store.list_by(3);
  const Variables variables = variables_of(store);
  SECTION("with conditional writes") {
    conforms_to_destination([&] { return open(variables); }, 350'001);
  }
  SECTION("without them") {
    store.forget_conditions();
    conforms_to_destination([&] { return open(variables); }, 350'001);
  }
  SECTION("without a folder in it") {
    conforms_to_destination([&] { return open(variables, "s3://archives"); }, 350'001);
  }
  for (const auto& [name, bytes] : store.objects()) CHECK_THAT(name, !Contains(".codelog/"));
  CHECK(store.open_uploads_count() == 0);
}

TEST_CASE("requests are signed with the keys of the environment or of a file", "[s3]") {
  MadeStore store;
  Variables variables = variables_of(store);
  SECTION("a session token is signed too") {
    variables["AWS_SESSION_TOKEN"] = "token/+=";
    REQUIRE(open(variables)->put("a", "1"));
    CHECK(store.requests().back().header("x-amz-security-token") == "token/+=");
    CHECK_THAT(store.requests().back().header("authorization"), Contains("x-amz-security-token"));
  }
  SECTION("another secret is refused, and no message has it") {
    variables["AWS_SECRET_ACCESS_KEY"] = "wrong-secret";
    const auto place = open(variables);
    const auto written = place->put("a", "1");
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::forbidden);
    CHECK(written.error().detail ==
          "a: s3://archives/site: the store refuses: status 403, "
          "SignatureDoesNotMatch: as a test says");
    CHECK(store.requests().size() == 1);  // no use to repeat it
  }
  SECTION("a credentials file is read at each request") {
    const auto file = std::filesystem::temp_directory_path() /
                      ("codelog-credentials-" + std::to_string(::getpid()));
    const std::string wrong = "[default]\naws_access_key_id = A\naws_secret_access_key=B\n";
    REQUIRE(base::write_file_durably(file, wrong + "[site]\naws_access_key_id=A\n"));
    variables.erase("AWS_ACCESS_KEY_ID");
    variables.erase("AWS_SECRET_ACCESS_KEY");
    variables["AWS_SHARED_CREDENTIALS_FILE"] = file;
    variables["AWS_PROFILE"] = "site";
    const auto unusable = s3::open_bucket("s3://archives", environment_of(variables));
    REQUIRE_FALSE(unusable);
    CHECK_THAT(unusable.error().detail, Contains("has no section [site] with"));
    REQUIRE(base::write_file_durably(
        file, wrong + " [ site ] \naws_access_key_id = " + MadeStore::key_id +
                  "\r\naws_secret_access_key = wrong\n"));
    const auto place = open(variables);
    CHECK_FALSE(place->put("a", "1"));
    REQUIRE(base::write_file_durably(file,
                                     wrong + "[site]\naws_access_key_id = " + MadeStore::key_id +
                                         "\naws_secret_access_key = " + MadeStore::secret + "\n"));
    CHECK(place->put("a", "1"));
    std::filesystem::remove(file);
  }
  SECTION("half of the keys, or none, is an error") {
    variables.erase("AWS_SECRET_ACCESS_KEY");
    CHECK(s3::open_bucket("s3://archives", environment_of(variables)).error().code ==
          ErrorCode::unauthenticated);
    CHECK(s3::open_bucket("s3://archives", environment_of({})).error().code ==
          ErrorCode::unauthenticated);
  }
}

TEST_CASE("the address of a bucket says where requests go", "[s3]") {
  const auto url = [](const char* address, const s3::Place& place) {
    return s3::parse_bucket(address, place)->base_url;
  };
  CHECK(url("s3://abc/x", {}) == "https://abc.s3.us-east-1.amazonaws.com");
  CHECK(url("s3://a.bc", {.region = "eu-west-2", .endpoint = {}}) ==
        "https://s3.eu-west-2.amazonaws.com/a.bc");
  CHECK(url("s3://abc/x/y/", {.region = {}, .endpoint = "https://store:9000/"}) ==
        "https://store:9000/abc");
  CHECK(s3::parse_bucket("s3://abc/x/y/", {})->prefix == "x/y/");
  CHECK(s3::parse_bucket("s3://abc/x/y/", {})->address == "s3://abc/x/y");
  for (const char* address : {"s3:/abc", "s3://", "s3://ab", "s3://Abc", "s3://abc//x",
                              "s3://abc/../x", "s3://abc/a b", "s3://abc/x?y", "s3://-abc"}) {
    CAPTURE(address);
    CHECK(s3::parse_bucket(address, {}).error().code == ErrorCode::invalid);
  }
  for (const char* endpoint : {"ftp://x", "https://", "https://user:x@host", "https://host/path"}) {
    CAPTURE(endpoint);
    CHECK_FALSE(s3::parse_bucket("s3://abc", {.region = {}, .endpoint = endpoint}));
  }
  CHECK_FALSE(s3::parse_bucket("s3://abc", {.region = "x/y", .endpoint = {}}));
}

TEST_CASE("passing faults of a store are waited out", "[s3]") {
  MadeStore store;
  const auto place = open(variables_of(store));
  REQUIRE(place->put("a", "before"));
  const StoreAnswer fault =
      GENERATE(error_answer(500, "InternalError"), error_answer(503, "SlowDown"),
               error_answer(429, "TooManyRequests"), StoreAnswer{.status = 502, .body = "<html>"},
               StoreAnswer{.body = "cut short", .cut_after_bytes = 3},
               StoreAnswer{.body = "gone", .cut_after_bytes = 0});
  CAPTURE(fault.status, fault.body);
  SECTION("reading") {
    store.answer_with(at_first(2, fault));
    CHECK(place->get("a", 100)->bytes == "before");
    store.answer_with(at_first(2, fault));
    const auto file =
        std::filesystem::temp_directory_path() / ("codelog-s3-" + std::to_string(::getpid()));
    std::filesystem::remove(file);
    REQUIRE(place->get_file("a", file));
    CHECK(*base::read_file(file) == "before");
    std::filesystem::remove(file);
  }
  SECTION("writing") {
    store.answer_with(at_first(2, fault));
    CHECK(place->put("a", "after"));
    CHECK(store.objects()["site/a"] == "after");
  }
  SECTION("listing") {
    store.answer_with(at_first(2, fault));
    CHECK(place->list("")->size() == 1);
  }
  SECTION("but not for ever") {
    store.answer_with(at_first(3, fault));
    const auto written = place->put("a", "after");
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::unavailable);
    CHECK_THAT(written.error().detail, Contains("after 3 attempts"));
    CHECK(store.objects()["site/a"] == "before");
  }
}

TEST_CASE("a lost answer to a write with a condition is no conflict with oneself", "[s3]") {
  MadeStore store;
  const auto place = open(variables_of(store));
  auto tag = place->put_if("manifest", "one", std::nullopt);
  REQUIRE(tag);
  store.lose_answers_with(at_first(1, error_answer(500, "InternalError")));
  tag = place->put_if("manifest", "two", *tag);
  REQUIRE(tag);
  CHECK(store.objects()["site/manifest"] == "two");
  CHECK(place->get("manifest", 10)->tag == *tag);
  // Somebody else writes after the answer was lost.
  store.lose_answers_with([&, is_first = true](const StoreRequest& request) mutable {
    if (!std::exchange(is_first, false)) return std::optional<StoreAnswer>();
    CHECK(request.body == "three");
    return std::optional<StoreAnswer>(error_answer(500, "InternalError"));
  });
  store.answer_with([&, count = 0](const StoreRequest& request) mutable {
    const bool is_repetition = request.body == "three" && ++count == 2;
    return is_repetition ? std::optional<StoreAnswer>(error_answer(412, "PreconditionFailed"))
                         : std::nullopt;
  });
  CHECK(place->put_if("manifest", "three", *tag));
  store.answer_with([&](const StoreRequest& request) {
    return request.method == "PUT"
               ? std::optional<StoreAnswer>(error_answer(412, "PreconditionFailed"))
               : std::nullopt;
  });
  CHECK(place->put_if("manifest", "four", *tag).error().code == ErrorCode::conflict);
}

TEST_CASE("lasting faults of a store are errors that say what to do", "[s3]") {
  MadeStore store;
  const auto place = open(variables_of(store));
  struct Case {
    StoreAnswer answer;
    ErrorCode code;
    std::string detail;
  };
  const Case fault = GENERATE(
      Case{error_answer(403, "AccessDenied"), ErrorCode::forbidden,
           "the store refuses: status 403, AccessDenied:  why"},
      Case{error_answer(404, "NoSuchBucket"), ErrorCode::io, "there is no such bucket"},
      Case{StoreAnswer{.status = 301,
                       .headers = {"Location: http://127.0.0.1:1/", "x-amz-bucket-region: eu-1"}},
           ErrorCode::io, "the bucket is elsewhere: set AWS_REGION to eu-1 or AWS_ENDPOINT_URL"},
      Case{StoreAnswer{.status = 307, .headers = {"Location: http://127.0.0.1:1/"}}, ErrorCode::io,
           "the bucket is elsewhere: set AWS_REGION or AWS_ENDPOINT_URL"},
      Case{StoreAnswer{.status = 400, .body = std::string(200'000, 'x')}, ErrorCode::io,
           "the store refuses: status 400"},
      Case{StoreAnswer{.status = 501}, ErrorCode::io, "the store refuses: status 501"});
  store.answer_with(at_first(10, fault.answer));
  const auto written = place->put("a", "1");
  REQUIRE_FALSE(written);
  CHECK(written.error().code == fault.code);
  CHECK(written.error().detail == "a: s3://archives/site: " + fault.detail);
  CHECK(place->list("").error().code == fault.code);
  CHECK_FALSE(place->get("a", 10));
  CHECK(store.requests().size() == 3);
}

TEST_CASE("an answer that is no list is not taken for one", "[s3]") {
  MadeStore store;
  const auto place = open(variables_of(store));
  const std::string contents = "<Contents><Key>site/a</Key><Size>1</Size></Contents>";
  for (const std::string& xml : std::vector<std::string>{
           "", "<html></html>", "<ListBucketResult>", "<ListBucketResult><Contents/>",
           "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
           "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
           "<ListBucketResult><Contents><Key>a</Key><Size>-</Size></Contents></ListBucketResult>",
           "<!DOCTYPE x [<!ENTITY a \"b\">]><ListBucketResult/>",
           "<ListBucketResult>" + contents +
               "<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>"
               "</ListBucketResult>"}) {
    CAPTURE(xml);
    store.answer_with(at_first(1'000, StoreAnswer{.body = xml}));
    const auto listed = place->list("");
    REQUIRE_FALSE(listed);
    CHECK(listed.error().code == ErrorCode::io);
  }
  // Objects of other programs, and of other folders.
  store.answer_with({});
  for (const char* name : {"site/mine", "site/not mine", "site/a//b", "other/x", "site"}) {
    store.put(name, "x");
  }
  REQUIRE(place->list(""));
  CHECK(place->list("")->size() == 1);
}

TEST_CASE("a store that hangs is given up, and a stop ends the wait", "[s3]") {
  MadeStore store;
  store.answer_with([](const StoreRequest&) { return StoreAnswer{.is_silent = true}; });
  s3::DestinationOptions options = quick();
  SECTION("after a time") {
    options.patience.attempts_max = 2;
    options.patience.attempt_timeout = std::chrono::milliseconds(50);
    const auto written = open(variables_of(store), "s3://archives/site", options)->put("a", "1");
    CHECK(written.error().code == ErrorCode::unavailable);
  }
  SECTION("when asked to stop") {
    std::stop_source stop;
    options.patience.attempt_timeout = std::chrono::hours(1);
    options.stop = stop.get_token();
    const auto place = open(variables_of(store), "s3://archives/site", options);
    std::thread stopper([&] {
      while (store.requests().empty()) std::this_thread::yield();
      stop.request_stop();
    });
    const auto written = place->put("a", "1");
    stopper.join();
    CHECK(written.error().detail == "a: s3://archives/site: stopped");
  }
}

TEST_CASE("a file in parts is whole or absent", "[s3]") {
  MadeStore store;
  const auto place = open(variables_of(store));
  const auto file =
      std::filesystem::temp_directory_path() / ("codelog-s3-" + std::to_string(::getpid()));
  const std::string bytes(250'000, 'x');
  REQUIRE(base::write_file_durably(file, bytes));
  const auto fail_on = [&](const std::string& parameter, const StoreAnswer& answer) {
    return [parameter, answer](const StoreRequest& request) {
      const bool is_meant = request.query.contains(parameter) && request.method != "DELETE";
      return is_meant ? std::optional(answer) : std::nullopt;
    };
  };
  SECTION("a part is refused") {
    store.answer_with(fail_on("partNumber", error_answer(403, "AccessDenied")));
    CHECK(place->put_file("a", file).error().code == ErrorCode::forbidden);
  }
  SECTION("the parts cannot be put together, which comes with the status 200") {
    store.answer_with([](const StoreRequest& request) {
      const bool is_meant = request.method == "POST" && request.query.contains("uploadId");
      return is_meant ? std::optional(error_answer(200, "InternalError")) : std::nullopt;
    });
    CHECK(place->put_file("a", file).error().code == ErrorCode::unavailable);
  }
  SECTION("the beginning is not understood") {
    store.answer_with(fail_on("uploads", StoreAnswer{.body = "<html/>"}));
    CHECK(place->put_file("a", file).error().code == ErrorCode::io);
  }
  if (store.objects().empty()) {
    CHECK(store.open_uploads_count() == 0);
    store.answer_with({});
    // The answer to the last request is lost; its repetition finds no upload any more.
    store.lose_answers_with([is_first = true](const StoreRequest& request) mutable {
      const bool is_last = request.method == "POST" && request.query.contains("uploadId");
      if (!is_last || !std::exchange(is_first, false)) return std::optional<StoreAnswer>();
      return std::optional<StoreAnswer>(error_answer(503, "SlowDown"));
    });
    REQUIRE(place->put_file("a", file));
  }
  CHECK(store.objects()["site/a"] == bytes);
  std::filesystem::remove(file);
}

TEST_CASE("without conditional writes, claims keep writers apart", "[s3]") {
  MadeStore store;
  store.forget_conditions();
  const auto place = open(variables_of(store));
  const auto tag = place->put_if("manifest", "one", std::nullopt);
  REQUIRE(tag);
  const std::string claim = "site/.codelog/claims/manifest/0123";
  store.put(claim, "claim");
  CHECK(place->put_if("manifest", "two", *tag).error().code == ErrorCode::conflict);
  CHECK(store.objects()["site/manifest"] == "one");
  SECTION("a claim of another object does not matter") {
    CHECK(place->put_if("manifest-b", "two", std::nullopt));
  }
  SECTION("one of a program that died is removed when it is old") {
    store.make_older(claim);
    CHECK(place->put_if("manifest", "two", *tag));
    CHECK_FALSE(store.objects().contains(claim));
  }
  SECTION("a store that does not list what was written is no place for archives") {
    store.answer_with([](const StoreRequest& request) {
      return request.query.contains("list-type")
                 ? std::optional(StoreAnswer{.body = "<ListBucketResult/>"})
                 : std::nullopt;
    });
    CHECK(place->put_if("manifest", "two", *tag).error().code == ErrorCode::io);
  }
}

}  // namespace codelog::tests::s3_test
