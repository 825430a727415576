#include <catch2/catch.hpp>
// After Catch's own header.
#include <rapidcheck/catch.h>

#include <set>

#include "mappings/dmdvmpprevmap/import.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"
#include "tests/mappings/mapping_support.h"

namespace codelog::tests::dmdvmpprevmap_test {
namespace {

using coding_systems::SctidText;
using mappings::import_dmdvmpprevmap;
using mappings::PreviousVmp;
using mappings::PreviousVmps;
using Rows = std::vector<Row>;
using Codes = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

PreviousVmps vmps(const Pairs& pairs) {
  std::vector<PreviousVmp> all;
  for (const auto& [id, previous] : pairs) {
    all.push_back({*SctidText::from(id), *SctidText::from(previous)});
  }
  return PreviousVmps(std::move(all));
}

Codes texts(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

Pairs links(const PreviousVmps& previous_vmps, const Codes& codes) {
  Pairs all;
  for (const auto& link : previous_vmps.links_of(codes)) all.emplace_back(link.later, link.earlier);
  return all;
}

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path archive = folder.path() / "map.csv.gz";
  std::filesystem::path target = folder.path() / "dmdvmpprevmap";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::string import(const std::optional<std::filesystem::path>& before = std::nullopt) const {
    const auto imported = import_dmdvmpprevmap(import_request(archive, target), before);
    return imported ? "" : imported.error().detail;
  }
  std::string run(const std::string& csv,
                  const std::optional<std::filesystem::path>& before = std::nullopt) const {
    write_bytes(archive, gzip(csv));
    return import(before);
  }
  // Expects a failure that leaves nothing behind.
  std::string failure(const std::string& csv) const {
    const std::string error = run(csv);
    CHECK(files_in(target).empty());
    return error;
  }
  Rows rows() const { return query(file, "SELECT * FROM dmdvmpprevmap_mapping ORDER BY rowid"); }
};

}  // namespace

TEST_CASE("previous VMPs are followed through any number of steps", "[mappings]") {
  // b replaced a, c replaced b; the pair of x is ignored.
  const PreviousVmps chain = vmps({{"b", "a"}, {"c", "b"}, {"x", "x"}, {"b", "a"}});
  CHECK(chain.pairs_count() == 2);
  CHECK(links(chain, {"b"}) == Pairs{{"b", "a"}, {"c", "b"}});
  CHECK(links(chain, {"a"}) == Pairs{{"b", "a"}, {"c", "a"}});
  CHECK(links(chain, {"c"}) == Pairs{{"c", "a"}, {"c", "b"}});
  CHECK(links(chain, {"a", "b", "c"}) == Pairs{{"b", "a"}, {"c", "a"}, {"c", "b"}});
  CHECK(links(chain, {"x", "nothing", ""}).empty());
  CHECK(texts(chain.earlier_than("c")) == Codes{"a", "b"});
  CHECK(texts(chain.later_than("a")) == Codes{"b", "c"});
  CHECK(texts(chain.next_after("a")) == Codes{"b"});
  CHECK(chain.next_after("c").empty());
  CHECK(chain.next_after("x").empty());
}

TEST_CASE("a VMP may have several previous ids, and cycles end", "[mappings]") {
  const PreviousVmps several = vmps({{"c", "a"}, {"c", "b"}, {"d", "a"}});
  CHECK(texts(several.earlier_than("c")) == Codes{"a", "b"});
  CHECK(texts(several.later_than("a")) == Codes{"c", "d"});
  CHECK(texts(several.next_after("a")) == Codes{"c", "d"});
  const PreviousVmps mutual = vmps({{"a", "b"}, {"b", "a"}});
  CHECK(links(mutual, {"a", "b"}) == Pairs{{"a", "b"}, {"b", "a"}});
  const PreviousVmps circle = vmps({{"a", "b"}, {"b", "c"}, {"c", "a"}, {"d", "a"}});
  CHECK(texts(circle.earlier_than("a")) == Codes{"b", "c"});
  CHECK(texts(circle.later_than("a")) == Codes{"b", "c", "d"});
}

TEST_CASE("links are the transitive closure of any pairs", "[mappings][property]") {
  rc::prop("links of all codes", [](const std::vector<std::pair<char, char>>& raw) {
    Pairs pairs;
    for (const auto& [id, previous] : raw) {
      // Few codes, so that pairs meet.
      const auto code = [](char byte) {
        return std::string(1, static_cast<char>('a' + (byte & 7)));
      };
      pairs.emplace_back(code(id), code(previous));
    }
    std::set<std::pair<std::string, std::string>> closure(pairs.begin(), pairs.end());
    for (std::size_t before = 0; before != closure.size();) {
      before = closure.size();
      const auto known = closure;
      for (const auto& [a, b] : known) {
        for (const auto& [c, d] : known) {
          if (b == c) closure.emplace(a, d);
        }
      }
    }
    std::erase_if(closure, [](const auto& pair) { return pair.first == pair.second; });
    const Codes all = {"a", "b", "c", "d", "e", "f", "g", "h"};
    RC_ASSERT(links(vmps(pairs), all) == Pairs(closure.begin(), closure.end()));
  });
}

TEST_CASE("previous VMPs are imported, and every import adds to the existing pairs",
          "[mappings][import]") {
  Imported imported;
  REQUIRE(imported.run("name,vpidprev,vpid\r\nx,100001,200001\r\ny,100000,200001\r\n"
                       "z,300000,300000\r\nx,100001,200001\r\n") == "");
  const Rows first = {{"200001", "100000"}, {"200001", "100001"}};
  CHECK(imported.rows() == first);
  const auto before = imported.folder.path() / "before.sqlite3";
  std::filesystem::copy_file(imported.file, before);
  // White space around ids, empty fields behind the last column, and rows without ids, as
  // spreadsheets write them.
  REQUIRE(imported.run("vpid,vpidprev,note\n150000 ,\u00a0140000\t,,\u00a0,\n,\u00a0,x\n",
                       before) == "");
  CHECK(imported.rows() == Rows{{"150000", "140000"}, first[0], first[1]});
  const std::string bytes = read_bytes(imported.file);
  std::filesystem::remove(before);
  std::filesystem::rename(imported.file, before);

  // Existing pairs change nothing.
  const auto extended =
      mappings::extend_dmdvmpprevmap(import_request({}, imported.target), before,
                                     {{*SctidText::from("200001"), *SctidText::from("100001")},
                                      {*SctidText::from("7"), *SctidText::from("7")}});
  REQUIRE(extended);
  CHECK(extended->rows_count == 3);
  CHECK(read_bytes(imported.file) == bytes);
  const auto opened = PreviousVmps::open(imported.file);
  REQUIRE(opened);
  CHECK(texts(opened->earlier_than("200001")) == Codes{"100000", "100001"});
}

TEST_CASE("a bad file of previous VMPs is refused with its line", "[mappings][import]") {
  const Imported imported;
  CHECK(imported.failure("") == "map.csv.gz, line 0: the file is empty: its header is missing");
  CHECK(imported.failure("vpid,vpidprev\n") ==
        "map.csv.gz, line 1: the file has no rows below its header");
  CHECK(imported.failure("vpid,other\n1,2\n") ==
        "map.csv.gz, line 1: there is no column 'vpidprev'");
  CHECK(imported.failure("vpid,vpidprev,vpid\n") ==
        "map.csv.gz, line 1: there are two columns 'vpid'");
  CHECK(imported.failure("vpid,vpidprev\n100000,200000\n100000\n") ==
        "map.csv.gz, line 3: the row has 1 fields, the header has 2");
  CHECK(imported.failure("vpid,vpidprev\n100000,200000,,x\n") ==
        "map.csv.gz, line 2: the row has 4 fields, the header has 2");
  for (const std::string id : {"", "12345", "1234567890123456789", "10000x", "1e+16"}) {
    CHECK(imported.failure("vpid,vpidprev\n100000," + id + "\n") ==
          "map.csv.gz, line 2: the vpidprev '" + id + "' is not an id of 6 to 18 digits");
    CHECK(imported.failure("vpid,vpidprev\n" + id + ",100000\n") ==
          "map.csv.gz, line 2: the vpid '" + id + "' is not an id of 6 to 18 digits");
  }
}

TEST_CASE("previous VMPs may not have more rows than the limit", "[mappings][import]") {
  const Imported imported;
  write_bytes(imported.archive, gzip("vpid,vpidprev\n100000,200000\n100001,200000\n"));
  auto request = import_request(imported.archive, imported.target);
  request.rows_max = 1;
  const auto refused = import_dmdvmpprevmap(request, std::nullopt);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "map.csv.gz, line 3: the file has more than 1 rows");
  request.rows_max = 2;
  CHECK(import_dmdvmpprevmap(request, std::nullopt));
}

TEST_CASE("a gzip file that is damaged, cut short, or a bomb is refused", "[mappings][import]") {
  const Imported imported;
  std::string csv = "vpid,vpidprev\n";
  for (int i = 0; i < 20'000; ++i) csv += std::to_string(100'000 + i) + ",200000\n";
  const std::string packed = gzip(csv);
  CHECK(imported.import() == imported.archive.string() + ": no such file");
  const auto refused = [&](const std::string& bytes) {
    write_bytes(imported.archive, bytes);
    const std::string error = imported.import();
    CHECK(files_in(imported.target).empty());
    CHECK_THAT(error, Catch::StartsWith("map.csv.gz"));
    return !error.empty();
  };
  CHECK(refused(""));
  for (std::size_t bytes = 0; bytes < packed.size(); bytes += packed.size() / 13) {
    CHECK(refused(packed.substr(0, bytes)));
  }
  CHECK(refused(packed.substr(0, packed.size() - 1)));
  std::string damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x10);
  CHECK(refused(damaged));
  CHECK(refused(packed + "more"));

  auto request = import_request(imported.archive, imported.target);
  write_bytes(imported.archive, packed);
  request.limits.total_bytes_max = csv.size() - 1;
  const auto too_large = import_dmdvmpprevmap(request, std::nullopt);
  REQUIRE_FALSE(too_large);
  CHECK_THAT(too_large.error().detail, Catch::Contains("unpacks to more than"));
  request.limits.total_bytes_max = csv.size();
  CHECK(import_dmdvmpprevmap(request, std::nullopt));
  // A browser may have unpacked the file.
  write_bytes(imported.archive, csv);
  REQUIRE(imported.import() == "");
  CHECK(imported.rows().size() == 20'000);
  // Two members read as one.
  write_bytes(imported.archive, packed + gzip("900000,800000\n"));
  REQUIRE(imported.import() == "");
  CHECK(imported.rows().back() == Row{"900000", "800000"});
}

}  // namespace codelog::tests::dmdvmpprevmap_test
