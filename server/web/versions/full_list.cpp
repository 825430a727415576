#include "server/web/versions/full_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/files/recent_rows.h"
#include "server/http/urlencoded.h"
#include "server/web/codelists/history_page.h"
#include "server/web/pager.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::CodeStatus;
using commands::NamedVersion;
using files::CodeRows;
using files::RowOrder;
using pages::Section;
using projections::VersionRecord;

constexpr std::size_t rows_per_page = 120;
// Of a list that is asked for as a whole, for printing: some 400 sheets of paper.
constexpr std::size_t whole_rows_max = 20'000;
constexpr std::size_t text_bytes_max = 100;
constexpr std::string_view fragment = "#full-list";

// Codes in a list by their side; without statuses, all.
using Way = files::StatusGroup;

const std::vector<Way>& all_ways() {
  static const std::vector<Way> ways = [] {
    auto made = files::status_groups();
    made.push_back({"all", "All", {}});
    return made;
  }();
  return ways;
}

// What the address asks for.
struct Asked {
  const Way& way;
  std::string text;
  std::string type;
  RowOrder order = RowOrder::usual;
  bool is_whole = false;  // all rows on one page
};

Asked asked_in(const Visit& visit, const VersionRecord& version) {
  const http::Parameters query = visit.request().query();
  const bool is_draft = version.status == events::VersionStatus::draft;
  const std::string_view usual = is_draft || version.has_csv_data ? "all" : "included";
  auto way = std::ranges::find(all_ways(), query.get("show", usual), &Way::name);
  if (way == all_ways().end()) way = std::ranges::find(all_ways(), usual, &Way::name);
  return {*way, std::string(base::utf8_prefix(query.get("q"), text_bytes_max)),
          std::string(query.get("type")),
          files::parse_row_order(query.get("sort")).value_or(RowOrder::usual),
          query.get("rows") == "all"};
}

files::RowsQuery rows_query(const Asked& asked) {
  files::RowsQuery query{.text = asked.text,
                         .order = asked.order,
                         .count_max = asked.is_whole ? whole_rows_max : rows_per_page};
  if (!asked.type.empty()) query.types = {asked.type};
  for (const CodeStatus status : asked.way.statuses) {
    query.statuses[static_cast<std::size_t>(status)] = true;
  }
  return query;
}

// The parameters of the address that shows this.
std::vector<std::pair<std::string, std::string>> parameters_of(const Asked& asked) {
  return {{"show", std::string(asked.way.name)},
          {"q", asked.text},
          {"type", asked.type},
          {"sort", asked.order == RowOrder::usual ? "" : std::string(to_string(asked.order))}};
}

std::string path_of(const Asked& asked) {
  std::string path = asked.is_whole ? "?rows=all" : "?";
  for (const auto& [name, value] : parameters_of(asked)) {
    if (value.empty()) continue;
    if (path.size() > 1) path += "&";
    path += name + "=" + http::percent_encode(value);
  }
  return path.append(fragment);
}

std::uint64_t count_of(const projections::StatusCounts& counts, const Way& way) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool is_in =
        way.statuses.empty() ||
        std::ranges::find(way.statuses, static_cast<CodeStatus>(i)) != way.statuses.end();
    if (is_in) count += counts[i];
  }
  return count;
}

// The ways that show codes; none where all codes are of one way, which is shown.
std::vector<const Way*> ways_of(const projections::StatusCounts& counts, const Asked& asked) {
  std::vector<const Way*> ways;
  for (const Way& way : all_ways()) {
    if (count_of(counts, way) > 0) ways.push_back(&way);
  }
  const bool is_one = ways.size() <= 2 && std::ranges::find(ways, &asked.way) != ways.end();
  return is_one ? std::vector<const Way*>() : ways;
}

void add_ways(Section& list, const projections::StatusCounts& counts, const Asked& asked) {
  const auto ways = ways_of(counts, asked);
  if (ways.empty()) return;
  Section shown = list.add("WAYS");
  for (const Way* way : ways) {
    Section link = shown.add("WAY");
    link.set("PATH", path_of({*way, asked.text, asked.type, asked.order, asked.is_whole}));
    link.set("WORDS", way->words).set("COUNT", pages::grouped(count_of(counts, *way)));
    link.show(way == &asked.way ? "HERE" : "OTHER");
  }
}

void add_types(Section& list, const std::vector<files::TypeCounts>& types, const Asked& asked) {
  Section shown = list.add("TYPES");
  for (const files::TypeCounts& type : types) {
    Section option = shown.add("TYPE");
    option.set("TITLE", type.title).set("COUNT", pages::grouped(type.codes_count));
    option.show_if(type.title == asked.type, "HERE");
  }
}

struct Columns {
  bool has_type = false;
  bool has_status = false;
  RowOrder usual = RowOrder::usual;  // a table has an order of its own
};

void add_title(Section& table, std::string_view title) {
  table.add("TITLE").set("TITLE", title).show("TEXT");
}

void add_titles(Section& table, const CodeRows& rows, const Columns& columns, const Asked& asked) {
  const RowOrder now = asked.order == RowOrder::usual ? columns.usual : asked.order;
  const auto add_sorting = [&](std::string_view title, RowOrder order) {
    Section shown = table.add("TITLE");
    shown.set("TITLE", title).show_if(now == order, "SORTED");
    shown.set_and_show("SORT", path_of({asked.way, asked.text, asked.type, order, asked.is_whole}));
  };
  add_sorting("Code", RowOrder::code);
  add_sorting("Term", RowOrder::term);
  for (const std::string& title : rows.more_titles()) add_title(table, title);
  if (columns.has_type) add_title(table, "Type");
  if (columns.has_status) add_sorting("Status", RowOrder::status);
}

void add_row(Section& table, const CodeRows& rows, files::RowNumber number, const Columns& columns,
             const std::string& history) {
  const files::CodeRow row = rows.row(number);
  Section shown = table.add("ROW");
  shown.set("CODE", row.code).set("HISTORY", history);
  if (row.term)
    shown.set("TERM", *row.term);
  else
    shown.show("NO_TERM");
  for (const std::string& cell : rows.more_cells(number)) shown.add("CELL").set("TEXT", cell);
  if (columns.has_type) shown.add("TYPE").set("TYPE", row.type.value_or(""));
  if (columns.has_status) {
    Section status = shown.add("STATUS");
    add_mark(status, row.status);
  }
}

// What src/full-list/props.ts describes.
std::string props_of(const VersionRecord& version, const CodeRows& rows, const Columns& columns,
                     const std::string& history, std::size_t first) {
  nlohmann::json types = nlohmann::json::array();
  for (const files::TypeCounts& type : rows.by_type()) {
    types.push_back({type.title, type.codes_count});
  }
  const nlohmann::json props = {{"hash", base::version_hash(version.id)},
                                {"isTable", version.has_csv_data},
                                {"usualSort", to_string(columns.usual)},
                                {"columns", rows.more_titles()},
                                {"counts", rows.counts()},
                                {"types", std::move(types)},
                                {"history", history},
                                {"firstRow", first}};
  return props.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct FoundPage {
  Pager pager;
  files::RowsFound found;
};

// Searches once, unless the address names a page behind the last one.
FoundPage find_page(const Visit& visit, const CodeRows& rows, const Asked& asked) {
  files::RowsQuery query = rows_query(asked);
  if (!asked.is_whole) {
    query.first = pager_of(visit.request(), rows.size(), rows_per_page).first();
  }
  FoundPage page{{}, rows.find(query)};
  page.pager = pager_of(visit.request(), page.found.total, rows_per_page);
  if (!asked.is_whole && page.pager.first() != query.first) {
    query.first = page.pager.first();
    page.found = rows.find(query);
  }
  return page;
}

// Paper does not turn pages: says that there are more rows, and where.
void add_rest(Section& list, const Asked& asked, const files::RowsFound& found) {
  if (found.rows.size() == found.total) return;
  Section rest = list.add(asked.is_whole ? "CUT" : "WHOLE");
  rest.set("SHOWN", pages::grouped(found.rows.size())).set("ALL", pages::grouped(found.total));
  rest.set("PATH", path_of({asked.way, asked.text, asked.type, asked.order, true}));
}

RowOrder usual_order(const CodeRows& rows, const VersionRecord& version) {
  if (version.has_csv_data) return RowOrder::usual;
  return rows.is_by_term() ? RowOrder::term : RowOrder::code;
}

}  // namespace

void add_full_list(const Visit& visit, Section& page, const NamedVersion& named,
                   ListIsland island) {
  const auto& [codelist, version] = named;
  pages::Template shown("_full_list.html");
  const auto made =
      visit.application().rows().rows_of(visit.application().site(), visit.views(), version);
  if (!made) {
    shown.set_and_show("PROBLEM", made.error().detail);
    page.set("FULL_LIST", shown.expand());
    return;
  }
  const CodeRows& rows = **made;
  const auto types = rows.by_type();
  const Columns columns{.has_type = types.size() > 1,
                        .has_status = !version.has_csv_data,
                        .usual = usual_order(rows, version)};
  const Asked asked = asked_in(visit, version);
  const auto [pager, found] = find_page(visit, rows, asked);
  const std::string history = history_path(codelist.handle());
  Section list = shown.add("LIST");
  if (island == ListIsland::full_list && !asked.is_whole) {
    list.add("ISLAND").set("PROPS", props_of(version, rows, columns, history, pager.first()));
  }
  list.set("ROWS", pages::counted(found.total, "row")).set("TEXT", asked.text);
  list.show_if(!version.has_csv_data && rows.size() > 0 && types.empty(), "NO_TERMS");
  list.show_if(found.total == 0, "EMPTY");
  add_ways(list, rows.counts(), asked);
  if (asked.is_whole) list.add("KEPT").set("NAME", "rows").set("VALUE", "all");
  for (const auto& [name, value] : parameters_of(asked)) {
    if (name == "q" || (name == "type" && columns.has_type) || value.empty()) continue;
    list.add("KEPT").set("NAME", name).set("VALUE", value);
  }
  if (columns.has_type) add_types(list, types, asked);
  if (found.total > 0) {
    Section table = list.add("TABLE");
    add_titles(table, rows, columns, asked);
    for (const files::RowNumber number : found.rows) {
      add_row(table, rows, number, columns, history);
    }
  }
  add_rest(list, asked, found);
  if (!asked.is_whole) add_pager(list, pager, parameters_of(asked), fragment);
  page.set("FULL_LIST", shown.expand());
}

void add_composition(const Visit& visit, Section& page, const VersionRecord& version) {
  const auto rows =
      visit.application().rows().rows_of(visit.application().site(), visit.views(), version);
  if (!rows || (*rows)->by_type().size() < 2) return;
  const nlohmann::json props = {{"hash", base::version_hash(version.id)}};
  page.add("COMPOSITION").set("PROPS", props.dump());
}

}  // namespace codelog::web
