#include "tools/admin_operations.h"

#include <algorithm>
#include <array>

#include "events/base/digest.h"
#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/moment.h"
#include "server/commands/permissions.h"
#include "tools/access_operations.h"
#include "tools/account_operations.h"
#include "tools/api_reads.h"
#include "tools/backup_operations.h"
#include "tools/codelist_operations.h"
#include "tools/commit_json.h"
#include "tools/demo_content.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

commands::Write system_write() { return {commands::Actor::system(), std::nullopt}; }

Json position_of(const events::Commit& commit) { return commit.position.value(); }

Error missing_argument(const char* name, const char* kind) {
  return base::field_error(ErrorCode::invalid, name, std::string("must be ") + kind);
}

Json release_to_json(const projections::ReleaseRecord& release) {
  return {{"alias", release.alias},
          {"coding_system", release.coding_system},
          {"name", release.name},
          {"valid_from", release.valid_from},
          {"import_ref", release.import_ref},
          {"file_digest", base::to_hex(release.file_digest)},
          {"concepts", release.concepts_count}};
}

}  // namespace

Result<std::string> text_argument(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  if (found == arguments.end() || !found->is_string()) return missing_argument(name, "a text");
  return found->get<std::string>();
}

Result<std::uint64_t> number_argument(const Json& arguments, const char* name,
                                      std::uint64_t otherwise) {
  const auto found = arguments.find(name);
  if (found == arguments.end() || found->is_null()) return otherwise;
  if (!found->is_number_unsigned()) return missing_argument(name, "a number, 0 or more");
  return found->get<std::uint64_t>();
}

Result<base::Sha256> digest_argument(const Json& arguments, const char* name) {
  const auto text = text_argument(arguments, name);
  if (!text) return text.error();
  const auto digest = base::parse_sha256(*text);
  if (!digest) return missing_argument(name, "64 hexadecimal digits");
  return *digest;
}

bool flag_argument(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->is_boolean() && found->get<bool>();
}

Result<Json> AdminOperations::run(std::string_view operation, const Json& arguments,
                                  const site::ReportProgress& report) {
  try {
    return run_named(operation, arguments, report);
  } catch (const base::ThrownError& thrown) {
    return thrown.error();
  }
}

Result<Json> AdminOperations::run_named(std::string_view operation, const Json& arguments,
                                        const site::ReportProgress& report) {
  using Operation = Result<Json> (AdminOperations::*)(const Json&);
  struct Named {
    std::string_view name;
    Operation operation;
  };
  static constexpr std::array operations = {
      Named{"user.add", &AdminOperations::add_user},
      Named{"user.token", &AdminOperations::set_token},
      Named{"user.password", &AdminOperations::set_password},
      Named{"user.deactivate", &AdminOperations::deactivate_user},
      Named{"user.erase", &AdminOperations::erase_user},
      Named{"organisation.add", &AdminOperations::add_organisation},
      Named{"organisation.member", &AdminOperations::set_member},
      Named{"organisation.remove_member", &AdminOperations::remove_member},
      Named{"codelist.restore", &AdminOperations::restore_codelist},
      Named{"release.find", &AdminOperations::find_release},
      Named{"release.register", &AdminOperations::register_release},
      Named{"mapping.find", &AdminOperations::find_mapping},
      Named{"mapping.register", &AdminOperations::register_mapping},
      Named{"release.list", &AdminOperations::list_releases},
      Named{"demo.find", &AdminOperations::find_demo},
      Named{"demo.fill", &AdminOperations::make_demo},
      Named{"demo.report", &AdminOperations::report_demo}};
  if (operation.starts_with("log.")) {
    return run_log_operation(folder_, operation, arguments, report);
  }
  if (operation == "api.read") return read_api(application_, arguments);
  if (operation == "status") {
    return status_to_json(find_status(folder_, server_), StatusReader::operators, server_);
  }
  if (operation == "release.report") return report_release(arguments, report);
  if (auto done = run_backup_operation(folder_, operation, arguments, report)) {
    return std::move(*done);
  }
  if (auto done = run_account_operation(application_, operation, arguments)) {
    return std::move(*done);
  }
  if (auto done = run_access_operation(application_, operation, arguments)) {
    return std::move(*done);
  }
  if (auto done = run_codelist_operation(application_, operation, arguments, report)) {
    return std::move(*done);
  }
  const auto found = std::ranges::find(operations, operation, &Named::name);
  if (found == operations.end()) {
    return Error{ErrorCode::invalid, "there is no operation " + std::string(operation), {}};
  }
  return (this->*found->operation)(arguments);
}

Result<Json> AdminOperations::add_user(const Json& arguments) {
  commands::AddUser command;
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const auto name = text_argument(arguments, "name");
  if (!name) return name.error();
  const auto email = text_argument(arguments, "email");
  if (!email) return email.error();
  command.username = *username;
  command.name = *name;
  command.email = *email;
  command.is_admin = flag_argument(arguments, "is_admin");
  if (arguments.contains("password")) {
    const auto password = text_argument(arguments, "password");
    if (!password) return password.error();
    command.password = *password;
  }
  const auto commit = application_.accounts().add_user(system_write(), command);
  if (!commit) return commit.error();
  return Json{{"username", *username}, {"position", position_of(*commit)}};
}

Result<Json> AdminOperations::set_token(const Json& arguments) {
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const auto token = application_.accounts().set_token(system_write(), *username);
  if (!token) return token.error();
  return Json{
      {"username", *username}, {"token", token->token}, {"position", position_of(token->commit)}};
}

Result<Json> AdminOperations::set_password(const Json& arguments) {
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const auto password = text_argument(arguments, "password");
  if (!password) return password.error();
  const auto commit = application_.accounts().set_password(system_write(), *username, *password);
  if (!commit) return commit.error();
  return Json{{"username", *username}, {"position", position_of(*commit)}};
}

Result<Json> AdminOperations::deactivate_user(const Json& arguments) {
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const auto commit = application_.accounts().set_active(system_write(), *username, false);
  if (!commit) return commit.error();
  return Json{{"username", *username}, {"position", position_of(*commit)}};
}

Result<Json> AdminOperations::erase_user(const Json& arguments) {
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const auto commit = application_.accounts().erase_user(system_write(), *username);
  if (!commit) return commit.error();
  return Json{{"username", *username}, {"position", position_of(*commit)}};
}

Result<Json> AdminOperations::add_organisation(const Json& arguments) {
  const auto slug = text_argument(arguments, "slug");
  if (!slug) return slug.error();
  const auto name = text_argument(arguments, "name");
  if (!name) return name.error();
  const auto url = text_argument(arguments, "url");
  if (!url) return url.error();
  const auto commit =
      application_.accounts().add_organisation(system_write(), {*slug, *name, *url});
  if (!commit) return commit.error();
  return Json{{"slug", *slug}, {"position", position_of(*commit)}};
}

Result<Json> AdminOperations::set_member(const Json& arguments) {
  const auto organisation = text_argument(arguments, "organisation");
  if (!organisation) return organisation.error();
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const bool is_admin = flag_argument(arguments, "is_admin");
  const auto commit =
      application_.accounts().set_member(system_write(), *organisation, *username, is_admin);
  if (!commit) return commit.error();
  return Json{{"organisation", *organisation},
              {"username", *username},
              {"is_admin", is_admin},
              {"position", position_of(*commit)}};
}

Result<Json> AdminOperations::remove_member(const Json& arguments) {
  const auto organisation = text_argument(arguments, "organisation");
  if (!organisation) return organisation.error();
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  const auto commit =
      application_.accounts().remove_member(system_write(), *organisation, *username);
  if (!commit) return commit.error();
  return Json{
      {"organisation", *organisation}, {"username", *username}, {"position", position_of(*commit)}};
}

// {codelist, as_of, reason} -> {codelist, as_of, restored, deleted, position}
Result<Json> AdminOperations::restore_codelist(const Json& arguments) {
  const auto name = text_argument(arguments, "codelist");
  if (!name) return name.error();
  const auto as_of = text_argument(arguments, "as_of");
  if (!as_of) return as_of.error();
  const auto reason = text_argument(arguments, "reason");
  if (!reason) return reason.error();
  const auto slash = name->rfind('/');
  if (slash == std::string::npos) {
    return missing_argument("codelist", "ORGANISATION/SLUG or user/NAME/SLUG");
  }
  std::string owner_text = name->substr(0, slash);
  if (owner_text.find('/') == std::string::npos) owner_text = "organisation/" + owner_text;
  const auto owner = commands::parse_owner(owner_text);
  if (!owner) return owner.error();
  const auto moment = commands::parse_moment(application_.site(), *as_of);
  if (!moment) return moment.error();
  const auto past = application_.codelists().find_past({*owner, name->substr(slash + 1), *moment});
  if (!past) return past.error();
  const auto commit = application_.codelists().restore(system_write(), *past, *reason);
  if (!commit) return commit.error();
  const auto restored = commands::restored_by(*commit);
  const auto hashes = [](const std::vector<base::VersionId>& versions) {
    Json all = Json::array();
    for (const base::VersionId version : versions) all.push_back(base::version_hash(version));
    return all;
  };
  return Json{{"codelist", *name},
              {"as_of", restored.as_of.value()},
              {"restored", hashes(restored.made)},
              {"deleted", hashes(restored.deleted)},
              {"position", position_of(*commit)}};
}

// {alias} -> {release: {name, valid_from} or null}
Result<Json> AdminOperations::find_release(const Json& arguments) {
  const auto alias = text_argument(arguments, "alias");
  if (!alias) return alias.error();
  const auto release = registry().find_release(*alias);
  if (!release) return release.error();
  if (!*release) return Json{{"release", nullptr}};
  return Json{{"release", {{"name", (*release)->name}, {"valid_from", (*release)->valid_from}}}};
}

Result<Json> AdminOperations::register_release(const Json& arguments) {
  events::ReleaseRegistered release;
  struct Text {
    const char* name;
    std::string& value;
  };
  for (const Text& field :
       {Text{"alias", release.alias}, Text{"coding_system", release.coding_system},
        Text{"name", release.name}, Text{"valid_from", release.valid_from},
        Text{"import_ref", release.import_ref}}) {
    auto text = text_argument(arguments, field.name);
    if (!text) return text.error();
    field.value = std::move(*text);
  }
  const auto digest = digest_argument(arguments, "file_digest");
  if (!digest) return digest.error();
  const auto concepts_count = number_argument(arguments, "concepts", 0);
  if (!concepts_count) return concepts_count.error();
  release.file_digest = *digest;
  release.concepts_count = *concepts_count;

  const auto position = registry().register_release(release);
  if (!position) return position.error();
  return Json{{"alias", release.alias}, {"position", position->value()}};
}

// {} -> {releases: […]}
Result<Json> AdminOperations::list_releases(const Json&) {
  Json releases = Json::array();
  for (const auto& release : folder_.projections().views().releases()) {
    releases.push_back(release_to_json(release));
  }
  return Json{{"releases", std::move(releases)}};
}

namespace {

// The report of the log, with the names of the codelists.
Json report_to_json(const projections::Views& views,
                    const projections::UpgradeReportRecord& report) {
  Json json = upgrades_to_json({report.release, report.release_digest, report.versions});
  json["position"] = report.position.value();
  json["summary"] = {{"unchanged", 0}, {"affected", 0}, {"cannot tell", 0}};
  for (std::size_t i = 0; i < report.versions.size(); ++i) {
    Json& row = json["versions"][i];
    Json& count = json["summary"][row.value("outcome", "")];
    count = count.get<std::uint64_t>() + 1;
    const auto version = views.version(report.versions[i].version);
    const auto codelist = version ? views.codelist(version->codelist) : std::nullopt;
    row["codelist"] = codelist ? Json(application::full_slug(codelist->handle())) : Json(nullptr);
  }
  return json;
}

}  // namespace

// {alias} -> the report. Made in the background, as for HTTP clients.
Result<Json> AdminOperations::report_release(const Json& arguments,
                                             const site::ReportProgress& report) {
  const auto alias = text_argument(arguments, "alias");
  if (!alias) return alias.error();
  const auto waited = wait_for_upgrade_report(application_, *alias, report);
  if (!waited) return waited.error();
  const auto views = folder_.projections().views();
  const auto made = views.upgrade_report(*alias);
  CODELOG_CHECK(made.has_value(), "a report that was recorded is in the views");
  return report_to_json(views, *made);
}

Result<Json> AdminOperations::find_demo(const Json&) {
  return Json{{"complete", has_demo(application_)}};
}

Result<Json> AdminOperations::make_demo(const Json&) {
  PresentTime time;
  return fill_demo(application_, time);
}

Result<Json> AdminOperations::report_demo(const Json&) {
  if (const auto made = report_demo_upgrade(application_); !made) return made.error();
  return Json::object();
}

}  // namespace codelog::tools
