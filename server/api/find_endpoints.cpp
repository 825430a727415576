// Finding things on the whole site: codelists, codes and people by a text; codelists by a code; and
// codelists that are alike.
#include <algorithm>

#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/finding/found_codes.h"
#include "server/finding/found_people.h"

namespace codelog::api {
namespace {

using finding::CodeIndex;
using finding::Contents;
using finding::ListedCodelist;
using http::Method;

constexpr std::uint64_t found_default = 8;
constexpr std::uint64_t found_max = 50;
constexpr std::uint64_t with_code_default = 100;
constexpr std::uint64_t with_code_max = 1000;

// As fields of an object that has begun.
void write_listed(const Views& views, const ListedCodelist& codelist, const CodeIndex& codes,
                  JsonWriter& json) {
  json.field("id", std::uint64_t{codelist.id.value()});
  write_handle_fields(codelist.handle, json);
  json.field("owner_name", finding::owner_name(views, codelist.handle.owner));
  json.field("coding_system", codelist.coding_system).key("counts");
  write_counts(codelist.newest.counts, json);
  json.field("codes_count", std::uint64_t{finding::included_count(codelist, codes)});
  json.field("signoffs_count", std::uint64_t{codelist.signoffs_count});
  json.key("newest").begin_object();
  json.field("hash", base::version_hash(codelist.newest.id)).field("tag", codelist.newest.tag);
  json.field("release", codelist.newest.release);
  json.field("updated_at", base::format_timestamp(codelist.newest.updated_at)).end_object();
}

Result<std::string> query_of(const ReadCall& call) {
  const std::string query(base::trim_unicode_space(call.request.query().get("q")));
  if (query.empty()) return base::field_error(ErrorCode::invalid, "q", "must be given");
  if (auto problem = finding::refuse_query(query)) {
    return base::field_error(ErrorCode::invalid, "q", std::move(*problem));
  }
  return query;
}

void write_found_codes(finding::Readable& readable, const Contents& contents,
                       const CodeIndex& index, const std::vector<finding::FoundCode>& codes,
                       JsonWriter& json) {
  json.begin_array();
  for (const finding::FoundCode& code : codes) {
    const std::size_t count = finding::count_codelists_with(readable, contents, index, code);
    json.begin_object().field("code", code.code).field("term", code.term);
    json.field("matched", code.matched).field("coding_system", code.coding_system);
    json.field("release", code.release).field("active", code.is_active);
    json.field("is_exact", code.is_exact);
    json.field("codelists_count", std::uint64_t{count}).end_object();
  }
  json.end_array();
}

Result<http::Response> find_everything(const ReadCall& call) {
  const auto query = query_of(call);
  if (!query) return query.error();
  const auto limit = number_in_query(call.request, "limit", found_default, {1, found_max});
  if (!limit) return limit.error();
  finding::Catalogue& catalogue = call.application.catalogue();
  const auto contents = catalogue.now();
  if (!contents) return contents.error();
  const auto codes = finding::find_codes(call.application.site(), **contents, *query, *limit);
  finding::Readable readable(call.views);
  const auto codelists =
      finding::find_readable_codelists(readable, **contents, catalogue.codes(), *query, codes);
  JsonWriter json;
  json.begin_object().field("codelists_total", std::uint64_t{codelists.size()});
  json.key("codelists").begin_array();
  for (std::size_t i = 0; i < std::min<std::size_t>(codelists.size(), *limit); ++i) {
    json.begin_object();
    write_listed(call.views, *codelists[i].codelist, catalogue.codes(), json);
    json.field("has_code", codelists[i].has_code).end_object();
  }
  json.end_array().key("codes");
  write_found_codes(readable, **contents, catalogue.codes(), codes, json);
  json.key("people").begin_array();
  for (const finding::FoundOwner& found :
       finding::find_people(readable, **contents, *query, *limit)) {
    json.begin_object().field("owner", events::to_string(found.owner)).field("name", found.name);
    json.field("codelists_count", std::uint64_t{found.codelists_count}).end_object();
  }
  json.end_array().field("all_codes_indexed", catalogue.codes().is_whole()).end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> list_codelists_with(const ReadCall& call) {
  const auto limit = number_in_query(call.request, "limit", with_code_default, {1, with_code_max});
  if (!limit) return limit.error();
  const auto offset = number_in_query(call.request, "offset", 0, {});
  if (!offset) return offset.error();
  const auto release = release_in_path(call);
  if (!release) return release.error();
  const auto node = coding_systems::find_typed_code(**release, call.path["code"]);
  if (!node) {
    return Error{
        ErrorCode::not_found,
        "there is no code '" + std::string(call.path["code"]) + "' in " + (*release)->alias(),
        {}};
  }
  finding::Catalogue& catalogue = call.application.catalogue();
  const auto contents = catalogue.now();
  if (!contents) return contents.error();
  finding::Readable readable(call.views);
  const auto found = finding::readable_codelists_with(
      readable, **contents, catalogue.codes(), (*release)->system().id, (*release)->code(*node));
  JsonWriter json;
  json.begin_object().field("total", std::uint64_t{found.size()});
  json.key("codelists").begin_array();
  for (std::size_t i = *offset; i < found.size() && i - *offset < *limit; ++i) {
    json.begin_object();
    write_listed(call.views, *found[i], catalogue.codes(), json);
    json.end_object();
  }
  json.end_array().field("all_codes_indexed", catalogue.codes().is_whole()).end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> list_similar(const ReadCall& call) {
  const auto limit = number_in_query(call.request, "limit", found_default, {1, found_max});
  if (!limit) return limit.error();
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  finding::Catalogue& catalogue = call.application.catalogue();
  const auto contents = catalogue.now();
  if (!contents) return contents.error();
  finding::Readable readable(call.views);
  JsonWriter json;
  json.begin_object().key("codelists").begin_array();
  for (const finding::SimilarCodelist& similar :
       finding::find_similar(readable, **contents, catalogue.codes(), codelist->id, *limit)) {
    json.begin_object();
    write_listed(call.views, *similar.codelist, catalogue.codes(), json);
    json.field("shared_count", std::uint64_t{similar.shared_count});
    json.field("similarity", similar.similarity).end_object();
  }
  json.end_array().field("all_codes_indexed", catalogue.codes().is_whole()).end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> find_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/find",
       .id = "find",
       .summary = "Published codelists by name and description, or by a code that they include; "
                  "codes and terms of the newest releases; organisations and people.",
       .query = {parameters::q, parameters::found_limit},
       .answer = "Found",
       .is_kept = true,
       .read = find_everything},
      {.method = Method::get,
       .path = "/api/v2/releases/{alias}/codes/{code}/codelists",
       .id = "listCodelistsWithCode",
       .summary = "The published codelists whose newest version includes the code, by name; on "
                  "whatever release of the coding system they are.",
       .query = {parameters::limit, parameters::offset},
       .answer = "CodelistsWithCode",
       .read = list_codelists_with},
      {.method = Method::get,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/similar",
       .id = "listSimilarCodelists",
       .summary = "The published codelists that have codes in common with this one, the most "
                  "similar first (Jaccard: shared codes by codes of either). None, if this one has "
                  "no published version.",
       .query = {parameters::found_limit},
       .answer = "SimilarCodelists",
       .read = list_similar},
  };
}

}  // namespace codelog::api
