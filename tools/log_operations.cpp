// Operations on the log and the views:
// - log.list {from?, limit?, newest_first?, stream?}
//   -> {commits: [{position, …} or {position?, damaged}], next}
// - log.show {position} -> the commit
// - log.verify {} -> {commits, root, epoch, remembered, problems: [{position, detail}]}; compares
//   with the end that was verified last, and if there is no problem, remembers this one
// - log.export {folder, codelist?, from?, to?, sanitised?} -> {folder, commits, files, first, last,
// …}
// - log.rebuild {check?}
//   -> {commits, rebuilt, rebuilt_at_next_start?, equal, damage (text or null), digest}
#include <algorithm>
#include <charconv>
#include <string>

#include "server/commands/permissions.h"
#include "server/history/changes.h"
#include "server/site/site_checks.h"
#include "tools/admin_operations.h"
#include "tools/commit_json.h"
#include "tools/log_export.h"
#include "tools/proof_operations.h"

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

Result<Json> verify_log(site::DataFolder& folder, const site::ReportProgress& progress) {
  const base::Timestamp begun_at = base::SystemClock().now();
  const auto verification = site::verify(folder, progress);
  if (!verification) return verification.error();
  Json problems = Json::array();
  for (const events::Finding& finding : verification->problems) {
    problems.push_back({{"position", finding.position.value()}, {"detail", finding.detail}});
  }
  const auto fork = compare_with_verified(folder, verification->head);
  if (!fork) return fork.error();
  if (*fork) {
    problems.push_back({{"position", verification->head.position.value()}, {"detail", **fork}});
  }
  site::VerificationResult result{begun_at,
                                  base::SystemClock().now(),
                                  verification->head.position.value(),
                                  problems.size(),
                                  {}};
  if (!problems.empty()) {
    result.first_problem = "position " + std::to_string(problems[0].value("position", 0ULL)) +
                           ": " + problems[0].value("detail", "");
  }
  // Where nothing can be written, the result still counts.
  (void)folder.verifications().note(result);
  const bool is_remembered =
      problems.empty() && remember_verified(folder, verification->head).operator bool();
  return Json{{"commits", verification->head.position.value()},
              {"root", base::to_hex(verification->head.root)},
              {"epoch", verification->head.epoch},
              {"remembered", is_remembered},
              {"problems", std::move(problems)}};
}

// The stream of the codelist with this name, now or before: "ORGANISATION/SLUG", "user/NAME/SLUG".
Result<events::Stream> stream_named(site::DataFolder& folder, const std::string& name) {
  const auto slash = name.rfind('/');
  const std::string owner_name = name.substr(0, slash == std::string::npos ? 0 : slash);
  const bool is_short = owner_name.find('/') == std::string::npos;
  const auto owner = commands::parse_owner(is_short ? "organisation/" + owner_name : owner_name);
  const auto codelist = owner && slash != std::string::npos
                            ? folder.projections().views().find_codelist(
                                  *owner, std::string_view(name).substr(slash + 1))
                            : std::nullopt;
  if (!codelist) return Error{ErrorCode::not_found, "there is no codelist " + name, {}};
  return events::Stream::of_codelist(codelist->id);
}

// The position in the argument: a number, or a time. `otherwise` if it is missing.
Result<Position> moment_argument(site::DataFolder& folder, const Json& arguments, const char* name,
                                 Position otherwise) {
  if (!arguments.contains(name) || arguments[name].is_null()) return otherwise;
  const auto text = text_argument(arguments, name);
  if (!text) return text.error();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size()) return Position(number);
  const auto time = base::parse_timestamp(*text);
  if (!time) {
    return base::field_error(ErrorCode::invalid, name,
                             "must be a position, a time (RFC 3339) or a day (YYYY-MM-DD)");
  }
  return history::position_at(folder.log(), *time);
}

Result<Json> export_files(site::DataFolder& folder, const Json& arguments,
                          const site::ReportProgress& progress) {
  LogExport request;
  const auto target = text_argument(arguments, "folder");
  if (!target) return target.error();
  request.folder = *target;
  if (arguments.contains("codelist") && !arguments["codelist"].is_null()) {
    const auto name = text_argument(arguments, "codelist");
    if (!name) return name.error();
    const auto stream = stream_named(folder, *name);
    if (!stream) return stream.error();
    request.stream = *stream;
  }
  const auto from = moment_argument(folder, arguments, "from", request.from);
  if (!from) return from.error();
  const auto to = moment_argument(folder, arguments, "to", request.to);
  if (!to) return to.error();
  request.from = *from;
  request.to = *to;
  request.is_sanitised = flag_argument(arguments, "sanitised");
  return export_log(folder.log(), request, progress);
}

Result<Json> rebuild_views(site::DataFolder& folder, const Json& arguments,
                           const site::ReportProgress& progress) {
  const bool only_check = flag_argument(arguments, "check");
  const auto views = site::rebuild_views(
      folder, only_check ? site::Rebuild::check_only : site::Rebuild::if_damaged, progress);
  if (!views) return views.error();
  Json json = {{"commits", views->position.value()}, {"rebuilt", views->are_rebuilt}};
  if (!views->are_rebuilt) json["rebuilt_at_next_start"] = views->are_rebuilt_at_next_open;
  json["equal"] = views->are_equal;
  json["damage"] = views->damage.empty() ? Json(nullptr) : Json(views->damage);
  json["digest"] = base::to_hex(views->digest);
  return json;
}

}  // namespace

Result<Json> run_log_operation(site::DataFolder& folder, std::string_view operation,
                               const Json& arguments, const site::ReportProgress& report) {
  if (auto done = run_proof_operation(folder, operation, arguments)) return *std::move(done);
  if (operation == "log.list") return list_commits(folder, arguments);
  if (operation == "log.show") return show_commit(folder, arguments);
  if (operation == "log.export") return export_files(folder, arguments, report);
  if (operation == "log.verify") return verify_log(folder, report);
  if (operation == "log.rebuild") return rebuild_views(folder, arguments, report);
  return Error{ErrorCode::invalid, "there is no operation " + std::string(operation), {}};
}

}  // namespace codelog::tools
