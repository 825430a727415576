#include "events/codec.h"

#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>

#include "events/base/file.h"
#include "golden_commits.h"

namespace codelog::events::codec_test {
namespace {

using base::ErrorCode;

rc::Gen<std::string> any_code() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789abcXYZ. -+()")));
}

rc::Gen<CodeStatus> any_status() {
  return rc::gen::map(rc::gen::inRange(0, 6), [](int i) { return static_cast<CodeStatus>(i); });
}

rc::Gen<std::optional<CodeStatus>> any_status_or_none() {
  return rc::gen::map(rc::gen::inRange(0, 7), [](int i) {
    return i == 6 ? std::nullopt : std::optional(static_cast<CodeStatus>(i));
  });
}

rc::Gen<std::vector<CodeWithStatus>> any_codes() {
  return rc::gen::container<std::vector<CodeWithStatus>>(
      rc::gen::construct<CodeWithStatus>(any_code(), any_status()));
}

rc::Gen<std::vector<CodeChange>> any_changes() {
  return rc::gen::container<std::vector<CodeChange>>(
      rc::gen::construct<CodeChange>(any_code(), any_status_or_none(), any_status_or_none()));
}

CommitDraft commit_of(Event event) {
  return {
      {1}, "alice", "Command", std::nullopt, {{Stream("a"), StreamVersion(0)}}, {std::move(event)}};
}

std::string encoded(const CommitDraft& draft) {
  auto bytes = encode(draft);
  REQUIRE(bytes);
  return *std::move(bytes);
}

ErrorCode encode_error(const CommitDraft& draft) {
  const auto bytes = encode(draft);
  REQUIRE_FALSE(bytes);
  return bytes.error().code;
}

std::filesystem::path golden_folder() {
  return std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "events";
}

}  // namespace

TEST_CASE("golden files decode to their original events") {
  for (const GoldenCommit& golden : golden_commits()) {
    CAPTURE(golden.name);
    const auto bytes = base::read_file(golden_folder() / (golden.name + ".bin"));
    REQUIRE(bytes);
    const auto decoded = decode(*bytes);
    REQUIRE(decoded);
    CHECK(*decoded == golden.expected);
  }
}

TEST_CASE("there is a golden file for every event type and an expectation for every golden file") {
  std::set<std::string> names;
  std::set<std::size_t> types;
  for (const GoldenCommit& golden : golden_commits()) {
    CHECK(names.insert(golden.name).second);
    for (const Event& event : golden.expected.events) types.insert(event.index());
  }
  CHECK(types.size() == event_types_count);
  std::size_t files_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    if (entry.path().extension() != ".bin") continue;
    CAPTURE(entry.path());
    CHECK(names.contains(entry.path().stem().string()));
    ++files_count;
  }
  CHECK(files_count == names.size());
}

TEST_CASE("the encoder still writes the golden bytes") {
  // A new field changes only commits that set it, so these bytes stay the same until the encoder
  // itself changes.
  for (const GoldenCommit& golden : golden_commits()) {
    CAPTURE(golden.name);
    const auto bytes = base::read_file(golden_folder() / (golden.name + ".bin"));
    REQUIRE(bytes);
    CHECK(encoded(golden.expected) == *bytes);
  }
}

TEST_CASE("an event's type is its name in the schema") {
  CHECK(event_type(UserAdded{}) == "UserAdded");
  CHECK(event_type(ReleaseRegistered{}) == "ReleaseRegistered");
  CHECK(event_type(CodelistDeleted{}) == "CodelistDeleted");
  CHECK(event_type(VersionCreated{}) == "VersionCreated");
  CHECK(event_type(StatusesChanged{}) == "StatusesChanged");
  CHECK(event_type(VersionDeleted{}) == "VersionDeleted");
  std::set<std::string_view> names;
  for (const GoldenCommit& golden : golden_commits()) {
    for (const Event& event : golden.expected.events) names.insert(event_type(event));
  }
  CHECK(names.size() == event_types_count);
}

TEST_CASE("decoding into a used object leaves nothing of its old content") {
  for (const GoldenCommit& before : golden_commits()) {
    for (const GoldenCommit& golden : golden_commits()) {
      CommitDraft draft = before.expected;
      REQUIRE(decode_into(encoded(golden.expected), draft));
      CAPTURE(before.name, golden.name);
      CHECK(draft == golden.expected);
    }
    // The same type with no field set: every field must be reset.
    CommitDraft empty{{0}, "", "", std::nullopt, {{Stream("a"), StreamVersion(0)}}, {}};
    std::visit([&](auto event) { empty.events = {decltype(event){}}; }, before.expected.events[0]);
    CommitDraft draft = before.expected;
    REQUIRE(decode_into(encoded(empty), draft));
    CAPTURE(before.name);
    CHECK(draft == empty);
  }
}

TEST_CASE("a commit of bytes at any address decodes") {
  const GoldenCommit golden = golden_commits().back();
  const std::string bytes = encoded(golden.expected);
  for (std::size_t offset = 0; offset < 8; ++offset) {
    const std::string shifted = std::string(offset, 'x') + bytes;
    const auto decoded = decode(std::string_view(shifted).substr(offset));
    REQUIRE(decoded);
    CHECK(*decoded == golden.expected);
  }
}

TEST_CASE("encoding refuses values that the schema cannot hold") {
  const std::string bad_utf8 = "caf\xe9";
  CHECK(encode_error(commit_of(UserErased{bad_utf8})) == ErrorCode::invalid);
  CHECK(encode_error(commit_of(CodelistTagsReplaced{CodelistId(1), {bad_utf8}})) ==
        ErrorCode::invalid);
  CHECK(encode_error(commit_of(CodelistDetailsChanged{CodelistId(1), bad_utf8, {}})) ==
        ErrorCode::invalid);
  for (const std::string& code : {std::string("a\nb"), std::string("a\0b", 3), bad_utf8}) {
    CAPTURE(code);
    StatusesChanged update;
    update.version = VersionId(1);
    update.updates = {{"good", CodeStatus::included}, {code, CodeStatus::included}};
    CHECK(encode_error(commit_of(update)) == ErrorCode::invalid);
    StatusesReapplied change;
    change.version = VersionId(1);
    change.changes = {{code, std::nullopt, CodeStatus::included}};
    CHECK(encode_error(commit_of(change)) == ErrorCode::invalid);
    VersionCreated version;
    version.searches = {{SearchId(1), SearchKind::term, "t", "s", {code}}};
    CHECK(encode_error(commit_of(version)) == ErrorCode::invalid);
    CommitDraft stream = commit_of(UserErased{"alice"});
    stream.streams[0].stream = Stream(code);
    CHECK(encode_error(stream) == ErrorCode::invalid);
  }
  SearchAdded search;
  search.search = {SearchId(1), SearchKind::code, "10", "code:10", {}};
  CHECK(encode(commit_of(search)));
  search.search.mode = SearchMode::code;
  CHECK(encode_error(commit_of(search)) == ErrorCode::invalid);
  const auto named = encode(commit_of(UserErased{bad_utf8}));
  CHECK(named.error().detail == "UserErased: a text is not valid UTF-8");
  StatusesReapplied longest;
  longest.version = VersionId(1);
  longest.changes = {{std::string(255, '9'), std::nullopt, CodeStatus::included}};
  CHECK(encode(commit_of(longest)));
  longest.changes[0].code += '9';
  CHECK(encode_error(commit_of(longest)) == ErrorCode::invalid);
}

TEST_CASE("a commit beyond a limit is refused with its size and the limit") {
  VersionCreated version;
  version.csv_data = std::string(commit_bytes_max, 'x');
  const auto too_long = encode(commit_of(version));
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().code == ErrorCode::too_large);
  CHECK(too_long.error().detail.find(std::to_string(commit_bytes_max)) != std::string::npos);

  version.csv_data = std::string(commit_bytes_max - 1000, 'x');
  CHECK(encode(commit_of(version)));

  CodelistTagsReplaced tags{CodelistId(1), {std::string(commit_bytes_max, 'x'), "b"}};
  CHECK(encode_error(commit_of(tags)) == ErrorCode::too_large);

  CommitDraft many = commit_of(UserErased{"alice"});
  many.events.assign(commit_events_max + 1, UserErased{"alice"});
  CHECK(encode_error(many) == ErrorCode::too_large);
  many.events.pop_back();
  CHECK(decode(encoded(many)).value() == many);
}

TEST_CASE("an error names an unknown status or event type") {
  StatusesChanged changed;
  changed.version = VersionId(1);
  changed.updates = {{"a", static_cast<CodeStatus>(9)}};
  const auto status = decode(encoded(commit_of(changed)));
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::corrupt);
  CHECK(status.error().detail == "unknown code status 9");

  const auto cause = decode(
      encoded(commit_of(CodelistDeleted{CodelistId(1), static_cast<DeletionCause>(77), ""})));
  REQUIRE_FALSE(cause);
  CHECK(cause.error().detail == "unknown deletion cause 77");

  // The only type byte of a commit with one event: its vector is {length 1, type}.
  std::string bytes = encoded(commit_of(VersionPublished{VersionId(1)}));
  const char type = static_cast<char>(Event(VersionPublished{}).index() + 1);
  const std::string vector = std::string("\1\0\0\0", 4) + type;
  const auto at = bytes.find(vector);
  REQUIRE(at != std::string::npos);
  bytes[at + 4] = 99;
  const auto unknown = decode(bytes);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().detail.starts_with("unknown event type 99"));
}

TEST_CASE("a step of a draft costs few bytes, and so does a large version") {
  StatusesChanged changed;
  changed.version = VersionId(41);
  changed.updates = {{"195967001", CodeStatus::included}};
  changed.release_digest.fill(7);
  changed.changes = {{"195967001", CodeStatus::unresolved, CodeStatus::included}};
  CommitDraft commit = commit_of(changed);
  commit.command = "ChangeStatuses";
  commit.idempotency = IdempotencyKey{"0b9f3c1e-9f0e-4a52-8a7e-000000000001", {}};
  commit.idempotency->request_digest.fill(9);
  commit.streams = {{Stream("codelist/17"), StreamVersion(5)}};
  CHECK(encoded(commit).size() <= 360);

  VersionCreated version;
  for (int i = 0; i < 150'000; ++i) {
    version.codes.push_back({std::to_string(100'000'000'000 + i), CodeStatus::included});
  }
  const std::string bytes = encoded(commit_of(version));
  CHECK(bytes.size() < 150'000 * 14 + 1000);
  CHECK(decode(bytes).value() == commit_of(version));
}

TEST_CASE("blinded bytes differ, and say the same") {
  const CommitDraft commit = commit_of(UserErased{"ada"});
  const std::string one = *encode_blinded(commit, {1});
  const std::string other = *encode_blinded(commit, {2});
  CHECK(one != other);
  CHECK(one == *encode_blinded(commit, {1}));
  CHECK(one.size() <= encoded(commit).size() + 24);
  for (const std::string& bytes : {one, other}) CHECK(decode(bytes).value() == commit);
}

TEST_CASE("encoding and decoding give the same commit, at any length of its lists", "[property]") {
  rc::prop("of statuses and changes", [] {
    StatusesChanged changed;
    changed.version = VersionId(*rc::gen::arbitrary<std::uint32_t>());
    changed.updates = *any_codes();
    changed.changes = *any_changes();
    changed.reason = *any_code();
    const CommitDraft commit = commit_of(changed);
    RC_ASSERT(decode(*encode(commit)).value() == commit);
  });
  rc::prop("of searches, streams and events", [] {
    VersionCreated version;
    version.codes = *any_codes();
    const auto codes = *rc::gen::container<std::vector<std::string>>(any_code());
    version.searches = {{SearchId(1), SearchKind::code, *any_code(), *any_code(), codes}};
    if (*rc::gen::arbitrary<bool>()) version.tag = *any_code();
    CommitDraft commit = commit_of(version);
    for (const std::string& code : codes) commit.events.push_back(UserErased{code});
    for (const std::string& code : codes) {
      commit.streams.push_back({Stream(code), StreamVersion(*rc::gen::arbitrary<std::uint64_t>())});
    }
    RC_ASSERT(decode(*encode(commit)).value() == commit);
  });
}

TEST_CASE("any damage to the bytes is an error or a commit, never a crash") {
  std::mt19937 random(GENERATE(1u, 2u, 3u));
  for (const GoldenCommit& golden : golden_commits()) {
    const std::string bytes = encoded(golden.expected);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto decoded = decode(std::string_view(bytes).substr(0, size));
      if (!decoded) CHECK(decoded.error().code == ErrorCode::corrupt);
    }
    CHECK_FALSE(decode(std::string_view(bytes).substr(0, bytes.size() / 2)));
    for (int round = 0; round < 300; ++round) {
      std::string damaged = bytes;
      for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
        damaged[random() % damaged.size()] = static_cast<char>(random());
      }
      const auto decoded = decode(damaged);
      if (!decoded) CHECK(decoded.error().code == ErrorCode::corrupt);
    }
  }
}

}  // namespace codelog::events::codec_test
