// The duties of every implementation of the log: each test runs on all of them.
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "events/base/check.h"
#include "events/memory/memory_log.h"
#include "events/merkle.h"
#include "log_fixture.h"

namespace codelog::events::log_conformance_test {
namespace {

using base::CodelistId;
using base::ErrorCode;
using base::Position;
using base::SearchId;
using base::VersionId;

class InMemory {
 public:
  Log& log() const { return *log_; }
  const LogProofs& proofs() const { return *log_; }

 private:
  std::unique_ptr<MemoryLog> log_ = std::make_unique<MemoryLog>();
};

class OnRocksDb {
 public:
  Log& log() const { return *log_; }
  const LogProofs& proofs() const { return *log_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<EventLog> log_ = open_or_fail(options_in(folder_));
};

NextIds ids_of(std::uint32_t codelist, std::uint32_t version, std::uint32_t search) {
  return {CodelistId(codelist), VersionId(version), SearchId(search)};
}

std::vector<std::uint64_t> positions(CommitReader& reader) {
  std::vector<std::uint64_t> seen;
  while (auto commit = reader.next()) {
    REQUIRE(*commit);
    seen.push_back((*commit)->position.value());
  }
  return seen;
}

}  // namespace

TEMPLATE_TEST_CASE(
    "append accepts a commit exactly when the caller saw the streams' latest versions",
    "[log][conformance]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  REQUIRE(log.append(step("a", 0)));
  CHECK(error_of(log.append(step("a", 0))) == ErrorCode::conflict);
  CHECK(error_of(log.append(step("a", 2))) == ErrorCode::conflict);
  CommitDraft both = step("a", 1);
  both.streams.push_back({Stream("b"), StreamVersion(1)});
  const auto refused = log.append(both);
  CHECK(error_of(refused) == ErrorCode::conflict);
  CHECK(refused.error().detail == "stream b is at version 0, not at 1");
  CHECK(log.stream_version(Stream("a")) == StreamVersion(1));
  both.streams[1].version = StreamVersion(0);
  REQUIRE(log.append(both));
  CHECK(log.stream_version(Stream("a")) == StreamVersion(2));
  CHECK(log.stream_version(Stream("b")) == StreamVersion(1));
  CHECK(log.stream_version(Stream("c")) == StreamVersion(0));
  CHECK(log.head().position == Position(2));
}

TEMPLATE_TEST_CASE("invalid commits are refused, and nothing is appended", "[log][conformance]",
                   InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  CommitDraft draft = step("a", 0);
  SECTION("no events") { draft.events.clear(); }
  SECTION("no streams") { draft.streams.clear(); }
  SECTION("a stream twice") { draft.streams.push_back(draft.streams[0]); }
  SECTION("a stream without a name") { draft.streams[0].stream = Stream(); }
  SECTION("a stream with a long name") { draft.streams[0].stream = Stream(std::string(257, 'a')); }
  SECTION("a stream with NUL") { draft.streams[0].stream = Stream(std::string("a\0b", 3)); }
  SECTION("an actor with NUL") { draft.actor = std::string("a\0b", 3); }
  SECTION("an actor that is not UTF-8") { draft.actor = "\xff"; }
  SECTION("an empty idempotency key") { draft.idempotency = IdempotencyKey{}; }
  SECTION("a long idempotency key") {
    draft.idempotency = IdempotencyKey{std::string(idempotency_key_bytes_max + 1, 'k'), {}};
  }
  CHECK(error_of(log.append(draft)) == ErrorCode::invalid);
  CHECK(log.head().position == Position(0));
  CHECK(log.append(step("a", 0)));
}

TEMPLATE_TEST_CASE(
    "readers go both ways, from anywhere, up to the durable head at their construction",
    "[log][conformance]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  for (std::uint64_t i = 0; i < 10; ++i) {
    REQUIRE(log.append(step(i % 2 == 0 ? "even" : "odd", i / 2)));
  }
  using V = std::vector<std::uint64_t>;
  const auto all = [&](std::uint64_t first, Direction direction) {
    return positions(*log.read_all(Position(first), direction));
  };
  CHECK(all(1, Direction::forward) == V{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(all(0, Direction::forward).size() == 10);
  CHECK(all(9, Direction::forward) == V{9, 10});
  CHECK(all(11, Direction::forward).empty());
  CHECK(all(3, Direction::backward) == V{3, 2, 1});
  CHECK(all(99, Direction::backward).size() == 10);
  CHECK(all(0, Direction::backward).empty());
  const auto of = [&](const char* stream, std::uint64_t first, Direction direction) {
    return positions(*log.read_stream(Stream(stream), StreamVersion(first), direction));
  };
  CHECK(of("odd", 1, Direction::forward) == V{2, 4, 6, 8, 10});
  CHECK(of("odd", 0, Direction::forward).size() == 5);
  CHECK(of("even", 4, Direction::forward) == V{7, 9});
  CHECK(of("even", 6, Direction::forward).empty());
  CHECK(of("even", 2, Direction::backward) == V{3, 1});
  CHECK(of("even", 99, Direction::backward) == V{9, 7, 5, 3, 1});
  CHECK(of("none", 1, Direction::forward).empty());
  CHECK(of("eve", 9, Direction::backward).empty());

  const auto bounded = log.read_all(Position(1), Direction::forward);
  const auto of_stream = log.read_stream(Stream("even"), StreamVersion(1), Direction::forward);
  REQUIRE(log.append(step("even", 5)));
  CHECK(positions(*bounded).size() == 10);
  CHECK(positions(*of_stream).size() == 5);
  CHECK(log.read(Position(12)).error().code == ErrorCode::not_found);
  CHECK(log.read(Position(0)).error().code == ErrorCode::not_found);
}

TEMPLATE_TEST_CASE("a follower sees every commit in order, before its writer is answered",
                   "[log][conformance]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  std::atomic<std::uint64_t> seen = 0;
  bool in_order = true;
  const auto following = log.follow(Position(0), [&](std::span<const Commit> commits) {
    for (const Commit& commit : commits) {
      in_order = in_order && commit.position.value() == seen + 1;
      seen = commit.position.value();
    }
  });
  REQUIRE(following);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto appended = log.append(step("a", i));
    REQUIRE(appended);
    CHECK(seen >= appended->commit.position.value());
    CHECK(log.head().position >= appended->commit.position);
  }
  CHECK(in_order);
  CHECK(log.wait_for(Position(50), std::chrono::milliseconds(0)));
  CHECK_FALSE(log.wait_for(Position(51), std::chrono::milliseconds(0)));
  std::thread waiter([&] { CHECK(log.wait_for(Position(51), std::chrono::minutes(1))); });
  REQUIRE(log.append(step("a", 50)));
  waiter.join();
}

TEMPLATE_TEST_CASE("of many requests with one key, one acts and all get its commit",
                   "[log][conformance][threads]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  for (std::uint64_t round = 0; round < 20; ++round) {
    std::atomic<int> acted = 0;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 8; ++writer) {
      writers.emplace_back([&, writer] {
        const CommitDraft draft = step("a", round, "key " + std::to_string(round));
        if (writer == 7) {
          const auto found = log.find_idempotent("alice", *draft.idempotency);
          CODELOG_CHECK(found, "finding a key waits for its commit");
          CODELOG_CHECK(!*found || (**found).position == Position(round + 1), "and gives it");
          return;
        }
        const auto appended = log.append(draft);
        CODELOG_CHECK(appended, appended.error().detail);
        CODELOG_CHECK((appended->commit == Commit{Position(round + 1), draft}), "the first one's");
        if (!appended->duplicate) ++acted;
      });
    }
    writers.clear();
    CHECK(acted == 1);
  }
  CHECK(log.head().position == Position(20));
}

TEMPLATE_TEST_CASE("roots and proofs hold for every past size while the log grows",
                   "[log][conformance][merkle]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  const LogProofs& proofs = subject.proofs();
  std::vector<base::Sha256> roots = {log.head().root};
  for (std::uint64_t i = 0; i < 700; ++i) {
    REQUIRE(log.append(step("a", i)));
    roots.push_back(log.head().root);
  }
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t size = 1 + random() % 700;
    const std::uint64_t first = random() % (size + 1);
    const Position position(1 + random() % size);
    CAPTURE(size, first, position.value());
    CHECK(proofs.root(size).value() == roots[size]);
    const auto leaf = commit_leaf(position, base::sha256(*log.read_bytes(position)));
    CHECK(verify_inclusion({position.value() - 1, size, leaf, roots[size]},
                           *proofs.inclusion_proof(position, size)));
    CHECK(verify_consistency({first, size, roots[first], roots[size]},
                             *proofs.consistency_proof(first, size)));
  }
  const auto last = Position(700);
  const auto tile = proofs.tile({0, 2}, 700 - 512);
  REQUIRE(tile);
  CHECK(tile->back() == commit_leaf(last, base::sha256(*subject.log().read_bytes(last))));
  CHECK(complete_root(*proofs.tile({0, 1}, 256)) == proofs.tile({1, 0}, 2).value()[1]);
  CHECK(proofs.tile({0, 1}, 3)->size() == 3);
  CHECK(proofs.tile({0, 2}, 189).error().code == ErrorCode::not_found);
  CHECK(proofs.tile({0, 3}, 1).error().code == ErrorCode::not_found);
  CHECK(proofs.tile({1, 0}, 3).error().code == ErrorCode::not_found);
  CHECK(proofs.tile({1, 1}, 1).error().code == ErrorCode::not_found);
  CHECK(proofs.tile({2, 0}, 1).error().code == ErrorCode::not_found);
  CHECK(proofs.tile({63, 0}, 1).error().code == ErrorCode::not_found);
  CHECK(proofs.root(0).value() == roots[0]);
  CHECK(proofs.root(701).error().code == ErrorCode::invalid);
  CHECK(proofs.inclusion_proof(Position(0), 5).error().code == ErrorCode::invalid);
  CHECK(proofs.inclusion_proof(Position(6), 5).error().code == ErrorCode::invalid);
  CHECK(proofs.inclusion_proof(Position(6), 701).error().code == ErrorCode::invalid);
  CHECK(proofs.consistency_proof(6, 5).error().code == ErrorCode::invalid);
  CHECK(proofs.consistency_proof(6, 701).error().code == ErrorCode::invalid);
}

TEMPLATE_TEST_CASE("a commit with ids that another one has taken is refused", "[log][conformance]",
                   InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  const NextIds first = log.next_ids();
  CHECK(first == ids_of(1, 1, 1));
  REQUIRE(log.append(creation(first), {.next_ids = first}));
  CHECK(log.next_ids() == ids_of(2, 2, 3));
  // Of another stream, so that only the ids tell.
  CommitDraft late = creation(first);
  late.streams = {{Stream("another"), StreamVersion(0)}};
  const auto refused = log.append(late, {.next_ids = first});
  CHECK(error_of(refused) == ErrorCode::conflict);
  CHECK(log.head().position == base::Position(1));
  CHECK(log.append(creation(log.next_ids()), {.next_ids = log.next_ids()}));
  CHECK(log.next_ids() == ids_of(3, 3, 5));
  // Ids that were taken before are given again, as by a restore.
  CHECK(log.append(late));
  CHECK(log.next_ids() == ids_of(3, 3, 5));
}

TEMPLATE_TEST_CASE("ids may be left out, but are never given twice", "[log][conformance]", InMemory,
                   OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  const NextIds later = ids_of(5, 7, 9);
  REQUIRE(log.append(creation(later), {.next_ids = later}));
  CHECK(log.next_ids() == ids_of(6, 8, 11));
  // As if it were decided on views that know of more versions.
  REQUIRE(log.append(creation(ids_of(6, 20, 11)), {.next_ids = ids_of(6, 20, 11)}));
  CHECK(log.next_ids() == ids_of(7, 21, 13));
  CHECK(error_of(log.append(creation(ids_of(7, 20, 13)), {.next_ids = ids_of(7, 20, 13)})) ==
        ErrorCode::conflict);
}

TEMPLATE_TEST_CASE("many writers take the ids one after the other", "[log][conformance]", InMemory,
                   OnRocksDb) {
  constexpr int writers_count = 8;
  constexpr int commits_each = 20;
  const TestType subject;
  Log& log = subject.log();
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < writers_count; ++writer) {
      writers.emplace_back([&] {
        for (int done = 0; done < commits_each;) {
          const NextIds ids = log.next_ids();
          if (log.append(creation(ids), {.next_ids = ids})) ++done;
        }
      });
    }
  }
  std::uint32_t next = 1;
  const auto reader = log.read_all(base::Position(1), Direction::forward);
  while (const auto commit = reader->next()) {
    const auto& made = std::get<CodelistCreated>((*commit)->content.events.at(0));
    REQUIRE(made.codelist == CodelistId(next++));
  }
  CHECK(next == writers_count * commits_each + 1);
}

TEMPLATE_TEST_CASE("a follower gets what it has missed, and nothing after it has ended",
                   "[log][conformance]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  for (std::uint64_t i = 0; i < 5; ++i) REQUIRE(log.append(step("a", i)));
  using Seen = std::vector<std::uint64_t>;
  Seen all, late, order;
  const auto into = [&](Seen& seen, std::uint64_t number) {
    return [&, number](std::span<const Commit> commits) {
      for (const Commit& commit : commits) seen.push_back(commit.position.value());
      order.push_back(number);
    };
  };
  auto first = log.follow(Position(0), into(all, 1));
  auto second = log.follow(Position(3), into(late, 2));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(all == Seen{1, 2, 3, 4, 5});
  CHECK(late == Seen{4, 5});
  order.clear();
  REQUIRE(log.append(step("a", 5)));
  CHECK(order == Seen{1, 2});
  first->reset();
  REQUIRE(log.append(step("a", 6)));
  CHECK(all == Seen{1, 2, 3, 4, 5, 6});
  CHECK(late == Seen{4, 5, 6, 7});
  const auto none = log.follow(Position(7), into(all, 3));
  REQUIRE(none);
  CHECK(all.size() == 6);
}

TEMPLATE_TEST_CASE("a key acts once for its actor", "[log][conformance]", InMemory, OnRocksDb) {
  const TestType subject;
  Log& log = subject.log();
  const CommitDraft first = step("a", 0, "key");
  CHECK(log.find_idempotent("alice", *first.idempotency).value() == std::nullopt);
  CHECK_FALSE(log.append(first)->duplicate);
  // Found before anything else is checked.
  const auto again = log.append(step("b", 77, "key"), {.next_ids = ids_of(7, 7, 7)});
  REQUIRE(again);
  CHECK(again->duplicate);
  CHECK(again->commit == Commit{Position(1), first});
  CommitDraft other = first;
  other.idempotency->request_digest.fill(1);
  CHECK(error_of(log.append(other)) == ErrorCode::unprocessable);
  CHECK(log.find_idempotent("alice", *other.idempotency).error().code == ErrorCode::unprocessable);
  CHECK(log.find_idempotent("alice", *first.idempotency).value() == Commit{Position(1), first});
  CHECK(log.find_idempotent("bob", *first.idempotency).value() == std::nullopt);
  CommitDraft of_bob = step("bob", 0, "key");
  of_bob.actor = "bob";
  CHECK_FALSE(log.append(of_bob)->duplicate);
}

// Writers with streams of their own and shared ones, with ids and without, some sent twice.
TEMPLATE_TEST_CASE("three thousand commits in parallel have one order", "[log][conformance]",
                   InMemory, OnRocksDb) {
  constexpr std::uint64_t writers_count = 12;
  constexpr std::uint64_t commits_each = 250;
  const TestType subject;
  Log& log = subject.log();
  std::vector<Commit> seen;
  const auto following = log.follow(Position(0), [&](std::span<const Commit> commits) {
    seen.insert(seen.end(), commits.begin(), commits.end());
  });
  REQUIRE(following);
  {
    std::vector<std::jthread> writers;
    for (std::uint64_t writer = 0; writer < writers_count; ++writer) {
      writers.emplace_back([&, writer] {
        const Stream shared("shared/" + std::to_string(writer % 3));
        for (std::uint64_t done = 0; done < commits_each;) {
          const NextIds ids = log.next_ids();
          const bool gives_ids = done % 5 == 0;
          CommitDraft draft = step("own/" + std::to_string(writer), done,
                                   std::to_string(writer) + " " + std::to_string(done));
          if (gives_ids) draft.events = creation(ids).events;
          if (done % 4 == 0) draft.streams.push_back({shared, log.stream_version(shared)});
          AppendTerms terms;
          if (gives_ids) terms.next_ids = ids;
          const auto appended = log.append(draft, terms);
          if (!appended) {
            CODELOG_CHECK(appended.error().code == ErrorCode::conflict, appended.error().detail);
            continue;
          }
          CODELOG_CHECK(!appended->duplicate, "a new key");
          CODELOG_CHECK(log.head().position >= appended->commit.position, "reads its write");
          CODELOG_CHECK(log.read(appended->commit.position).value() == appended->commit, "it");
          const auto again = log.append(draft, terms);
          CODELOG_CHECK(again && again->duplicate, "sent twice, acts once");
          ++done;
        }
      });
    }
  }
  REQUIRE(seen.size() == writers_count * commits_each);
  std::map<Stream, std::uint64_t> versions;
  NextIds ids;
  const auto reader = log.read_all(Position(1), Direction::forward);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    REQUIRE(seen[i].position.value() == i + 1);
    REQUIRE(reader->next()->value() == seen[i]);
    for (const StreamExpectation& stream : seen[i].content.streams) {
      REQUIRE(versions[stream.stream]++ == stream.version.value());
    }
    for (const Event& event : seen[i].content.events) {
      const auto* made = std::get_if<CodelistCreated>(&event);
      if (made != nullptr) REQUIRE(made->codelist == ids.codelist);
      ids.take(event);
    }
  }
  CHECK_FALSE(reader->next());
  CHECK(log.next_ids() == ids);
  for (const auto& [stream, version] : versions) {
    CHECK(log.stream_version(stream).value() == version);
  }
}

}  // namespace codelog::events::log_conformance_test
