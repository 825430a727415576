// A version's codes as the builder and the tab "Tree" show them: the tree, its terms, and the
// statuses of its codes at any moment. Each answer comes as octets or text, or as JSON.
#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/api/version_codes.h"
#include "server/trees/tree_forms.h"
#include "server/trees/trees.h"

namespace codelog::api {
namespace {

using http::Method;
using trees::CodeTree;
using trees::VersionCodes;

// A client that does not ask for JSON gets the compact form.
bool wants_json(const http::Request& request) {
  return request.header("Accept").value_or("").find("application/json") != std::string_view::npos;
}

using Make = std::function<Result<http::Response>(const VersionCodes&, const CodeTree&)>;

http::Response with_shape(http::Response response, const CodeTree& tree) {
  response.add("Codelog-Shape", tree.shape()).add("Vary", "Accept");
  return response;
}

// The answer is kept under its own content, because most clicks on a draft change neither its tree
// nor its terms. A tree of 137,000 codes takes longer to compress than to make.
http::Response kept_by_content(const ReadCall& call, base::CodelistId codelist,
                               std::string_view media_type, std::string bytes) {
  const std::string key = "content " + http::content_tag(bytes) + " " + std::string(media_type);
  if (auto known = call.application.cache().find(key)) return std::move(*known);
  http::Response response =
      http::cached(http::make_cached_body(std::string(media_type), std::move(bytes)));
  call.application.cache().keep(key, {codelist}, call.views.checkpoint(), response);
  return response;
}

// Codes of versions that are not drafts change only with their codelist, so their whole answers are
// kept.
Result<http::Response> answer_now(const ReadCall& call, base::VersionId id, const std::string& form,
                                  const Make& make) {
  const auto version = version_in_path(call.views, call.path);
  if (!version) return version.error();
  caching::ResponseCache& cache = call.application.cache();
  const bool is_draft = version->status == events::VersionStatus::draft;
  const std::string key = "tree of " + base::version_hash(id) + " " + form;
  if (!is_draft) {
    if (auto known = cache.find(key)) return std::move(*known);
  }
  const auto codes = trees::codes_now(call.application.drafts(), call.views, *version);
  if (!codes) return codes.error();
  auto response = make(*codes, *call.application.trees().tree_of(*codes));
  if (response && !is_draft) {
    *response = http::with_shared_body(std::move(*response));
    cache.keep(key, {version->codelist}, call.views.checkpoint(), *response);
  }
  return response;
}

// `what` tells answers about the same version apart.
Result<http::Response> answer(const ReadCall& call, const std::string& what, const Make& make) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  const std::string form = what + (wants_json(call.request) ? " json" : "");
  if (!call.request.query().has("as_of")) return answer_now(call, *id, form, make);
  return answer_from_past_codes(call, *id, form, [&](const CodesThen& then) {
    return make(then.codes, CodeTree(then.codes.release, *then.codes.codeset));
  });
}

base::CodelistId codelist_of(const ReadCall& call, const VersionCodes& codes) {
  return call.views.codelist_of_version(codes.version).value_or(base::CodelistId());
}

Result<http::Response> get_tree(const ReadCall& call) {
  return answer(call, "tree", [&](const VersionCodes& codes, const CodeTree& tree) {
    const std::string flags = trees::Trees::flags_of(tree, codes);
    const bool json = wants_json(call.request);
    std::string bytes = json ? tree_json(tree, flags) : tree_octets(tree, flags);
    return with_shape(kept_by_content(call, codelist_of(call, codes),
                                      json ? "application/json" : "application/vnd.codelog.tree",
                                      std::move(bytes)),
                      tree);
  });
}

struct TermsRange {
  trees::Ordinal first = 0;
  trees::Ordinal after = 0;
};

Result<TermsRange> terms_range(const ReadCall& call, const CodeTree& tree) {
  const auto size = static_cast<trees::Ordinal>(tree.size());
  if (call.request.query().get("block") == "all" || !call.request.query().has("block")) {
    return TermsRange{0, size};
  }
  const std::uint64_t last = trees::terms_blocks_count(tree) - 1;
  const auto block = number_in_query(call.request, "block", 0, {0, last});
  if (!block) {
    return base::field_error(ErrorCode::invalid, "block",
                             "must be all, or a number from 0 to " + std::to_string(last));
  }
  const auto first = static_cast<trees::Ordinal>(*block * trees::terms_block_codes);
  return TermsRange{first, static_cast<trees::Ordinal>(
                               std::min<std::size_t>(size, first + trees::terms_block_codes))};
}

std::string terms_json(const CodeTree& tree, const TermsRange& range) {
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + (range.after - range.first) * 64);
  json.begin_object().field("shape", tree.shape());
  json.field("first", std::uint64_t{range.first}).key("terms").begin_array();
  for (trees::Ordinal i = range.first; i < range.after; ++i) json.value(tree.term(i));
  json.end_array().end_object();
  return json.take();
}

Result<http::Response> get_terms(const ReadCall& call) {
  const std::string block(call.request.query().get("block"));
  return answer(
      call, "terms " + block,
      [&](const VersionCodes& codes, const CodeTree& tree) -> Result<http::Response> {
        const auto range = terms_range(call, tree);
        if (!range) return range.error();
        const bool json = wants_json(call.request);
        std::string bytes =
            json ? terms_json(tree, *range) : terms_text(tree, range->first, range->after);
        return with_shape(kept_by_content(call, codelist_of(call, codes),
                                          json ? "application/json" : "text/plain; charset=utf-8",
                                          std::move(bytes)),
                          tree);
      });
}

std::string statuses_json(const VersionCodes& codes, const CodeTree& tree,
                          const std::string& octets) {
  JsonWriter json(codelog::json::JsonStyle::compact, 128 + octets.size() * 6);
  json.begin_object().field("position", codes.position.value()).field("shape", tree.shape());
  json.field("statuses_crc", trees::crc32_text(octets)).key("statuses").begin_array();
  for (const char octet : octets) json.value(base::to_string(static_cast<base::CodeStatus>(octet)));
  json.end_array().end_object();
  return json.take();
}

Result<http::Response> get_statuses(const ReadCall& call) {
  return answer(call, "statuses", [&](const VersionCodes& codes, const CodeTree& tree) {
    std::string octets = tree.statuses_of(*codes.codeset);
    const std::string position = std::to_string(codes.position.value());
    // The answer also shows the position, so the content alone is no tag.
    const std::string etag =
        "\"" + position + "-" + trees::crc32_text(octets + tree.shape()) + "\"";
    http::Response response =
        wants_json(call.request)
            ? http::json_text(200, statuses_json(codes, tree, octets))
            : http::content(200, "application/vnd.codelog.statuses", std::move(octets));
    response.etag = etag;
    response.add("Codelog-Position", position);
    return with_shape(std::move(response), tree);
  });
}

}  // namespace

std::vector<Endpoint> tree_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/tree",
       .id = "getTree",
       .summary = "The codes of a version in the order of their tree, with its edges. Its statuses "
                  "and terms come in this order; Codelog-Shape names it.",
       .query = {parameters::as_of},
       .answer = "Tree",
       .octets_media_type = "application/vnd.codelog.tree",
       .read = get_tree},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/tree/terms",
       .id = "getTreeTerms",
       .summary = "The terms of a version's codes in the order of the tree, one a line.",
       .query = {parameters::block, parameters::as_of},
       .answer = "TreeTerms",
       .octets_media_type = "text/plain; charset=utf-8",
       .read = get_terms},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/statuses",
       .id = "getStatuses",
       .summary = "The status of each code in the order of the tree, an octet a code. "
                  "Codelog-Position is the position of the version's last change.",
       .query = {parameters::as_of},
       .answer = "TreeStatuses",
       .octets_media_type = "application/vnd.codelog.statuses",
       .read = get_statuses},
  };
}

}  // namespace codelog::api
