// Operations on the log and the views:
// - log.list {from?, limit?, newest_first?, stream?}
//   -> {commits: [{position, …} or {position?, damaged}], next}
// - log.show {position} -> the commit
// - log.verify {} -> {commits, root, epoch, problems: [{position, detail}]}
// - log.rebuild {check?}
//   -> {commits, rebuilt, rebuilt_at_next_start?, equal, damage (text or null), digest}
#include <algorithm>
#include <map>
#include <string>

#include "server/accounts/personal_data.h"
#include "tools/admin_operations.h"
#include "tools/commit_json.h"
#include "tools/temporary_folder.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

constexpr std::uint64_t list_commits_max = 1000;

Result<Json> list_commits(site::DataFolder& folder, const Json& arguments) {
  const events::Log& log = folder.log();
  const bool newest_first = flag_argument(arguments, "newest_first");
  const auto limit = number_argument(arguments, "limit", list_commits_max);
  if (!limit) return limit.error();
  const bool by_stream = arguments.contains("stream") && !arguments["stream"].is_null();
  auto name = by_stream ? text_argument(arguments, "stream") : Result<std::string>("");
  if (!name) return name.error();
  const events::Stream stream(*std::move(name));
  const std::uint64_t end =
      by_stream ? log.stream_version(stream).value() : log.head().position.value();
  const auto from = number_argument(arguments, "from", newest_first ? end : 1);
  if (!from) return from.error();

  Json commits = Json::array();
  std::uint64_t at = newest_first ? std::min(*from, end) : std::max<std::uint64_t>(*from, 1);
  const auto direction = newest_first ? events::Direction::backward : events::Direction::forward;
  const auto reader = by_stream ? log.read_stream(stream, base::StreamVersion(at), direction)
                                : log.read_all(Position(at), direction);
  const std::uint64_t count_max = std::min(*limit, list_commits_max);
  bool is_exhausted = false;
  while (at >= 1 && at <= end && commits.size() < count_max) {
    const auto commit = reader->next();
    // A stream with an unreadable head seems longer than it is.
    is_exhausted = !commit;
    if (is_exhausted) break;
    if (*commit) {
      commits.push_back(commit_summary(**commit));
    } else {
      commits.push_back(
          {{by_stream ? "version" : "position", at}, {"damaged", commit->error().detail}});
    }
    at = newest_first ? at - 1 : at + 1;
  }
  const bool is_more = !is_exhausted && at >= 1 && at <= end;
  return Json{{"commits", std::move(commits)}, {"next", is_more ? Json(at) : Json(nullptr)}};
}

bool erases(const events::Commit& commit, const std::string& username) {
  return std::ranges::any_of(commit.content.events, [&](const events::Event& event) {
    const auto* erased = std::get_if<events::UserErased>(&event);
    return erased != nullptr && erased->username == username;
  });
}

// From the log alone, since there may be no views. An erasure is the last commit of its user's
// stream, or close to it.
bool is_erased_in(const events::Log& log, const std::string& username) {
  const auto stream = events::Stream::of_user(username);
  const auto reader =
      log.read_stream(stream, log.stream_version(stream), events::Direction::backward);
  while (const auto commit = reader->next()) {
    if (*commit && erases(**commit, username)) return true;
  }
  return false;
}

Result<Json> show_commit(site::DataFolder& folder, const Json& arguments) {
  const auto position = number_argument(arguments, "position", 0);
  if (!position) return position.error();
  const std::uint64_t head = folder.log().head().position.value();
  if (*position == 0 || *position > head) {
    return Error{ErrorCode::not_found,
                 "the log has no position " + std::to_string(*position) + "; it goes from 1 to " +
                     std::to_string(head),
                 {}};
  }
  const auto commit = folder.log().read(Position(*position));
  if (!commit) return commit.error();
  // A server's keys in memory do not prove that the files are readable.
  const auto keys = accounts::KeyRing::open(folder.path() / "keys" / "users");
  if (!keys) return keys.error();
  return commit_to_json(*commit, **keys, [&](const std::string& username) {
    return is_erased_in(folder.log(), username);
  });
}

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

  void add_problems(const accounts::KeyRing& keys, Json& problems) const {
    for (const auto& [username, person] : people_) {
      const auto problem = accounts::problem_with_key(keys, username, person.sealed);
      if (!problem) continue;
      problems.push_back({{"position", person.position.value()}, {"detail", *problem}});
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
Result<void> verify_keys(site::DataFolder& folder, Json& problems) {
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

Result<Json> verify_log(site::DataFolder& folder, const site::ReportProgress& progress) {
  const events::Head head = folder.log().head();
  const auto findings = folder.log().verify([&](std::uint64_t done, std::uint64_t total) {
    progress({"verifying", done, total});
  });
  if (!findings) return findings.error();
  Json problems = Json::array();
  for (const events::Finding& finding : *findings) {
    problems.push_back({{"position", finding.position.value()}, {"detail", finding.detail}});
  }
  if (const auto verified = verify_keys(folder, problems); !verified) return verified.error();
  return Json{{"commits", head.position.value()},
              {"root", base::to_hex(head.root)},
              {"epoch", head.epoch},
              {"problems", std::move(problems)}};
}

struct Comparison {
  Position position;
  base::Sha256 in_use{};
  base::Sha256 rebuilt{};
  std::string damage;  // why the views in use cannot be read; empty if they can
  bool is_equal() const { return damage.empty() && in_use == rebuilt; }
};

// Compares the views in use at one moment with views built from nothing up to the same position.
Result<Comparison> compare_views(site::DataFolder& folder, const site::ReportProgress& progress) {
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
  const std::filesystem::path place = folder.path() / site::check_views_folder;
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

Result<Json> rebuild_views(site::DataFolder& folder, const Json& arguments,
                           const site::ReportProgress& progress) {
  const bool only_check = flag_argument(arguments, "check");
  if (!folder.has_views() && !only_check) {
    if (const auto rebuilt = folder.rebuild_views(progress); !rebuilt) return rebuilt.error();
    return Json{{"commits", folder.projections().checkpoint().value()},
                {"rebuilt", true},
                {"equal", true},
                {"damage", nullptr},
                {"digest", base::to_hex(folder.projections().digest())}};
  }
  std::string damage_found;
  if (!folder.has_views()) {
    if (const auto opened = folder.open_views(progress); !opened) return opened.error();
    damage_found = folder.projections().damage_found();
  }
  auto comparison = compare_views(folder, progress);
  if (!comparison) return comparison.error();
  if (comparison->damage.empty()) comparison->damage = damage_found;
  const bool equal = comparison->is_equal();
  // A running server answers from its views, so they cannot be replaced now.
  const bool is_marked = !folder.projections().failure().empty();
  const bool later = !equal && (!only_check || is_marked);
  if (later) {
    if (const auto noted = folder.rebuild_views_at_next_open(); !noted) return noted.error();
  }
  return Json{{"commits", comparison->position.value()},
              {"rebuilt", false},
              {"rebuilt_at_next_start", later},
              {"equal", equal},
              {"damage", comparison->damage.empty() ? Json(nullptr) : Json(comparison->damage)},
              {"digest", base::to_hex(comparison->rebuilt)}};
}

}  // namespace

Result<Json> run_log_operation(site::DataFolder& folder, std::string_view operation,
                               const Json& arguments, const site::ReportProgress& report) {
  if (operation == "log.list") return list_commits(folder, arguments);
  if (operation == "log.show") return show_commit(folder, arguments);
  if (operation == "log.verify") return verify_log(folder, report);
  if (operation == "log.rebuild") return rebuild_views(folder, arguments, report);
  return Error{ErrorCode::invalid, "there is no operation " + std::string(operation), {}};
}

}  // namespace codelog::tools
