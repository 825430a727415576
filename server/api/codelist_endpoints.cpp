// Codelists: find, read, create, describe, hand over, delete.
#include <algorithm>
#include <charconv>

#include "events/base/version_hash.h"
#include "server/api/codelist_listing.h"
#include "server/api/endpoints.h"
#include "server/api/live_history.h"
#include "server/api/outcome.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/api/shown_content.h"
#include "server/commands/access_commands.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/files/compared_sides.h"

namespace codelog::api {
namespace {

using http::Method;
using Json = nlohmann::json;

// --- Reading ---

Result<http::Response> get_codelist(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  if (!call.request.query().has("as_of")) {
    const auto newest = newest_digest(call.application, call.views, *codelist);
    return http::json_text(200, codelist_json(call.views, *codelist, newest));
  }
  return answer_as_of(call, codelist->id, std::nullopt,
                      [&](const Views& views) -> Result<http::Response> {
                        const auto then = views.codelist(codelist->id);
                        if (!then)
                          return Error{ErrorCode::not_found, "the codelist did not exist then", {}};
                        const auto newest = newest_digest(call.application, views, *then);
                        return http::json_text(200, codelist_json(views, *then, newest));
                      });
}

Result<http::Response> get_events(const ReadCall& call) {
  if (!call.request.query().has("codelist")) {
    return base::field_error(ErrorCode::invalid, "codelist", "must be given");
  }
  const auto number = number_in_query(call.request, "codelist", 0, {1, UINT32_MAX});
  if (!number) return number.error();
  const base::CodelistId id(static_cast<std::uint32_t>(*number));
  if (!call.views.codelist(id)) return Error{ErrorCode::not_found, "there is no such codelist", {}};
  auto after = number_in_query(call.request, "after", call.views.checkpoint().value(), {});
  if (!after) return after.error();
  if (const auto last = call.request.header("Last-Event-ID")) {
    const auto [end, error] = std::from_chars(last->data(), last->data() + last->size(), *after);
    if (error != std::errc() || end != last->data() + last->size()) {
      return base::field_error(ErrorCode::invalid, "Last-Event-ID", "must be a position");
    }
  }
  http::Response response =
      http::streamed("text/event-stream",
                     live_history(call.application, {call.request, id}, base::Position(*after)));
  response.add("Cache-Control", "no-store");
  return response;
}

// --- Writing ---

std::optional<std::string> text_in(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::vector<std::string>> texts_in(const Json& body, const char* name) {
  if (!body.contains(name)) return std::nullopt;
  return body.at(name).get<std::vector<std::string>>();
}

std::optional<std::vector<events::Reference>> references_in(const Json& body) {
  if (!body.contains("references")) return std::nullopt;
  std::vector<events::Reference> references;
  for (const Json& reference : body.at("references")) {
    references.push_back({reference.at("text"), reference.at("url")});
  }
  return references;
}

Result<std::optional<std::vector<events::SignOff>>> signoffs_in(const Json& body) {
  using SignOffs = std::vector<events::SignOff>;
  if (!body.contains("signoffs")) return std::optional<SignOffs>();
  SignOffs signoffs;
  for (const Json& signoff : body.at("signoffs")) {
    signoffs.push_back({signoff.at("user"), signoff.at("date")});
    const auto digest = signoff.find("content_digest");
    if (digest == signoff.end() || digest->is_null()) continue;
    const auto parsed = base::parse_sha256(digest->get_ref<const std::string&>());
    if (!parsed) {
      return base::field_error(
          ErrorCode::invalid,
          "signoffs[" + std::to_string(signoffs.size() - 1) + "].content_digest",
          "must be 64 hexadecimal digits");
    }
    signoffs.back().content_digest = *parsed;
  }
  return std::optional(std::move(signoffs));
}

// The schema allows only these two words.
std::optional<bool> restriction_in(const Json& body) {
  const auto access = text_in(body, "access");
  return access ? std::optional(*access == "restricted") : std::nullopt;
}

commands::TableRules table_rules_in(const Json& body) {
  return {.code_column = text_in(body, "code_column"),
          .takes_published_titles = true,
          .retitles_others = true};
}

Result<Outcome> as_outcome(Result<Commit> commit) {
  if (!commit) return commit.error();
  return Outcome(std::move(*commit));
}

// The codes of `from`, and how they were made.
Result<void> take_from(const WriteCall& call, commands::CreateCodelist& command) {
  const Json& from = call.body.at("from");
  if (command.codes || command.csv_data) {
    return base::field_error(ErrorCode::invalid, "from", "cannot be given with codes or csv");
  }
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const Views views = call.views();
  const auto compared = files::compare_sides(call.application.site(), views,
                                             from.at("of").get<std::vector<std::string>>());
  if (!compared) return compared.error();
  const std::string operation = from.at("operation");
  return files::take_combination(views, *compared,
                                 operation == "union"          ? files::SetOperation::unite
                                 : operation == "intersection" ? files::SetOperation::intersect
                                                               : files::SetOperation::subtract,
                                 command);
}

Result<Outcome> create_codelist(const WriteCall& call) {
  const Json& body = call.body;
  const auto owner = commands::parse_owner(body.at("owner").get_ref<const std::string&>());
  if (!owner) return owner.error();
  commands::CreateCodelist command;
  command.owner = *owner;
  command.name = body.at("name");
  command.slug = text_in(body, "slug");
  command.coding_system = body.at("coding_system");
  command.release = text_in(body, "release");
  command.description = text_in(body, "description");
  command.methodology = text_in(body, "methodology");
  command.references = references_in(body).value_or(command.references);
  auto signoffs = signoffs_in(body);
  if (!signoffs) return signoffs.error();
  command.signoffs = (*std::move(signoffs)).value_or(command.signoffs);
  command.codes = texts_in(body, "codes");
  command.csv_data = text_in(body, "csv");
  command.table_rules = table_rules_in(body);
  command.tag = text_in(body, "tag");
  command.codes_rules.ignores_unfound = body.value("ignore_unfound_codes", false);
  command.is_restricted = restriction_in(body).value_or(false);
  if (body.contains("from")) {
    if (const auto taken = take_from(call, command); !taken) return taken.error();
  }
  return as_outcome(call.application.codelists().create(call.write, command));
}

Result<Outcome> change_codelist(const WriteCall& call) {
  const auto codelist = codelist_in_path(call.views(), call.path);
  if (!codelist) return codelist.error();
  const Json& body = call.body;
  commands::ChangeDetails command;
  command.description = text_in(body, "description");
  command.methodology = text_in(body, "methodology");
  command.references = references_in(body);
  auto signoffs = signoffs_in(body);
  if (!signoffs) return signoffs.error();
  command.signoffs = *std::move(signoffs);
  command.tags = texts_in(body, "tags");
  command.name = text_in(body, "name");
  command.slug = text_in(body, "slug");
  command.is_restricted = restriction_in(body);
  if (const auto text = text_in(body, "owner")) {
    const auto owner = commands::parse_owner(*text);
    if (!owner) return owner.error();
    command.owner = *owner;
  }
  return as_outcome(call.application.codelists().change_details(call.write, codelist->id, command));
}

Result<Outcome> delete_codelist(const WriteCall& call) {
  const auto codelist = codelist_in_path(call.views(), call.path);
  if (!codelist) return codelist.error();
  const std::string reason = text_in(call.body, "reason").value_or("");
  return as_outcome(call.application.codelists().remove(call.write, codelist->id, reason));
}

// The codelist may be deleted, so that the path names none.
Result<Outcome> restore_codelist(const WriteCall& call) {
  if (const auto may = commands::check_admin(call.write.actor); !may) return may.error();
  const auto owner = commands::parse_owner(std::string(call.path["owner_kind"]) + "/" +
                                           std::string(call.path["owner"]));
  if (!owner) return Error{ErrorCode::not_found, "there is no such owner", {}};
  const Json& as_of = call.body.at("as_of");
  const auto moment = parse_moment(call.application.site(),
                                   as_of.is_string() ? as_of.get<std::string>() : as_of.dump());
  if (!moment) return moment.error();
  commands::CodelistCommands& codelists = call.application.codelists();
  const auto past = [&]() -> Result<commands::PastCodelist> {
    const auto place = call.application.begin_long_read();
    if (!place) return place.error();
    return codelists.find_past({*owner, std::string(call.path["slug"]), *moment});
  }();
  if (!past) return past.error();
  return as_outcome(
      codelists.restore(call.write, *past, text_in(call.body, "reason").value_or("")));
}

Result<Outcome> add_collaborator(const WriteCall& call) {
  const auto codelist = codelist_in_path(call.views(), call.path);
  if (!codelist) return codelist.error();
  const std::string username(call.path["username"]);
  return as_outcome(
      call.application.codelists().add_collaborator(call.write, codelist->id, username));
}

Result<Outcome> remove_collaborator(const WriteCall& call) {
  const auto codelist = codelist_in_path(call.views(), call.path);
  if (!codelist) return codelist.error();
  const std::string username(call.path["username"]);
  return as_outcome(
      call.application.codelists().remove_collaborator(call.write, codelist->id, username));
}

Result<Outcome> create_version(const WriteCall& call) {
  const auto codelist = codelist_in_path(call.views(), call.path);
  if (!codelist) return codelist.error();
  const Json& body = call.body;
  commands::CreateVersion command;
  command.codes = texts_in(body, "codes");
  command.csv_data = text_in(body, "csv");
  command.table_rules = table_rules_in(body);
  command.release = body.at("release");
  command.tag = text_in(body, "tag");
  command.always_create_new_version = body.value("always_create_new_version", false);
  command.codes_rules.ignores_unfound = body.value("ignore_unfound_codes", false);
  command.should_publish = body.value("publish", false);
  return as_outcome(call.application.versions().create(call.write, codelist->id, command));
}

constexpr std::string_view codelists_path = "/api/v2/codelists";
constexpr std::string_view codelist_path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}";
constexpr std::string_view collaborator_path =
    "/api/v2/codelists/{owner_kind}/{owner}/{slug}/collaborators/{username}";

std::vector<Endpoint> codelist_itself() {
  return {
      {.method = Method::get,
       .path = codelists_path,
       .id = "listCodelists",
       .summary = "Codelists, by age. With `as_of`, those that the owner had then; a page looks "
                  "at no more than 100, and may be short although `next` leads on.",
       .query = {parameters::owner, parameters::coding_system, parameters::status,
                 parameters::after, parameters::limit, parameters::as_of},
       .answer = "CodelistPage",
       .is_kept = true,
       .read = list_codelists},
      {.method = Method::post,
       .path = codelists_path,
       .id = "createCodelist",
       .summary = "A new codelist with its first version.",
       .body = "NewCodelist",
       .answer = "CodelistCreated",
       .status = 201,
       .body_bytes_max = endpoints::large_body_bytes_max,
       .act = create_codelist,
       .render = codelist_created},
      {.method = Method::get,
       .path = codelist_path,
       .id = "getCodelist",
       .summary = "A codelist with its versions, by any name that it has had.",
       .query = {parameters::as_of},
       .answer = "Codelist",
       .read = get_codelist},
      {.method = Method::patch,
       .path = codelist_path,
       .id = "changeCodelist",
       .summary = "Describe, rename or hand over; earlier names still lead here.",
       .body = "CodelistChanges",
       .answer = "CodelistChanged",
       .act = change_codelist,
       .render = codelist_changed},
      {.method = Method::delete_,
       .path = codelist_path,
       .id = "deleteCodelist",
       .summary =
           "Delete a codelist; if a version is published, only administrators, with a reason.",
       .body = "Deletion",
       .answer = "Deleted",
       .body_is_optional = true,
       .act = delete_codelist,
       .render = deleted},
  };
}

std::vector<Endpoint> around_codelist() {
  return {
      {.method = Method::get,
       .path = "/api/v2/events",
       .id = "followCodelist",
       .summary = "A codelist's commits as server-sent events, as they happen.",
       .query = {parameters::codelist, parameters::since},
       .answer = "LiveEvents",
       .media_type = "text/event-stream",
       .read = get_events},
      {.method = Method::post,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/restore",
       .id = "restoreCodelist",
       .summary = "Bring a codelist back as it was, deleted or changed: under its id, hashes and "
                  "addresses. Versions that are as they were then stay untouched, later ones are "
                  "deleted. Only for administrators.",
       .body = "Restoration",
       .answer = "CodelistRestored",
       .act = restore_codelist,
       .render = codelist_restored},
      {.method = Method::put,
       .path = collaborator_path,
       .id = "addCollaborator",
       .summary = "Add a collaborator, who may edit the codelist.",
       .answer = "CollaboratorChanged",
       .act = add_collaborator,
       .render = collaborator_changed},
      {.method = Method::delete_,
       .path = collaborator_path,
       .id = "removeCollaborator",
       .summary = "Remove a collaborator.",
       .answer = "CollaboratorChanged",
       .act = remove_collaborator,
       .render = collaborator_changed},
      {.method = Method::post,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/versions",
       .id = "createVersion",
       .summary = "A new version, under review, from codes or from a table.",
       .body = "NewVersion",
       .answer = "VersionCreated",
       .status = 201,
       .body_bytes_max = endpoints::large_body_bytes_max,
       .act = create_version,
       .render = version_created},
  };
}

}  // namespace

std::vector<Endpoint> codelist_endpoints() {
  std::vector<Endpoint> endpoints = codelist_itself();
  for (Endpoint& endpoint : around_codelist()) endpoints.push_back(std::move(endpoint));
  return endpoints;
}

}  // namespace codelog::api
