// A site archived while it is used, and restored from the archive: to every position, with and
// without its keys, and from archives that lack something.
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "events/archive/archive_check.h"
#include "events/archive/folder_destination.h"
#include "server/accounts/personal_data.h"
#include "server/archive/key_bundle.h"
#include "server/archive/shipper.h"
#include "server/site/backup.h"
#include "server/site/drill.h"
#include "server/site/restore.h"
#include "tests/projections/random_history.h"
#include "tests/server/restored_site.h"

namespace codelog::tests::archive_restore_test {
namespace {

using archive::ArchiveShipper;
using base::ErrorCode;
using site::DataFolder;
using site::RestoreReport;
using site::RestoreRequest;

constexpr std::size_t codes_count = 40;

std::unique_ptr<ArchiveShipper> ship_to(std::unique_ptr<archive::Destination> destination,
                                        const events::EventLog& log, const base::Clock& clock) {
  return std::make_unique<ArchiveShipper>(
      std::move(destination), archive::ArchivedSource{log, log},
      ArchiveShipper::Options{.writer = {"example.org/log", "one", clock},
                              .collect_wait = std::chrono::milliseconds(1),
                              .retry_wait_min = std::chrono::milliseconds(2),
                              .retry_wait_max = std::chrono::milliseconds(20)});
}

bool catches_up(const ArchiveShipper& shipper) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < end) {
    const archive::ShippingState state = shipper.state();
    if (state.last_shipped_at && state.lag_commits == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// A site with a random history, still open, that was archived all the while.
struct ArchivedSite {
  QuickFolder folder;
  TestSite site{folder.path() / "source", 5, codes_count};
  RandomHistory history{site, 5};
  base::SystemClock clock;
  std::unique_ptr<archive::Destination> place =
      archive::make_folder_destination(folder.path() / "archive");

  explicit ArchivedSite(int steps_count) {
    history.set_up();
    auto shipper = ship_to(archive::make_folder_destination(folder.path() / "archive"),
                           site.event_log(), clock);
    for (int i = 0; i < steps_count; ++i) history.step();
    REQUIRE(catches_up(*shipper));
  }

  Position head() { return site.log().head().position; }
  RestoreRequest request(std::optional<projections::Moment> moment = {}) const {
    RestoreRequest made;
    made.archive = place.get();
    made.target = folder.path() / "restored";
    made.moment = moment;
    return made;
  }
};

RestoreReport restored(const RestoreRequest& request) {
  auto report = site::restore_site(request, go_on);
  if (!report) FAIL(report.error().detail);
  return *std::move(report);
}

TEST_CASE("an archived site is restored to every position of a random history",
          "[archive][restore]") {
  ArchivedSite source(190);
  REQUIRE(source.head() > Position(100));
  std::uint64_t erased_count = 0;
  for (Position position(1); position <= source.head(); position = position.next()) {
    CAPTURE(position.value());
    const RestoreRequest request = source.request(position);
    const RestoreReport report = restored(request);
    REQUIRE(report.plan.position == position);
    REQUIRE(report.is_root_compared);
    REQUIRE(report.root == *source.site.event_log().root(position.value()));
    erased_count += report.erased_again.size();
    auto folder = open_folder(request.target);
    REQUIRE(folder->log().head().epoch == 2);
    REQUIRE(*folder->log().root(position.value()) == report.root);
    REQUIRE(*folder->log().read_bytes(position) == *source.site.log().read_bytes(position));
    REQUIRE(content_of(*folder->projections().snapshot()) ==
            views_of(source.site.log(), position, folder->log()));
    folder.reset();
    fs::remove_all(request.target);
  }
  CHECK(erased_count > 0);
}

// --- Keys

void add_key_object(ArchivedSite& source, const std::string& passphrase) {
  archive::KeyFiles files;
  const fs::path users = source.folder.path() / "source" / "keys" / "users";
  for (const auto& file : fs::directory_iterator(users)) {
    files["users/" + file.path().filename().string()] = *base::read_file(file.path());
  }
  files["log-signing"] = "the signing key";
  REQUIRE_FALSE(files.empty());
  const std::string sealed = *archive::seal_keys(files, passphrase);
  archive::ArchiveWriter writer(*source.place, {source.site.event_log(), source.site.event_log()},
                                {"", "one", source.clock});
  REQUIRE(writer.open());
  const archive::NamedObject object{"keys/one", sealed.size(), base::sha256(sealed)};
  REQUIRE(source.place->put(object.name, sealed));
  REQUIRE(writer.change([&](archive::Manifest& manifest) {
    manifest.restore_points.push_back({source.clock.now(),
                                       manifest.head().position,
                                       manifest.last_time(),
                                       manifest.head().root,
                                       object,
                                       {}});
  }));
}

TEST_CASE("archived keys open people's data again, if the passphrase is given",
          "[archive][restore]") {
  ArchivedSite source(60);
  add_key_object(source, "correct horse");
  RestoreRequest request = source.request();
  const auto users_of = [&](const RestoreReport& report) {
    return report.keys_count + report.users_without_key.size();
  };
  SECTION("with it") {
    request.passphrase = "correct horse";
    const RestoreReport report = restored(request);
    CHECK(report.users_without_key.empty());
    CHECK(report.keys_count > 0);
    CHECK(open_folder(request.target)->unreadable_users().empty());
    // A copy of a log must not sign for the original.
    CHECK_FALSE(fs::exists(request.target / "keys" / "log-signing"));
  }
  SECTION("for a site that takes the other one's place") {
    request.passphrase = "correct horse";
    request.with_signing_key = true;
    restored(request);
    CHECK(*base::read_file(request.target / "keys" / "log-signing") == "the signing key");
  }
  SECTION("without it, the site opens all the same, and the users are named") {
    const RestoreReport report = restored(request);
    CHECK(report.keys_count == 0);
    CHECK(users_of(report) > 0);
    CHECK(open_folder(request.target)->unreadable_users().size() ==
          report.users_without_key.size());
  }
  SECTION("with another one, nothing is restored") {
    request.passphrase = "wrong horse";
    const auto refused = site::restore_site(request, go_on);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::forbidden);
    CHECK_FALSE(fs::exists(request.target));
  }
}

TEST_CASE("sealed keys open with their passphrase, and after no change", "[archive]") {
  const archive::KeyFiles files = {{"users/1.key", std::string(32, '\1')}, {"empty", ""}};
  const std::string sealed = *archive::seal_keys(files, "correct horse");
  CHECK(*archive::open_keys(sealed, "correct horse") == files);
  CHECK(archive::open_keys(sealed, "wrong").error().code == ErrorCode::forbidden);
  CHECK(archive::seal_keys(files, "").error().code == ErrorCode::invalid);
  // Beyond the parameters, where a flip costs a derivation.
  for (const std::size_t at : {std::size_t{0}, std::size_t{14}, sealed.size() - 1}) {
    std::string flipped = sealed;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    CHECK_FALSE(archive::open_keys(flipped, "correct horse"));
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, sealed.size() - 1}) {
    CHECK_FALSE(archive::open_keys(std::string_view(sealed).substr(0, size), "correct horse"));
  }
}

// --- Archives that lack something

TEST_CASE("a restore names the segment that it lacks, and leaves nothing", "[archive][restore]") {
  ArchivedSite source(60);
  const auto manifest = archive::load_manifest(*source.place);
  REQUIRE(manifest);
  const archive::ArchivedSegment first = manifest->manifest.segments.front();
  const RestoreRequest request = source.request();
  const auto refusal = [&] {
    const auto report = site::restore_site(request, go_on);
    REQUIRE_FALSE(report);
    CHECK_FALSE(fs::exists(request.target));
    return report.error();
  };
  const std::string name = "segment of positions 1 to " + std::to_string(first.last.value());
  SECTION("it is missing") {
    REQUIRE(source.place->remove(first.object.name));
    CHECK(refusal().detail.find(name) != std::string::npos);
  }
  SECTION("a byte of it is another one") {
    std::string bytes = source.place->get(first.object.name, first.object.size_bytes)->bytes;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    REQUIRE(source.place->put(first.object.name, bytes));
    const base::Error error = refusal();
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.detail.find(name) != std::string::npos);
    CHECK(error.detail.find("is damaged") != std::string::npos);
  }
  SECTION("there is no archive") {
    REQUIRE(source.place->remove("manifest.json"));
    CHECK(refusal().detail.find("there is no archive in ") != std::string::npos);
  }
}

TEST_CASE("a restore from the archive goes up to a lost segment", "[archive][restore]") {
  ArchivedSite source(60);
  {
    auto shipper = ship_to(archive::make_folder_destination(source.folder.path() / "archive"),
                           source.site.event_log(), source.clock);
    const Position before = source.head();
    while (source.head() == before) source.history.step();
    REQUIRE(catches_up(*shipper));
  }
  const auto manifest = archive::load_manifest(*source.place);
  const archive::ArchivedSegment last = manifest->manifest.segments.back();
  REQUIRE(last.first > Position(1));
  REQUIRE(source.place->remove(last.object.name));
  const Position before(last.first.value() - 1);
  const RestoreReport report = restored(source.request(before));
  CHECK(report.plan.position == before);
  CHECK(report.root == *source.site.event_log().root(before.value()));
  CHECK(report.plan.may_have_erased_others);
  const auto beyond = site::plan_restore(source.request(), go_on);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().detail.find(last.object.name) != std::string::npos);
}

// --- Backups of a site, and drills

TEST_CASE("a backup of a site brings back its log, its keys and its restore point", "[archive]") {
  const QuickFolder folder;
  const auto place = archive::make_folder_destination(folder.path() / "archive");
  auto data = open_folder(folder.path() / "data");
  commands::Executor executor(data->site());
  commands::AccountCommands accounts(executor);
  REQUIRE(accounts.add_user({commands::Actor::system(), std::nullopt},
                            {"ada", "Ada", "ada@example.org", std::nullopt}));
  const auto made = site::back_up(*data, {*place, true, "correct horse"}, go_on);
  if (!made) FAIL(made.error().detail);
  CHECK(made->point.position == data->log().head().position);
  CHECK(made->point.root == data->log().head().root);
  CHECK(made->point.keys.has_value());
  const auto again = site::back_up(*data, {*place}, go_on);
  REQUIRE(again);
  CHECK(again->new_commits_count == 0);
  const auto checked =
      archive::check_archive(*place, archive::CheckDepth::commits, [](auto, auto) { return true; });
  REQUIRE(checked);
  CHECK(checked->findings.empty());
  CHECK(checked->unneeded_count == 0);
  CHECK(checked->manifest.restore_points.size() == 2);

  const auto drilled = site::drill(
      {.destination = *place, .scratch = folder.path(), .passphrase = "correct horse"}, go_on);
  if (!drilled) FAIL(drilled.error().detail);
  CHECK(drilled->problems.empty());
  CHECK(drilled->are_views_equal);

  RestoreRequest request;
  request.archive = place.get();
  request.passphrase = "correct horse";
  request.target = folder.path() / "restored";
  restored(request);
  const auto site = open_folder(request.target);
  const auto user = site->projections().views().user("ada");
  REQUIRE(user);
  CHECK(accounts::open_sealed(site->keys(), "ada", user->personal)->email == "ada@example.org");
}

// --- Shipping

// A folder that fails as long as it is told to.
class FailingPlace final : public archive::Destination {
 public:
  FailingPlace(fs::path folder, const std::atomic<bool>& fails)
      : inner_(archive::make_folder_destination(std::move(folder))), fails_(fails) {}
  std::string describe() const override { return inner_->describe(); }
  base::Result<void> put(std::string_view name, std::string_view bytes) override {
    if (fails_) return failure();
    return inner_->put(name, bytes);
  }
  base::Result<std::string> put_if(std::string_view name, std::string_view bytes,
                                   const std::optional<std::string>& tag) override {
    if (fails_) return failure();
    return inner_->put_if(name, bytes, tag);
  }
  base::Result<void> put_file(std::string_view name, const fs::path& file) override {
    return inner_->put_file(name, file);
  }
  base::Result<archive::StoredObject> get(std::string_view name, std::uint64_t max) override {
    if (fails_) return failure();
    return inner_->get(name, max);
  }
  base::Result<void> get_file(std::string_view name, const fs::path& file) override {
    return inner_->get_file(name, file);
  }
  base::Result<std::vector<archive::ObjectName>> list(std::string_view prefix) override {
    return inner_->list(prefix);
  }
  base::Result<void> remove(std::string_view name) override { return inner_->remove(name); }

 private:
  static base::Error failure() { return {ErrorCode::io, "no space left on device", {}}; }

  const std::unique_ptr<archive::Destination> inner_;
  const std::atomic<bool>& fails_;
};

TEST_CASE("shipping goes on when the place works again, and writers never notice", "[archive]") {
  const QuickFolder folder;
  TestSite site(folder.path() / "source", 5, codes_count);
  RandomHistory history(site, 5);
  history.set_up();
  const base::SystemClock clock;
  std::atomic<bool> fails = true;
  const auto shipper = ship_to(std::make_unique<FailingPlace>(folder.path() / "archive", fails),
                               site.event_log(), clock);
  for (int i = 0; i < 20; ++i) history.step();
  const auto has_failed = [&] { return !shipper->state().last_error.empty(); };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!has_failed() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  archive::ShippingState state = shipper->state();
  CHECK(state.last_error == "no space left on device");
  CHECK(state.lag_commits == site.log().head().position.value());
  CHECK_FALSE(state.is_stopped);
  fails = false;
  REQUIRE(catches_up(*shipper));
  state = shipper->state();
  CHECK(state.last_error.empty());
  CHECK(state.lag == std::chrono::seconds(0));
  const auto place = archive::make_folder_destination(folder.path() / "archive");
  CHECK(archive::load_manifest(*place)->manifest.head() == site.log().head());
}

TEST_CASE("a shipper whose archive was taken over stops, and says so", "[archive]") {
  ArchivedSite source(5);
  const auto shipper = ship_to(archive::make_folder_destination(source.folder.path() / "archive"),
                               source.site.event_log(), source.clock);
  REQUIRE(catches_up(*shipper));
  archive::ArchiveWriter other(*source.place, {source.site.event_log(), source.site.event_log()},
                               {"", "two", source.clock});
  REQUIRE(other.open());
  const Position before = source.head();
  while (source.head() == before) source.history.step();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!shipper->state().is_stopped && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  const archive::ShippingState state = shipper->state();
  CHECK(state.is_stopped);
  CHECK(state.last_error.find("another process archives to") != std::string::npos);
  CHECK(state.lag_commits > 0);
  CHECK(archive::load_manifest(*source.place)->manifest.head().position == before);
}

}  // namespace
}  // namespace codelog::tests::archive_restore_test
