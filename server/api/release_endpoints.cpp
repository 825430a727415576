// Releases and their content, and the user of a request.
#include <set>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/base/typed_code.h"
#include "server/accounts/personal_data.h"
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/commands/version_contents.h"

namespace codelog::api {
namespace {

using coding_systems::Codeset;
using coding_systems::CodeUniverse;
using coding_systems::Node;
using coding_systems::Release;
using http::Method;
using Json = nlohmann::json;

constexpr std::size_t term_bytes = 64;  // approximate, with code; for reserving memory

std::string_view state_of(Application& application, const projections::ReleaseRecord& release) {
  if (release.state != events::ReleaseState::ready) return "importing";
  const auto& file_state = application.site().release_state;
  return file_state ? file_state(release.alias) : "ready";
}

Result<http::Response> list_releases(const ReadCall& call) {
  JsonWriter json;
  json.begin_object().key("releases").begin_array();
  for (const projections::ReleaseRecord& release : call.views.releases()) {
    json.begin_object().field("alias", release.alias).field("coding_system", release.coding_system);
    json.field("name", release.name).field("valid_from", release.valid_from);
    json.field("state", state_of(call.application, release)).key("digest");
    // Systems without release files have none.
    const bool has_file = release.file_digest != base::Sha256{};
    has_file ? json.value(base::to_hex(release.file_digest)) : json.null();
    json.field("codes", release.concepts_count).end_object();
  }
  json.end_array().end_object();
  return http::json_text(200, json.take());
}

// Views of the body's texts.
std::vector<std::string_view> codes_in(const Json& body, const char* name) {
  std::vector<std::string_view> codes;
  if (!body.contains(name)) return codes;
  codes.reserve(body.at(name).size());
  for (const Json& code : body.at(name)) codes.push_back(code.get_ref<const std::string&>());
  return codes;
}

Result<http::Response> look_up_terms(const ReadCall& call) {
  const auto release = release_in_path(call);
  if (!release) return release.error();
  const auto codes = codes_in(call.body, "codes");
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + codes.size() * term_bytes);
  json.begin_object().key("terms").begin_object();
  // Keyed by the codes as sent.
  for (const std::string_view code : std::set<std::string_view>(codes.begin(), codes.end())) {
    const auto node = coding_systems::find_typed_code(**release, code);
    json.field(code, node ? commands::shown_term(**release, *node) : "Unknown");
  }
  json.end_object().end_object();
  return http::json_text(200, json.take());
}

// Every code must be a concept of the release; the error gives the place of the first that is not.
Result<std::vector<Node>> known_codes_in(const Json& body, const char* name,
                                         const Release& release) {
  const auto codes = codes_in(body, name);
  const auto found = commands::find_known_codes(release, codes, commands::KnownCodes::concepts);
  std::vector<Node> nodes;
  nodes.reserve(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (!found[i]) {
      return base::field_error(ErrorCode::invalid,
                               std::string(name) + "[" + std::to_string(i) + "]",
                               "'" + std::string(codes[i]) + "' is not in " + release.alias());
    }
    nodes.push_back(*found[i]);
  }
  return nodes;
}

// The codeset of the request: from a flat list, or from a definition.
Result<Codeset> codeset_of(const Json& body, const commands::ReleasePointer& release) {
  const CodeUniverse universe(release);
  if (body.contains("codes")) {
    const auto codes = known_codes_in(body, "codes", *release);
    if (!codes) return codes.error();
    return Codeset::from_nodes(universe, *codes);
  }
  const auto included = known_codes_in(body, "included", *release);
  if (!included) return included.error();
  const auto excluded = known_codes_in(body, "excluded", *release);
  if (!excluded) return excluded.error();
  return Codeset::from_definition(universe, *included, *excluded);
}

Result<http::Response> make_codeset(const ReadCall& call) {
  const bool is_flat = call.body.contains("codes");
  if (is_flat && call.body.size() > 1) {
    return base::field_error(ErrorCode::invalid, "codes",
                             "give either codes, or included and excluded");
  }
  const auto release = release_in_path(call);
  if (!release) return release.error();
  const auto codeset = codeset_of(call.body, *release);
  if (!codeset) return codeset.error();
  const auto walk = codeset->walk_definition([&](const CodeUniverse&, Node node) {
    // every code is known, so none is a stranger
    return commands::shown_term(**release, node);
  });
  if (!walk) return walk.error();
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + codeset->count() * term_bytes);
  json.begin_object().key("statuses").begin_object();
  for (const base::CodeWithStatus& code : codeset->codes()) {
    json.field(code.code, base::to_string(code.status));
  }
  json.end_object().key("definition").begin_array();
  for (const coding_systems::DefiningCode& row : *walk) {
    json.begin_array().value(row.code).value(base::to_string(row.sign)).end_array();
  }
  json.end_array().end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> who_am_i(const ReadCall& call) {
  const auto user = call.views.user(call.actor->username);
  CODELOG_CHECK(user.has_value(), "an actor who is no user");
  const auto personal =
      accounts::open_sealed(call.application.site().keys, user->username, user->personal);
  // A user with a token has not been erased.
  if (!personal) {
    return Error{ErrorCode::unavailable,
                 "your name and e-mail address cannot be read: the key that opens them is damaged "
                 "or missing",
                 {}};
  }
  JsonWriter json;
  json.begin_object().field("username", user->username).field("name", personal->name);
  json.field("email", personal->email);
  json.field("is_admin", user->is_admin).key("organisations").begin_array();
  for (const std::string& slug : call.views.organisations_of(user->username)) {
    const auto member = call.views.member(slug, user->username);
    json.begin_object().field("slug", slug);
    json.field("is_admin", member && member->is_admin).end_object();
  }
  json.end_array().end_object();
  http::Response response = http::json_text(200, json.take());
  response.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

std::vector<Endpoint> release_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/me",
       .id = "whoAmI",
       .summary = "The user whose token this is.",
       .subject = "You",
       .answer = "Me",
       .needs_token = true,
       .read = who_am_i},
      {.method = Method::get,
       .path = "/api/v2/releases",
       .id = "listReleases",
       .summary = "The releases of coding systems that this site has.",
       .answer = "Releases",
       .read = list_releases},
      {.method = Method::post,
       .path = "/api/v2/releases/{alias}/terms",
       .id = "lookUpTerms",
       .summary = "The terms of codes (\"Unknown\" for codes that the release does not have).",
       .body = "TermsRequest",
       .answer = "Terms",
       .body_bytes_max = endpoints::large_body_bytes_max,
       .read = look_up_terms},
      {.method = Method::post,
       .path = "/api/v2/releases/{alias}/codeset",
       .id = "makeCodeset",
       .summary =
           "The statuses that follow from a definition or a flat list of codes; saves nothing.",
       .body = "CodesetRequest",
       .answer = "Codeset",
       .body_bytes_max = endpoints::large_body_bytes_max,
       .read = make_codeset},
  };
}

}  // namespace codelog::api
