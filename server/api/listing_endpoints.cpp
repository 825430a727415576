// A version's codes as people read them: rows, numbers by type, the largest branches; and the sizes
// of a codelist's versions.
#include <algorithm>

#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/api/version_codes.h"
#include "server/trees/icicle.h"

namespace codelog::api {
namespace {

using files::CodeRows;
using files::RowsQuery;
using http::Method;

constexpr std::uint64_t rows_limit_default = 200;
constexpr std::uint64_t rows_limit_max = 1000;
constexpr std::size_t row_bytes = 100;  // approximate, as JSON; for reserving memory
// Each word costs a search through all texts.
constexpr std::size_t text_bytes_max = 100;
constexpr std::uint64_t nodes_default = 400;
constexpr std::uint64_t nodes_max = 2000;
constexpr std::size_t node_bytes = 160;

struct RowsThen {
  const VersionRecord& version;
  const CodeRows& rows;
};
using AnswerRows = std::function<Result<http::Response>(const RowsThen&)>;

// The rows of the version in the path, now or as of the moment that the request names.
Result<http::Response> answer_from_rows(const ReadCall& call, const AnswerRows& answer) {
  const commands::Site& site = call.application.site();
  if (!call.request.query().has("as_of")) {
    const auto version = version_in_path(call.views, call.path);
    if (!version) return version.error();
    const auto rows = call.application.rows().rows_of(site, call.views, *version);
    if (!rows) return rows.error();
    return answer({*version, **rows});
  }
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  const auto codelist = call.views.codelist_of_version(*id);
  if (!codelist) return Error{ErrorCode::not_found, "there is no such version", {}};
  return answer_as_of(call, *codelist, *id, [&](const Views& then) -> Result<http::Response> {
    const auto version = version_in_path(then, call.path);
    if (!version) return version.error();
    const auto release = files::release_if_there(site, then, *version);
    const auto rows = CodeRows::make(then, *version, release.get());
    if (!rows) return rows.error();
    return answer({*version, **rows});
  });
}

// --- Rows

Result<void> choose_statuses(const http::Request& request, RowsQuery& query) {
  const auto& groups = files::status_groups();
  const auto choose = [&](base::CodeStatus status) {
    query.statuses[static_cast<std::size_t>(status)] = true;
  };
  for (const std::string_view text : request.query().all("status")) {
    const auto group = std::ranges::find(groups, text, &files::StatusGroup::name);
    if (group != groups.end()) {
      std::ranges::for_each(group->statuses, choose);
      continue;
    }
    const auto status = base::parse_code_status(text);
    if (!status) {
      return base::field_error(ErrorCode::invalid, "status",
                               "must be included, excluded, undecided, conflict, or a code's "
                               "status (%2B, (%2B), -, (-), ?, !)");
    }
    choose(*status);
  }
  return {};
}

Result<RowsQuery> rows_query(const ReadCall& call) {
  const http::Parameters& asked = call.request.query();
  RowsQuery query;
  query.text = asked.get("q");
  if (query.text.size() > text_bytes_max) {
    return base::field_error(ErrorCode::invalid, "q",
                             "must have at most " + std::to_string(text_bytes_max) + " bytes");
  }
  for (const std::string_view type : asked.all("type")) query.types.emplace_back(type);
  if (const auto chosen = choose_statuses(call.request, query); !chosen) return chosen.error();
  const auto order = files::parse_row_order(asked.get("sort", "usual"));
  if (!order) {
    return base::field_error(ErrorCode::invalid, "sort", "must be usual, term, code or status");
  }
  query.order = *order;
  const auto offset = number_in_query(call.request, "offset", 0, {});
  if (!offset) return offset.error();
  const auto limit =
      number_in_query(call.request, "limit", rows_limit_default, {1, rows_limit_max});
  if (!limit) return limit.error();
  query.first = *offset;
  query.count_max = *limit;
  return query;
}

void write_row(const files::CodeRow& row, JsonWriter& json) {
  json.begin_array().value(row.code);
  row.term ? json.value(*row.term) : json.null();
  json.value(base::to_string(row.status));
  row.type ? json.value(*row.type) : json.null();
  json.value(std::uint64_t{row.flags}).end_array();
}

Result<http::Response> list_rows(const ReadCall& call) {
  const auto query = rows_query(call);
  if (!query) return query.error();
  return answer_from_rows(call, [&](const RowsThen& then) {
    const files::RowsFound found = then.rows.find(*query);
    JsonWriter json(codelog::json::JsonStyle::compact, 256 + found.rows.size() * row_bytes);
    json.begin_object().field("total", std::uint64_t{found.total}).key("rows").begin_array();
    for (const files::RowNumber number : found.rows) write_row(then.rows.row(number), json);
    json.end_array();
    if (!then.rows.more_titles().empty()) {
      json.key("columns");
      write_texts(then.rows.more_titles(), json);
      json.key("cells").begin_array();
      for (const files::RowNumber number : found.rows) {
        const auto cells = then.rows.more_cells(number);
        write_texts({cells.begin(), cells.end()}, json);
      }
      json.end_array();
    }
    json.field("position", then.version.changed_at.value()).end_object();
    http::Response response = http::json_text(200, json.take());
    // Each step of a draft changes its rows.
    const bool is_draft = then.version.status == events::VersionStatus::draft;
    if (is_draft || call.request.query().has("as_of")) return response;
    return keep_answer(call, then.version.codelist, std::move(response));
  });
}

// --- Pictures

Result<http::Response> get_composition(const ReadCall& call) {
  return answer_from_rows(call, [](const RowsThen& then) {
    JsonWriter json;
    json.begin_object().field("codes_count", std::uint64_t{then.rows.size()}).key("counts");
    write_counts(then.rows.counts(), json);
    json.key("types").begin_array();
    for (const files::TypeCounts& type : then.rows.by_type()) {
      json.begin_object().field("title", type.title).field("codes_count", type.codes_count);
      json.key("counts");
      write_counts(type.counts, json);
      json.end_object();
    }
    json.end_array().field("position", then.version.changed_at.value()).end_object();
    return http::json_text(200, json.take());
  });
}

void write_icicle(const trees::CodeTree& tree, const std::vector<trees::IcicleNode>& nodes,
                  JsonWriter& json) {
  json.key("nodes").begin_array();
  for (const trees::IcicleNode& node : nodes) {
    json.begin_object().key("parent");
    node.parent ? json.value(std::uint64_t{*node.parent}) : json.null();
    json.key("code");
    node.ordinal ? json.value(tree.code(*node.ordinal)) : json.null();
    json.field("title", node.ordinal ? tree.term(*node.ordinal)
                                     : std::string_view(tree.sections()[node.section].title));
    json.field("codes_count", std::uint64_t{node.codes_count});
    json.field("included_count", std::uint64_t{node.included_count});
    json.field("cut", node.is_cut).end_object();
  }
  json.end_array();
}

Result<http::Response> show_icicle(const ReadCall& call, const CodesThen& then,
                                   const trees::CodeTree& tree) {
  const auto limit = number_in_query(call.request, "nodes_max", nodes_default, {1, nodes_max});
  if (!limit) return limit.error();
  std::optional<trees::Ordinal> under;
  if (call.request.query().has("under")) {
    under = tree.find(call.request.query().get("under"));
    if (!under) {
      return base::field_error(ErrorCode::invalid, "under", "is no code of the version's tree");
    }
  }
  const std::string statuses = tree.statuses_of(*then.codes.codeset);
  const auto nodes = trees::icicle(tree, statuses, under, *limit);
  JsonWriter json(codelog::json::JsonStyle::compact, 256 + nodes.size() * node_bytes);
  json.begin_object().field("shape", tree.shape());
  write_icicle(tree, nodes, json);
  json.field("position", then.version.changed_at.value()).end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_icicle(const ReadCall& call) {
  const bool is_past = call.request.query().has("as_of");
  return answer_from_codes(call, "", [&](const CodesThen& then) -> Result<http::Response> {
    if (is_past) {
      return show_icicle(call, then, trees::CodeTree(then.codes.release, *then.codes.codeset));
    }
    return show_icicle(call, then, *call.application.trees().tree_of(then.codes));
  });
}

// --- Sizes

struct Size {
  std::uint64_t codes_count = 0;
  std::uint64_t included_count = 0;
};

// The codes of a table are only in the table.
Result<Size> size_of(const Views& views, const VersionRecord& version) {
  if (version.has_csv_data) {
    const auto codes = commands::table_codes(views, version);
    if (!codes) return codes.error();
    return Size{codes->size(), codes->size()};
  }
  Size size;
  for (std::size_t i = 0; i < version.counts.size(); ++i) {
    size.codes_count += version.counts[i];
    if (base::is_included(static_cast<base::CodeStatus>(i))) {
      size.included_count += version.counts[i];
    }
  }
  return size;
}

Result<http::Response> show_sizes(const Views& views, const CodelistRecord& codelist) {
  JsonWriter json;
  json.begin_object().key("versions").begin_array();
  for (const VersionRecord& version : views.versions_of(codelist.id)) {
    const auto size = size_of(views, version);
    if (!size) return size.error();
    json.begin_object().field("hash", base::version_hash(version.id)).field("tag", version.tag);
    json.field("status", events::to_string(version.status)).field("release", version.release);
    json.field("created_at", base::format_timestamp(version.created_at));
    json.field("codes_count", size->codes_count).field("included_count", size->included_count);
    json.end_object();
  }
  json.end_array().field("position", views.checkpoint().value()).end_object();
  return http::json_text(200, json.take());
}

// Tables are read again for each answer, so it is kept.
Result<http::Response> get_sizes(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  if (call.request.query().has("as_of")) {
    return answer_as_of(call, codelist->id, std::nullopt,
                        [&](const Views& then) -> Result<http::Response> {
                          const auto at_that_time = then.codelist(codelist->id);
                          if (!at_that_time) {
                            return Error{ErrorCode::not_found, "there was no such codelist", {}};
                          }
                          return show_sizes(then, *at_that_time);
                        });
  }
  // The steps of drafts change sizes, but are no changes for the cache.
  const auto steps = call.views.stream_version(events::Stream::of_codelist(codelist->id));
  const std::string key = "sizes of " + std::to_string(codelist->id.value()) + " after " +
                          std::to_string(steps.value());
  if (auto known = call.application.cache().find(key)) return std::move(*known);
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  auto response = show_sizes(call.views, *codelist);
  if (!response) return response.error();
  *response = http::with_shared_body(std::move(*response));
  call.application.cache().keep(key, {codelist->id}, call.views.checkpoint(), *response);
  return response;
}

}  // namespace

std::vector<Endpoint> listing_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/rows",
       .id = "listRows",
       .summary = "The codes of a version with their terms, statuses and types: filtered, sorted, "
                  "page by page. Of a table, its rows.",
       .query = {parameters::row_text, parameters::row_status, parameters::type,
                 parameters::row_sort, parameters::offset, parameters::limit, parameters::as_of},
       .answer = "CodeRows",
       .keeps_answers = true,
       .read = list_rows},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/composition",
       .id = "getComposition",
       .summary = "How many codes of a version each type lists, by status; the largest first.",
       .query = {parameters::as_of},
       .answer = "Composition",
       .read = get_composition},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/icicle",
       .id = "getIcicle",
       .summary = "The largest branches of a version's hierarchy with their numbers of codes. Each "
                  "code counts once, at its first place in the tree.",
       .query = {parameters::nodes_max, parameters::under, parameters::as_of},
       .answer = "Icicle",
       .read = get_icicle},
      {.method = Method::get,
       .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/sizes",
       .id = "getSizes",
       .summary = "The number of codes of each version of a codelist, the oldest first.",
       .query = {parameters::as_of},
       .answer = "Sizes",
       .read = get_sizes},
  };
}

}  // namespace codelog::api
