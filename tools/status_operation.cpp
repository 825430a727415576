#include "tools/status_operation.h"

namespace codelog::tools {
namespace {

Json time_or_null(const std::optional<base::Timestamp>& time) {
  return time ? Json(base::format_timestamp(*time)) : Json(nullptr);
}

Json verification_to_json(const site::SiteStatusReport& report) {
  Json json = {{"last", nullptr}, {"running", nullptr}};
  if (const auto& last = report.last_verification) {
    json["last"] = {
        {"begun_at", base::format_timestamp(last->begun_at)},
        {"ended_at", base::format_timestamp(last->ended_at)},
        {"commits", last->commits_count},
        {"problems", last->problems_count},
        {"first_problem", last->first_problem.empty() ? Json(nullptr) : Json(last->first_problem)}};
  }
  if (const auto& walk = report.running_verification) {
    json["running"] = {{"begun_at", base::format_timestamp(walk->begun_at)},
                       {"checked", walk->tree.size()},
                       {"commits", walk->commits_count}};
  }
  return json;
}

Json keys_to_json(const site::SiteStatusReport& report) {
  Json signing = Json::array();
  for (const site::SigningKeyStatus& key : report.signing_keys) {
    signing.push_back(
        {{"key", key.key}, {"made_at", base::format_timestamp(key.made_at)}, {"signs", key.signs}});
  }
  return {{"signing", std::move(signing)},
          {"people", report.users_count},
          {"people_unreadable", report.unreadable_users_count}};
}

Json archive_to_json(const site::ArchiveStatus& archive, StatusReader reader) {
  if (!archive.is_configured) return nullptr;
  Json json = {{"lag_commits", archive.lag_commits},
               {"lag_s", archive.lag_s},
               {"last_shipped_at", time_or_null(archive.last_shipped_at)},
               {"failing", !archive.last_error.empty()}};
  if (reader == StatusReader::everybody) return json;
  json["destination"] = archive.destination;
  json["last_error"] = archive.last_error.empty() ? Json(nullptr) : Json(archive.last_error);
  return json;
}

}  // namespace

Json status_to_json(const site::SiteStatusReport& report, StatusReader reader,
                    const std::optional<ServerFacts>& server) {
  const bool is_for_all = reader == StatusReader::everybody;
  Json json = {
      {"now", base::format_timestamp(report.now)},
      {"server", nullptr},
      {"log",
       {{"position", report.head.position.value()},
        {"root", base::to_hex(report.head.root)},
        {"epoch", report.head.epoch},
        {"last_commit_at", time_or_null(report.last_commit_at)},
        {"takes_writes", report.takes_writes}}},
      {"witness",
       {{"position", report.witness.position ? Json(*report.witness.position) : Json()},
        {"on_volume_of_log", report.witness.is_on_volume_of_log}}},
      {"views", {{"lag_commits", report.views_lag_commits}}},
      {"space", {{"free_bytes", report.free_bytes}, {"free_bytes_min", report.free_bytes_min}}},
      {"files", {{"registered", report.files_count}, {"missing", report.missing_files}}},
      {"verification", verification_to_json(report)},
      {"keys", keys_to_json(report)},
      {"archive", archive_to_json(report.archive, reader)},
      {"concerns", Json::array()}};
  if (server) json["server"] = {{"started_at", base::format_timestamp(server->started_at)}};
  if (!is_for_all) json["witness"]["file"] = report.witness.file.string();
  for (const site::Concern& concern : report.concerns) {
    Json& shown =
        json["concerns"].emplace_back(Json{{"name", concern.name}, {"text", concern.text}});
    if (!is_for_all) shown["action"] = concern.action;
  }
  return json;
}

site::SiteStatusReport find_status(site::DataFolder& folder,
                                   const std::optional<ServerFacts>& server) {
  const bool has_archive = server && server->find_archive;
  return site::report_status(folder, has_archive ? server->find_archive() : site::ArchiveStatus());
}

}  // namespace codelog::tools
