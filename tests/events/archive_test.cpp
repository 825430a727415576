// Archives of a log: what they hold, and what happens when somebody changes them, takes them over,
// or the place where they are fails.
#include <random>

#include "archive_fixture.h"
#include "events/archive/object_names.h"
#include "events/archive/pruning.h"
#include "tests/events/destination_conformance.h"

namespace codelog::tests::archive_test {
namespace {

using archive::ArchivedLog;
using archive::Manifest;
using base::Error;
using base::ErrorCode;
using base::Position;

class QuickFolder {
 public:
  QuickFolder() {
    std::string pattern =
        std::string(std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") + "/codelog_XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~QuickFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  QuickFolder(const QuickFolder&) = delete;
  QuickFolder& operator=(const QuickFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST_CASE("a folder keeps the contract of a destination", "[archive]") {
  const QuickFolder folder;
  conforms_to_destination(
      [&] { return archive::make_folder_destination(folder.path() / "new" / "archive"); },
      3u << 20);
}

TEST_CASE("an archive grows with its log, and is a prefix of it at each moment", "[archive]") {
  ArchivedMemoryLog site;
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    append_clicks(site.log, random() % 40);
    site.ship();
    CHECK(site.manifest().head() == site.log.head());
  }
  site.check_prefix();
  CHECK(site.check().findings.empty());
  CHECK(site.check().commits_count == site.log.head().position.value());
  // Small segments became larger ones.
  CHECK(site.manifest().segments.size() < 16);
  CHECK_FALSE(site.manifest().spared.empty());
  // There was enough to learn from.
  CHECK(site.manifest().dictionaries.size() == 1);
  CHECK(site.manifest().segments.back().dictionary.has_value());
}

TEST_CASE("segments that larger ones replaced are removed after some minutes", "[archive]") {
  ArchivedMemoryLog site;
  for (int round = 0; round < 20; ++round) {
    append_clicks(site.log, 2);
    site.ship();
  }
  const std::size_t before_count = site.destination.objects().size();
  REQUIRE(site.check().unneeded_count == 0);
  site.clock.now_us += 11LL * 60 * 1'000'000;
  append_clicks(site.log, 1);
  site.ship();
  CHECK(site.destination.objects().size() < before_count);
  CHECK(site.manifest().spared.empty());
  CHECK(site.check().findings.empty());
  CHECK(site.check().unneeded_count == 0);
  site.check_prefix();
}

TEST_CASE("an archive can be read from any position on", "[archive]") {
  ArchivedMemoryLog site;
  for (int round = 0; round < 5; ++round) {
    append_clicks(site.log, 7);
    site.ship();
  }
  const auto archived = ArchivedLog::open(site.destination);
  REQUIRE(archived);
  for (std::uint64_t first = 1; first <= 36; ++first) {
    const auto reader = (*archived)->read_bytes(Position(first));
    for (std::uint64_t at = first; at <= 35; ++at) {
      REQUIRE(**reader->next() == *site.log.read_bytes(Position(at)));
    }
    CHECK_FALSE(reader->next()->has_value());
  }
}

TEST_CASE("a flipped bit in any object is found, with the positions that it cost", "[archive]") {
  ArchivedMemoryLog site;
  append_clicks(site.log, 3'000);
  site.ship();
  append_clicks(site.log, 10);
  site.ship();
  const Manifest manifest = site.manifest();
  REQUIRE(manifest.dictionaries.size() == 1);
  REQUIRE(manifest.segments.size() == 2);
  std::mt19937 random(3);
  for (const auto& [name, bytes] : site.destination.objects()) {
    for (int round = 0; round < 40; ++round) {
      std::string flipped = bytes;
      const std::size_t at = round == 0   ? 0
                             : round == 1 ? bytes.size() - 1
                                          : random() % bytes.size();
      flipped[at] = static_cast<char>(flipped[at] ^ 1 << random() % 8);
      site.destination.change(name, flipped);
      CAPTURE(name, at);
      if (name == archive::manifest_name) {
        const auto read = archive::load_manifest(site.destination);
        REQUIRE_FALSE(read);
        continue;
      }
      const auto checked = site.check();
      REQUIRE_FALSE(checked.findings.empty());
      CHECK(checked.findings.front().detail.find("is damaged") != std::string::npos);
      const bool is_segment = name.starts_with(archive::segments_prefix);
      const auto damaged =
          std::ranges::find(checked.findings, name, &archive::ArchiveFinding::object);
      REQUIRE(damaged != checked.findings.end());
      if (is_segment) CHECK(damaged->last >= damaged->first);
    }
    site.destination.change(name, bytes);
  }
  CHECK(site.check().findings.empty());
}

TEST_CASE("a lost object is named, and what lies before it can be read", "[archive]") {
  ArchivedMemoryLog site;
  for (int round = 0; round < 4; ++round) {
    append_clicks(site.log, 5);
    site.ship();
  }
  site.destination.lose(site.manifest().segments[2].object.name);
  const auto checked = site.check();
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].first == Position(11));
  CHECK(checked.findings[0].last == Position(15));
  CHECK(checked.findings[0].detail.starts_with("segment of positions 11 to 15 (segments/"));
  CHECK(checked.findings[0].detail.ends_with(" is missing"));
  const auto archived = ArchivedLog::open(site.destination);
  const auto reader = (*archived)->read_bytes(Position(1));
  for (std::uint64_t at = 1; at <= 20; ++at) {
    CHECK(bool(reader->next()) == (at <= 10 || at > 15));
  }
}

TEST_CASE("a segment of another history is found by its root", "[archive]") {
  ArchivedMemoryLog site;
  ArchivedMemoryLog other;
  std::uint64_t user = 0;
  for (ArchivedMemoryLog* each : {&site, &other}) {
    append_clicks(each->log, 5, user);
    each->ship();
    append_clicks(each->log, 5, user++);
    each->ship();
  }
  // Each manifest is right by itself.
  Manifest mixed = site.manifest();
  const Manifest others = other.manifest();
  mixed.segments[1] = others.segments[1];
  site.destination.change(mixed.segments[1].object.name,
                          other.destination.objects().at(mixed.segments[1].object.name));
  site.destination.change(std::string(archive::manifest_name), archive::encode_manifest(mixed));
  const auto checked = site.check();
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].first == Position(6));
  CHECK(checked.findings[0].detail.find("Merkle root") != std::string::npos);
  const auto archived = ArchivedLog::open(site.destination);
  const auto reader = (*archived)->read_bytes(Position(1));
  for (int i = 0; i < 5; ++i) REQUIRE(reader->next());
  CHECK(reader->next().error().code == ErrorCode::corrupt);
}

TEST_CASE("an archive of another log, or of a copy that went on, is refused", "[archive]") {
  ArchivedMemoryLog site;
  append_clicks(site.log, 5);
  site.ship();
  const Manifest before = site.manifest();
  events::MemoryLog copy;  // with the same id, as a copied folder has
  SECTION("it has other commits") { append_clicks(copy, 9, 1); }
  SECTION("it has fewer commits") { append_clicks(copy, 3); }
  archive::ArchiveWriter writer(site.destination, {copy, copy}, {"", "two", site.clock});
  const auto opened = writer.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::conflict);
  CHECK(opened.error().detail.find("choose another destination") != std::string::npos);
  CHECK(site.manifest() == before);
}

TEST_CASE("of two processes that archive to one place, the earlier one stops", "[archive]") {
  ArchivedMemoryLog site;
  append_clicks(site.log, 5);
  auto first = site.writer("one");
  REQUIRE(first.open());
  REQUIRE(first.ship(go_on));
  auto second = site.writer("two");
  REQUIRE(second.open());
  append_clicks(site.log, 5);
  REQUIRE(second.ship(go_on));
  append_clicks(site.log, 5);
  const auto shipped = first.ship(go_on);
  REQUIRE_FALSE(shipped);
  CHECK(shipped.error().code == ErrorCode::conflict);
  CHECK(shipped.error().detail.find("another process archives to memory") != std::string::npos);
  CHECK(site.manifest().head().position == Position(10));
  CHECK(site.manifest().owner == archive::Owner{2, "two"});
  REQUIRE(second.ship(go_on));
  site.check_prefix();
  CHECK(site.check().findings.empty());
}

TEST_CASE("two writers of one process take turns", "[archive]") {
  ArchivedMemoryLog site;
  auto first = site.writer();
  auto second = site.writer();
  REQUIRE(first.open());
  REQUIRE(second.open());
  for (int round = 0; round < 20; ++round) {
    append_clicks(site.log, 3);
    REQUIRE((round % 2 == 0 ? first : second).ship(go_on));
  }
  CHECK(site.manifest().head() == site.log.head());
  site.check_prefix();
}

TEST_CASE("a destination that fails at any call loses nothing that was archived", "[archive]") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    ArchivedMemoryLog site;
    append_clicks(site.log, 20);
    site.ship();
    int calls_left = static_cast<int>(random() % 12);
    const bool is_done_before_failing = random() % 2 == 0;
    site.destination.fault = [&](MemoryDestination::Call call,
                                 std::string_view name) -> std::optional<Error> {
      if (calls_left-- > 0) return std::nullopt;
      // The store did it, and its answer got lost.
      if (is_done_before_failing && call == MemoryDestination::Call::put) {
        site.destination.change(std::string(name), "whatever");
      }
      return Error{ErrorCode::unavailable, "no answer", {}};
    };
    for (int i = 0; i < 4; ++i) {
      append_clicks(site.log, 5);
      auto writer = site.writer();
      if (!writer.open() || !writer.ship(go_on)) break;
    }
    site.destination.fault = nullptr;
    CHECK(site.check().findings.empty());
    site.check_prefix();
    // It goes on where it was.
    site.ship();
    CHECK(site.manifest().head() == site.log.head());
    CHECK(site.check().findings.empty());
  }
}

TEST_CASE("a check that the store does not answer says so, not that something is lost",
          "[archive]") {
  ArchivedMemoryLog site;
  append_clicks(site.log, 5);
  site.ship();
  site.destination.fault = [](MemoryDestination::Call, std::string_view name) {
    const bool is_segment = name.starts_with(archive::segments_prefix);
    return is_segment ? std::optional(Error{ErrorCode::unavailable, "no answer", {}})
                      : std::nullopt;
  };
  const auto checked =
      archive::check_archive(site.destination, archive::CheckDepth::digests, go_on);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::unavailable);
}

TEST_CASE("a damaged commit of the log is not archived", "[archive]") {
  // A log whose bytes are not those that its tree was made of.
  class DamagedProofs final : public events::LogProofs {
   public:
    explicit DamagedProofs(const events::MemoryLog& log) : log_(log) {}
    base::Result<base::Sha256> root(std::uint64_t size) const override {
      auto root = log_.root(size);
      if (root && size >= 5) (*root)[0] = static_cast<std::uint8_t>((*root)[0] ^ 1);
      return root;
    }
    base::Result<std::vector<base::Sha256>> inclusion_proof(Position position,
                                                            std::uint64_t size) const override {
      return log_.inclusion_proof(position, size);
    }
    base::Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t first,
                                                              std::uint64_t size) const override {
      return log_.consistency_proof(first, size);
    }
    base::Result<std::vector<base::Sha256>> tile(const events::TileId& id,
                                                 std::size_t width) const override {
      return log_.tile(id, width);
    }

   private:
    const events::MemoryLog& log_;
  };
  ArchivedMemoryLog site;
  append_clicks(site.log, 4);
  site.ship();
  append_clicks(site.log, 4);
  const DamagedProofs proofs(site.log);
  archive::ArchiveWriter writer(site.destination, {site.log, proofs}, {"", "one", site.clock});
  REQUIRE(writer.open());
  const auto shipped = writer.ship(go_on);
  REQUIRE_FALSE(shipped);
  CHECK(shipped.error().code == ErrorCode::corrupt);
  CHECK(shipped.error().detail.starts_with("the log's commits 5 to 8 do not lead"));
  CHECK(site.manifest().head().position == Position(4));
}

// --- The manifest

TEST_CASE("a manifest with a gap names the positions that are missing", "[archive]") {
  ArchivedMemoryLog site;
  for (int round = 0; round < 3; ++round) {
    append_clicks(site.log, 5);
    site.ship();
  }
  Manifest manifest = site.manifest();
  CHECK(*archive::decode_manifest(archive::encode_manifest(manifest)) == manifest);
  manifest.segments.erase(manifest.segments.begin() + 1);
  const auto decoded = archive::decode_manifest(archive::encode_manifest(manifest));
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().detail == "the manifest names no segment of the positions 6 to 10");
}

TEST_CASE("no cut of a manifest is read", "[archive]") {
  ArchivedMemoryLog site;
  append_clicks(site.log, 5);
  site.ship();
  const std::string text = archive::encode_manifest(site.manifest());
  for (std::size_t size = 0; size < text.size(); ++size) {
    REQUIRE_FALSE(archive::decode_manifest(std::string_view(text).substr(0, size)));
  }
}

// --- Pruning

TEST_CASE("rules for what to keep", "[archive]") {
  CHECK(archive::parse_keep_rule("10")->count == 10);
  CHECK(archive::parse_keep_rule("12h")->age_us == 12LL * 3600 * 1'000'000);
  CHECK(archive::parse_keep_rule("30d")->age_us == 30LL * 24 * 3600 * 1'000'000);
  CHECK(archive::parse_keep_rule("8w")->age_us == 56LL * 24 * 3600 * 1'000'000);
  CHECK(archive::parse_keep_rule("1y")->age_us == 365LL * 24 * 3600 * 1'000'000);
  for (const char* text : {"", "0", "d", "10x", "10dd", "-1", "1.5d", "10 d", "99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(archive::parse_keep_rule(text));
  }
}

void add_point(ArchivedMemoryLog& site, const std::string& keys) {
  auto writer = site.writer();
  REQUIRE(writer.open());
  const std::string name = writer.new_name(archive::keys_prefix, base::sha256(keys));
  REQUIRE(writer.announce({name}));
  REQUIRE(site.destination.put(name, keys));
  REQUIRE(writer.change([&](Manifest& manifest) {
    manifest.spared.clear();
    manifest.restore_points.push_back({site.clock.now(),
                                       manifest.head().position,
                                       manifest.last_time(),
                                       manifest.head().root,
                                       archive::NamedObject{name, keys.size(), base::sha256(keys)},
                                       {}});
  }));
}

TEST_CASE("pruning removes what nothing needs, and never what a kept backup needs",
          "[archive][property]") {
  std::mt19937 random(17);
  constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;
  for (int round = 0; round < 40; ++round) {
    ArchivedMemoryLog site;
    append_clicks(site.log, 5);
    site.ship();
    for (int step = 0; step < 25; ++step) {
      site.clock.now_us += static_cast<std::int64_t>(random() % 3) * day_us;
      switch (random() % 4) {
        case 0:
          append_clicks(site.log, random() % 10);
          site.ship();
          break;
        case 1:
          add_point(site, std::to_string(random()));
          break;
        case 2:
          // What a killed backup leaves.
          REQUIRE(site.destination.put("segments/left-" + std::to_string(random()), "left"));
          break;
        default: {
          const Manifest before = site.manifest();
          const std::string text = random() % 2 == 0 ? std::to_string(1 + random() % 4)
                                                     : std::to_string(1 + random() % 9) + "d";
          const auto pruned = archive::prune(site.destination, {*archive::parse_keep_rule(text)},
                                             archive::PruneMode::remove, site.clock);
          REQUIRE(pruned);
          const Manifest after = site.manifest();
          CHECK(after.segments == before.segments);
          CHECK(after.restore_points == pruned->kept_points);
          if (!before.restore_points.empty()) {
            CHECK(after.restore_points.back() == before.restore_points.back());
          }
          CHECK(pruned->kept_points.size() + pruned->removed_points.size() ==
                before.restore_points.size());
          CHECK(site.check().unneeded_count == 0);
        }
      }
      CHECK(site.check().findings.empty());
    }
    site.check_prefix();
  }
}

TEST_CASE("pruning during a backup takes away nothing that the backup names", "[archive]") {
  ArchivedMemoryLog site;
  append_clicks(site.log, 5);
  site.ship();
  append_clicks(site.log, 5);
  auto writer = site.writer();
  REQUIRE(writer.open());
  // Prunes between the segment and the manifest that names it.
  bool is_pruned = false;
  site.destination.fault = [&](MemoryDestination::Call call,
                               std::string_view) -> std::optional<Error> {
    if (call != MemoryDestination::Call::put_if || std::exchange(is_pruned, true)) return {};
    const auto pruned = archive::prune(site.destination, {{1, std::nullopt}},
                                       archive::PruneMode::remove, site.clock);
    REQUIRE(pruned);
    CHECK(pruned->removed_objects.size() == 1);
    return std::nullopt;
  };
  REQUIRE(writer.ship(go_on));
  REQUIRE(is_pruned);
  CHECK(site.check().findings.empty());
  CHECK(site.manifest().head() == site.log.head());
}

TEST_CASE("pruning that fails in the middle harms nothing and goes on later", "[archive]") {
  for (int calls = 0; calls < 8; ++calls) {
    ArchivedMemoryLog site;
    append_clicks(site.log, 5);
    site.ship();
    for (int i = 0; i < 3; ++i) add_point(site, std::to_string(i));
    int left = calls;
    site.destination.fault = [&](MemoryDestination::Call,
                                 std::string_view) -> std::optional<Error> {
      if (left-- > 0) return std::nullopt;
      return Error{ErrorCode::io, "no space left on device", {}};
    };
    const auto prune = [&] {
      return archive::prune(site.destination, {{1, std::nullopt}}, archive::PruneMode::remove,
                            site.clock);
    };
    (void)prune();
    site.destination.fault = nullptr;
    CHECK(site.check().findings.empty());
    REQUIRE(prune());
    CHECK(site.check().findings.empty());
    CHECK(site.check().unneeded_count == 0);
    CHECK(site.manifest().restore_points.size() == 1);
  }
}

}  // namespace
}  // namespace codelog::tests::archive_test
