#include "server/site/site_checks.h"

#include <map>

#include "server/accounts/personal_data.h"
#include "server/site/temporary_folder.h"

namespace codelog::site {
namespace {

using base::Position;
using base::Result;

// The users of the log and their sealed data, from the log alone: there may be no views.
class SealedPeople {
 public:
  void take(const events::Commit& commit) {
    for (const events::Event& event : commit.content.events) {
      if (const auto* added = std::get_if<events::UserAdded>(&event)) {
        people_[added->username] = {commit.position, added->personal};
      } else if (const auto* changed = std::get_if<events::UserPersonalDataChanged>(&event)) {
        people_[changed->username] = {commit.position, changed->personal};
      } else if (const auto* erased = std::get_if<events::UserErased>(&event)) {
        people_.erase(erased->username);
      }
    }
  }

  void add_problems(const accounts::KeyRing& keys, std::vector<events::Finding>& problems) const {
    for (const auto& [username, person] : people_) {
      const auto problem = accounts::problem_with_key(keys, username, person.sealed);
      if (!problem) continue;
      problems.push_back({person.position, *problem});
    }
  }

 private:
  struct Person {
    Position position;
    events::Sealed sealed;
  };
  std::map<std::string, Person> people_;
};

// Checks that the keys of all users who were not erased open their sealed data. Skips damaged
// commits, which verify() reports.
Result<void> verify_keys(DataFolder& folder, std::vector<events::Finding>& problems) {
  SealedPeople people;
  const auto reader = folder.log().read_all(Position(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    if (*commit) people.take(**commit);
  }
  // A server's keys in memory do not prove that the files are readable.
  const auto keys = accounts::KeyRing::open(folder.path() / "keys" / "users");
  if (!keys) return keys.error();
  people.add_problems(**keys, problems);
  return {};
}

struct Comparison {
  Position position;
  base::Sha256 in_use{};
  base::Sha256 rebuilt{};
  std::string damage;  // why the views in use cannot be read; empty if they can
};

// Compares the views in use at one moment with views built from nothing up to the same position.
Result<Comparison> compare_views(DataFolder& folder, const ReportProgress& progress) {
  const auto snapshot = folder.projections().snapshot();
  Comparison comparison;
  comparison.position = folder.projections().checkpoint();
  try {
    comparison.position = projections::checkpoint_of(*snapshot);
    comparison.in_use = projections::digest(*snapshot);
  } catch (const projections::DamagedViews& damage) {
    comparison.damage = damage.what();
  } catch (const base::ThrownError& thrown) {
    return thrown.error();
  }
  const std::filesystem::path place = folder.path() / check_views_folder;
  std::error_code ignored;  // If the folder cannot be created, the next line reports it.
  std::filesystem::create_directory(place, ignored);
  const auto temporary = TemporaryFolder::make(place);
  if (!temporary) return temporary.error();
  auto store = projections::RocksStore::open(temporary->path());
  if (!store) return store.error();
  const auto report = [&](Position done, Position head) {
    progress({"rebuilding views", done.value(), head.value()});
  };
  const auto built = projections::catch_up(**store, folder.log(), report, comparison.position);
  if (!built) return built.error();
  comparison.rebuilt = projections::digest(**store);
  return comparison;
}

}  // namespace

Result<Verification> verify(DataFolder& folder, const ReportProgress& progress) {
  Verification verification{folder.log().head(), {}};
  auto findings = folder.log().verify([&](std::uint64_t done, std::uint64_t total) {
    progress({"verifying", done, total});
  });
  if (!findings) return findings.error();
  verification.problems = *std::move(findings);
  if (const auto keys = verify_keys(folder, verification.problems); !keys) return keys.error();
  return verification;
}

Result<RebuiltViews> rebuild_views(DataFolder& folder, Rebuild rebuild,
                                   const ReportProgress& progress) {
  const bool only_check = rebuild == Rebuild::check_only;
  RebuiltViews views;
  if (!folder.has_views() && !only_check) {
    if (const auto rebuilt = folder.rebuild_views(progress); !rebuilt) return rebuilt.error();
    views.position = folder.projections().checkpoint();
    views.are_rebuilt = true;
    views.digest = folder.projections().digest();
    return views;
  }
  if (!folder.has_views()) {
    if (const auto opened = folder.open_views(progress); !opened) return opened.error();
    views.damage = folder.projections().damage_found();
  }
  const auto comparison = compare_views(folder, progress);
  if (!comparison) return comparison.error();
  if (!comparison->damage.empty()) views.damage = comparison->damage;
  views.position = comparison->position;
  views.digest = comparison->rebuilt;
  views.are_equal = views.damage.empty() && comparison->in_use == comparison->rebuilt;
  // A running server answers from its views, so they cannot be replaced now.
  const bool is_marked = !folder.projections().failure().empty();
  views.are_rebuilt_at_next_open = !views.are_equal && (!only_check || is_marked);
  if (views.are_rebuilt_at_next_open) {
    if (const auto noted = folder.rebuild_views_at_next_open(); !noted) return noted.error();
  }
  return views;
}

}  // namespace codelog::site
