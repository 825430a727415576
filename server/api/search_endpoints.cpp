// Searching a release in every mode, and the details of one code. Saves nothing.
#include <algorithm>

#include "coding_systems/base/type_table.h"
#include "coding_systems/base/typed_code.h"
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/api/version_codes.h"
#include "server/commands/draft_making.h"
#include "server/commands/typed_search.h"
#include "server/commands/version_contents.h"

namespace codelog::api {
namespace {

using coding_systems::Node;
using coding_systems::Release;
using coding_systems::SearchMode;
using coding_systems::TextRole;
using commands::SearchRequest;
using http::Method;

constexpr std::size_t found_bytes = 64;  // approximate, with code; for reserving memory
constexpr std::size_t hit_bytes = 256;
constexpr std::uint64_t hits_default = 50;
constexpr std::uint64_t hits_max = 1000;
constexpr std::uint64_t offset_max = 10'000'000;

Error bad_parameter(std::string_view name, std::string detail) {
  return base::field_error(ErrorCode::invalid, std::string(name), std::move(detail));
}

Result<SearchMode> mode_in_query(const http::Parameters& query) {
  if (!query.has("mode")) return SearchMode::contains;
  const auto mode = base::parse_search_mode(query.get("mode"));
  // A code without a mode means OpenCodelists' search by code.
  if (mode && *mode != SearchMode::code) return *mode;
  std::string names;
  for (const SearchMode known : base::all_search_modes()) {
    if (known == SearchMode::code) continue;
    names += (names.empty() ? "" : ", ") + std::string(base::to_string(known));
  }
  return bad_parameter("mode", "must be one of " + names);
}

// The same error, naming the query parameter.
Error in_parameters(const SearchRequest& request, Error error) {
  error = commands::in_words_of(request, std::move(error));
  if (error.fields.size() != 1 || !error.fields[0].field.starts_with("types")) return error;
  return base::field_error(error.code, "type", error.fields[0].detail);
}

Result<SearchRequest> search_in_query(const http::Parameters& query) {
  if (query.has("term") == query.has("code")) {
    return bad_parameter("term", "give exactly one of term and code");
  }
  const bool by_term = query.has("term");
  SearchRequest request{.kind = by_term ? events::SearchKind::term : events::SearchKind::code,
                        .text = std::string(query.get(by_term ? "term" : "code"))};
  const auto mode = mode_in_query(query);
  if (!mode) return mode.error();
  request.mode = *mode;
  for (const auto type : query.all("type")) request.types.emplace_back(type);
  if (query.has("active")) {
    const auto active = query.get("active");
    if (active != "true" && active != "false") {
      return bad_parameter("active", "must be true or false");
    }
    request.active = active == "true";
  }
  request = commands::trim_typed_search(std::move(request));
  const auto slug = commands::search_slug(request);
  if (!slug) return in_parameters(request, slug.error());
  return request;
}

Result<http::Response> search_release(const ReadCall& call) {
  const auto request = search_in_query(call.request.query());
  if (!request) return request.error();
  const auto release = release_in_path(call);
  if (!release) return release.error();
  const auto asked = commands::typed_search_in(**release, *request);
  const auto found = commands::expand_search(*release, asked);
  if (!found) return in_parameters(asked, found.error());
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + found->all_codes_count() * found_bytes);
  json.begin_object().key("matching");
  write_texts(found->matching_codes(), json);
  json.key("codes");
  write_texts(found->all_codes(), json);
  json.end_object();
  return http::json_text(200, json.take());
}

std::string_view role_text(TextRole role) {
  switch (role) {
    case TextRole::name:
    case TextRole::display_name:
      return "name";
    case TextRole::synonym:
      return "synonym";
    case TextRole::other:
      return "other";
  }
  return "other";
}

// As fields of an object that has begun.
void write_hit(const Release& release, const coding_systems::SearchHit& hit, JsonWriter& json) {
  json.field("code", release.code(hit.node)).field("term", commands::shown_term(release, hit.node));
  json.key("matched");
  hit.matched ? json.value(*hit.matched) : json.null();
  json.key("role");
  hit.matched ? json.value(role_text(hit.role)) : json.null();
  json.field("active", release.is_active(hit.node)).key("types");
  write_texts(release.type_titles(hit.node), json);
}

Result<http::Response> list_matches(const ReadCall& call) {
  const auto request = search_in_query(call.request.query());
  if (!request) return request.error();
  const auto limit = number_in_query(call.request, "limit", hits_default, {1, hits_max});
  if (!limit) return limit.error();
  const auto offset = number_in_query(call.request, "offset", 0, {0, offset_max});
  if (!offset) return offset.error();
  const auto release = release_in_path(call);
  if (!release) return release.error();
  const auto asked = commands::typed_search_in(**release, *request);
  const auto found =
      (*release)->search_page(commands::query_of(asked), {.offset = *offset, .limit = *limit});
  if (!found) return in_parameters(asked, found.error());
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + found->hits.size() * hit_bytes);
  json.begin_object().field("total", std::uint64_t{found->total}).key("hits").begin_array();
  for (const auto& hit : found->hits) {
    json.begin_object();
    write_hit(**release, hit, json);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_text(200, json.take());
}

// The codes that the search would bring into the version.
std::size_t new_count(const coding_systems::SearchExpansion& found,
                      const coding_systems::Codeset& codeset) {
  std::size_t count = 0;
  const auto& own = codeset.statuses().nodes();
  const std::size_t release_size = found.universe().release().hierarchy().size();
  found.all().for_each([&](Node node) {
    // Numbers of strangers differ between universes.
    const bool is_own = node < release_size
                            ? own.contains(node)
                            : codeset.status_of(found.universe().code(node)).has_value();
    count += is_own ? 0 : 1;
  });
  return count;
}

struct MatchesPage {
  SearchRequest request;
  coding_systems::SearchPage page;
};

Result<http::Response> show_matches(const CodesThen& then, const MatchesPage& wanted) {
  const auto& release = then.codes.release;
  const auto asked = commands::typed_search_in(*release, wanted.request);
  const auto query = commands::query_of(asked);
  const auto page = release->search_page(query, wanted.page);
  if (!page) return in_parameters(asked, page.error());
  const auto nodes = release->search(query);
  if (!nodes) return in_parameters(asked, nodes.error());
  const auto all =
      coding_systems::SearchExpansion::of_nodes(coding_systems::CodeUniverse(release), *nodes);
  const coding_systems::Codeset& codeset = *then.codes.codeset;
  JsonWriter json(codelog::json::JsonStyle::compact, 128 + page->hits.size() * hit_bytes);
  json.begin_object().field("total", std::uint64_t{page->total});
  json.field("with_descendants_count", std::uint64_t{all.all_codes_count()});
  json.field("new_count", std::uint64_t{new_count(all, codeset)}).key("hits").begin_array();
  for (const auto& hit : page->hits) {
    json.begin_object();
    write_hit(*release, hit, json);
    json.key("status");
    const auto status = codeset.status_of(release->code(hit.node));
    status ? json.value(base::to_string(*status)) : json.null();
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> list_draft_matches(const ReadCall& call) {
  auto request = search_in_query(call.request.query());
  if (!request) return request.error();
  const auto limit = number_in_query(call.request, "limit", hits_default, {1, hits_max});
  if (!limit) return limit.error();
  const auto offset = number_in_query(call.request, "offset", 0, {0, offset_max});
  if (!offset) return offset.error();
  const MatchesPage wanted{std::move(*request), {.offset = *offset, .limit = *limit}};
  return answer_from_codes(call, "",
                           [&](const CodesThen& then) { return show_matches(then, wanted); });
}

Result<http::Response> list_types(const ReadCall& call) {
  const auto release = release_in_path(call);
  if (!release) return release.error();
  JsonWriter json;
  json.begin_object().key("types").begin_array();
  for (const auto& type : (*release)->types().types()) {
    json.begin_object().field("title", type.title);
    json.field("codes", std::uint64_t{type.codes_count}).end_object();
  }
  json.end_array().end_object();
  return http::json_text(200, json.take());
}

// Sorted by code.
void write_relatives(const Release& release, std::span<const Node> nodes, JsonWriter& json) {
  std::vector<Node> sorted(nodes.begin(), nodes.end());
  std::ranges::sort(sorted, {}, [&](Node node) { return release.code(node); });
  json.begin_array();
  for (const Node node : sorted) {
    json.begin_object()
        .field("code", release.code(node))
        .field("term", commands::shown_term(release, node));
    json.end_object();
  }
  json.end_array();
}

void write_code(const Release& release, Node node,
                const std::vector<coding_systems::CodeNote>& notes, JsonWriter& json) {
  json.begin_object()
      .field("code", release.code(node))
      .field("term", commands::shown_term(release, node));
  json.key("name");
  const auto name = release.name(node);
  name ? json.value(*name) : json.null();
  json.field("active", release.is_active(node)).key("synonyms").begin_array();
  for (const auto synonym : release.synonyms(node)) json.value(synonym);
  json.end_array().key("references").begin_array();
  for (const auto& reference : release.references(node)) {
    json.begin_object().field("text", reference.label).field("url", reference.url).end_object();
  }
  json.end_array().key("types");
  write_texts(release.type_titles(node), json);
  json.key("details").begin_object();
  for (const auto& detail : release.details(node)) json.field(detail.name, detail.value);
  json.end_object().key("notes").begin_array();
  for (const auto& note : notes) {
    json.begin_object().field("edition", note.edition).field("kind", note.kind);
    json.field("text", note.text).field("of_modifier", note.is_of_modifier).end_object();
  }
  json.end_array().key("parents");
  write_relatives(release, release.hierarchy().parents(node), json);
  json.key("children");
  write_relatives(release, release.hierarchy().children(node), json);
  json.key("links").begin_array();
  for (const auto& link : release.links(node)) {
    json.begin_object().field("kind", release.link_kind(link.kind));
    json.field("code", release.code(link.target))
        .field("term", commands::shown_term(release, link.target));
    json.field("active", release.is_active(link.target)).end_object();
  }
  json.end_array().end_object();
}

Result<http::Response> get_code(const ReadCall& call) {
  const auto release = release_in_path(call);
  if (!release) return release.error();
  const auto node = coding_systems::find_typed_code(**release, call.path["code"]);
  if (!node) {
    return Error{
        ErrorCode::not_found,
        "there is no code '" + std::string(call.path["code"]) + "' in " + (*release)->alias(),
        {}};
  }
  const auto notes = (*release)->read_notes(*node);
  if (!notes) return notes.error();
  JsonWriter json;
  write_code(**release, *node, *notes, json);
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> search_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/releases/{alias}/search",
       .id = "searchRelease",
       .summary = "The codes that a search by term or by code finds; saves nothing.",
       .query = {parameters::term, parameters::code, parameters::mode, parameters::type,
                 parameters::active},
       .answer = "SearchResult",
       .read = search_release},
      {.method = Method::get,
       .path = "/api/v2/releases/{alias}/matches",
       .id = "listMatches",
       .summary =
           "The codes that a search matches, best first, each with its matching description.",
       .query = {parameters::term, parameters::code, parameters::mode, parameters::type,
                 parameters::active, parameters::limit, parameters::offset},
       .answer = "Matches",
       .read = list_matches},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/matches",
       .id = "listDraftMatches",
       .summary = "The codes that a search matches in the version's release, best first, each with "
                  "its status in the version, and how many codes the search would add.",
       .query = {parameters::term, parameters::code, parameters::mode, parameters::type,
                 parameters::active, parameters::limit, parameters::offset, parameters::as_of},
       .answer = "DraftMatches",
       .read = list_draft_matches},
      {.method = Method::get,
       .path = "/api/v2/releases/{alias}/types",
       .id = "listTypes",
       .summary = "The types that codes are listed under, with how many codes each has.",
       .answer = "Types",
       .read = list_types},
      {.method = Method::get,
       .path = "/api/v2/releases/{alias}/codes/{code}",
       .id = "getCode",
       .summary = "The details of one code in the release.",
       .answer = "CodeDetails",
       .read = get_code},
  };
}

}  // namespace codelog::api
