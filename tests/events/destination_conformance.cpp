#include "tests/events/destination_conformance.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "events/base/file.h"

namespace codelog::tests {
namespace {

using archive::Destination;
using base::ErrorCode;

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1'664'525 + 1'013'904'223;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

std::vector<std::string> names_of(Destination& destination, const std::string& prefix) {
  const auto objects = destination.list(prefix);
  REQUIRE(objects);
  std::vector<std::string> names;
  for (const auto& object : *objects) names.push_back(object.name);
  return names;
}

template <class Value>
ErrorCode code_of(const base::Result<Value>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

void keeps_objects(Destination& place, Destination& other) {
  const std::string bytes = random_bytes(100'000);
  REQUIRE(place.put("segments/0001-a.seg", bytes));
  const auto read = other.get("segments/0001-a.seg", bytes.size());
  REQUIRE(read);
  CHECK(read->bytes == bytes);
  REQUIRE(other.put("segments/0001-a.seg", "other"));
  const auto again = place.get("segments/0001-a.seg", 100);
  REQUIRE(again);
  CHECK(again->bytes == "other");
  CHECK(again->tag != read->tag);
  REQUIRE(place.put("empty", ""));
  CHECK(place.get("empty", 0)->bytes.empty());
}

void has_errors(Destination& place) {
  CHECK(code_of(place.get("absent", 10)) == ErrorCode::not_found);
  CHECK(code_of(place.get("segments/absent", 10)) == ErrorCode::not_found);
  REQUIRE(place.put("ten", "0123456789"));
  CHECK(place.get("ten", 10));
  CHECK(code_of(place.get("ten", 9)) == ErrorCode::too_large);
  CHECK(place.remove("absent"));
  CHECK(place.remove("ten"));
  CHECK(place.remove("ten"));
  CHECK(code_of(place.get("ten", 10)) == ErrorCode::not_found);
}

void has_conditions(Destination& place, Destination& other) {
  const auto first = place.put_if("manifest", "one", std::nullopt);
  REQUIRE(first);
  CHECK(code_of(other.put_if("manifest", "two", std::nullopt)) == ErrorCode::conflict);
  CHECK(other.get("manifest", 10)->bytes == "one");
  CHECK(other.get("manifest", 10)->tag == *first);
  const auto second = other.put_if("manifest", "two", *first);
  REQUIRE(second);
  CHECK(*second != *first);
  CHECK(code_of(place.put_if("manifest", "three", *first)) == ErrorCode::conflict);
  CHECK(place.get("manifest", 10)->bytes == "two");
  REQUIRE(place.remove("manifest"));
  CHECK(code_of(place.put_if("manifest", "three", *second)) == ErrorCode::conflict);
  CHECK(place.put_if("manifest", "three", std::nullopt));
}

// Of writers who all saw the same state, one at most gets through.
void has_one_winner(const OpenDestination& open) {
  constexpr int writers_count = 6;
  const auto place = open();
  const auto tag = place->put_if("manifest", "start", std::nullopt);
  REQUIRE(tag);
  std::atomic<int> winners_count = 0;
  std::atomic<int> wrong_count = 0;
  std::vector<std::thread> writers;
  for (int number = 0; number < writers_count; ++number) {
    writers.emplace_back([&, number] {
      const auto mine = open();
      const auto written = mine->put_if("manifest", "by " + std::to_string(number), *tag);
      if (written) {
        ++winners_count;
      } else if (written.error().code != ErrorCode::conflict) {
        ++wrong_count;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(winners_count <= 1);
  CHECK(wrong_count == 0);
  CHECK((place->get("manifest", 100)->bytes == "start") == (winners_count == 0));
}

void lists(Destination& place) {
  for (const char* name : {"b/2", "b/10", "a", "b-", "B", "bc/1", "b.x"}) {
    REQUIRE(place.put(name, name));
  }
  CHECK(names_of(place, "") ==
        std::vector<std::string>{"B", "a", "b-", "b.x", "b/10", "b/2", "bc/1"});
  CHECK(names_of(place, "b/") == std::vector<std::string>{"b/10", "b/2"});
  CHECK(names_of(place, "b/1") == std::vector<std::string>{"b/10"});
  CHECK(names_of(place, "c").empty());
  CHECK(place.list("b/1")->front().size_bytes == 4);
}

void keeps_files(Destination& place, std::size_t large_bytes) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("codelog-destination-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, large_bytes}) {
    CAPTURE(size);
    const std::string bytes = random_bytes(size);
    REQUIRE(base::write_file_durably(folder / "from", bytes));
    REQUIRE(place.put_file("files/one", folder / "from"));
    std::filesystem::remove(folder / "to");
    REQUIRE(place.get_file("files/one", folder / "to"));
    CHECK(*base::read_file(folder / "to") == bytes);
  }
  CHECK_FALSE(place.get_file("files/one", folder / "to"));  // It is there already.
  CHECK(code_of(place.get_file("files/absent", folder / "none")) == ErrorCode::not_found);
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
  CHECK(code_of(place.put_file("files/two", folder / "absent")) == ErrorCode::not_found);
  CHECK(names_of(place, "files/") == std::vector<std::string>{"files/one"});
  std::filesystem::remove_all(folder);
}

}  // namespace

void conforms_to_destination(const OpenDestination& open, std::size_t large_bytes) {
  const auto place = open();
  SECTION("it keeps objects whole, for everybody who opens it") { keeps_objects(*place, *open()); }
  SECTION("it says what is absent or too large") { has_errors(*place); }
  SECTION("a write with a condition needs the tag of now") { has_conditions(*place, *open()); }
  SECTION("of several writers with one tag, one wins") { has_one_winner(open); }
  SECTION("it lists by the start of names, in order") { lists(*place); }
  SECTION("it keeps files of any size") { keeps_files(*place, large_bytes); }
}

}  // namespace codelog::tests
