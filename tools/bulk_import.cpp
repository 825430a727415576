#include "tools/bulk_import.h"

#include <algorithm>
#include <array>
#include <set>

#include "coding_systems/importing/sheet_reader.h"
#include "events/base/text.h"
#include "server/commands/csv_writer.h"
#include "server/commands/validation.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::array<std::string_view, 7> bulk_columns = {
    "coding_system",        "codelist_name",       "code", "term", "codelist_new_slug",
    "codelist_description", "codelist_methodology"};

Error wrong(std::string field, std::string detail) {
  return base::field_error(ErrorCode::invalid, std::move(field), std::move(detail));
}

bool is_bulk_column(std::string_view title) {
  return std::ranges::find(bulk_columns, title) != bulk_columns.end();
}

// --- The configuration

Result<std::string> bulk_text(const Json& config, const std::string& name, bool is_required) {
  const auto found = config.find(name);
  if (found == config.end() || found->is_null()) {
    if (is_required) return wrong(name, "is missing");
    return std::string();
  }
  if (!found->is_string()) return wrong(name, "must be a text");
  return found->get<std::string>();
}

Result<std::map<std::string, std::string>> bulk_texts(const Json& config, const std::string& name) {
  std::map<std::string, std::string> all;
  const auto found = config.find(name);
  if (found == config.end() || found->is_null()) return all;
  if (!found->is_object()) return wrong(name, "must be an object of texts");
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) return wrong(name + "." + key, "must be a text");
    all[key] = value.get<std::string>();
  }
  return all;
}

Result<std::map<std::string, BulkSystem>> bulk_systems(const Json& config) {
  const auto found = config.find("coding_systems");
  if (found == config.end() || !found->is_object() || found->empty()) {
    return wrong("coding_systems", "must be an object {LABEL: {\"id\": …, \"release\": …}}");
  }
  std::map<std::string, BulkSystem> all;
  for (const auto& [label, value] : found->items()) {
    if (!value.is_object()) return wrong("coding_systems." + label, "must be an object");
    const auto id = bulk_text(value, "id", true);
    if (!id) return wrong("coding_systems." + label + ".id", id.error().fields[0].detail);
    const auto release = bulk_text(value, "release", true);
    if (!release) {
      return wrong("coding_systems." + label + ".release", release.error().fields[0].detail);
    }
    all[label] = {*id, *release};
  }
  return all;
}

// --- The table

using BulkColumns = std::map<std::string_view, std::size_t>;

bool has_numbers_for_codes(const std::string& system) {
  return system == "snomedct" || system == "dmd";
}

// True for a whole number of at most 15 digits, which spreadsheets keep.
bool is_exact(std::string_view number) {
  return number.size() <= 15 &&
         std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

// The fields of a row under our titles.
class TitledRow {
 public:
  TitledRow(const BulkColumns& columns, const BulkRow& row) : columns_(columns), row_(row) {}

  std::string operator[](std::string_view title) const {
    const auto column = columns_.find(title);
    if (column == columns_.end() || column->second >= row_.fields.size()) return "";
    return std::string(base::trim_unicode_space(row_.fields[column->second]));
  }
  Error wrong_here(const std::string& detail) const {
    return {ErrorCode::invalid, row_.place + " " + detail, {}};
  }

  // A spreadsheet changes what it takes for a number: it rounds long codes, drops leading zeros and
  // turns days into other numbers. So every used cell must be a text, except for short codes.
  Result<void> check_cells(const std::string& system) const {
    for (const auto& [title, column] : columns_) {
      if (std::ranges::find(row_.others, column) != row_.others.end()) {
        return wrong_cell(column, "is no text");
      }
      if (std::ranges::find(row_.numbers, column) == row_.numbers.end()) continue;
      if (!is_exact(row_.fields[column])) {
        return wrong_cell(column, "is a number, which the spreadsheet may have rounded");
      }
      if (title != "code" || !has_numbers_for_codes(system)) {
        return wrong_cell(column, "is a number, which may have lost leading zeros");
      }
    }
    return {};
  }

 private:
  Error wrong_cell(std::size_t column, const std::string& fault) const {
    return {ErrorCode::invalid,
            row_.place + ", column " + coding_systems::column_letters(column) + ": " +
                row_.fields[column] + " " + fault +
                ": format the column as text, and enter the original again",
            {}};
  }

  const BulkColumns& columns_;
  const BulkRow& row_;
};

Result<BulkColumns> bulk_columns_of(const BulkRow& header, const BulkConfig& config) {
  BulkColumns columns;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    std::string title(base::trim_unicode_space(header.fields[i]));
    if (const auto alias = config.column_aliases.find(title);
        alias != config.column_aliases.end()) {
      title = alias->second;
    }
    const auto known = std::ranges::find(bulk_columns, title);
    if (known == bulk_columns.end()) continue;
    if (!columns.emplace(*known, i).second) {
      return Error{ErrorCode::invalid, "two columns are titled " + title, {}};
    }
  }
  for (const char* needed : {"codelist_name", "code"}) {
    if (columns.contains(needed)) continue;
    return Error{ErrorCode::invalid, std::string("the table has no column ") + needed, {}};
  }
  if (!columns.contains("coding_system") && config.coding_systems.size() > 1) {
    return Error{ErrorCode::invalid,
                 "the table has no column coding_system, and more than one is configured",
                 {}};
  }
  return columns;
}

void keep_first(std::string& kept, std::string text) {
  if (kept.empty()) kept = std::move(text);
}

// --- Requests

// The known codelist of the organisation that the list belongs to; null if there is none.
const Json* known_list(const Json& known, const BulkList& list) {
  const Json& all = known.at("codelists");
  const auto find = [&](const char* field, const std::string& text) -> const Json* {
    if (text.empty()) return nullptr;
    for (const Json& codelist : all) {
      if (codelist.value(field, "") == text) return &codelist;
    }
    return nullptr;
  };
  if (const Json* found = find("slug", list.new_slug)) return found;
  if (const Json* found = find("name", list.name)) return found;
  return find("name", list.name + " (obsolete)");
}

bool has_tag(const Json& codelist, const std::string& tag) {
  if (tag.empty() || !codelist.contains("versions")) return false;
  return std::ranges::any_of(codelist.at("versions"), [&](const Json& version) {
    return version.contains("tag") && version.at("tag") == tag;
  });
}

bool is_uploaded_as_table(const std::string& system) {
  return system == "opcs4" || system == "readv2";
}

void add_codes(const BulkList& list, Json& body) {
  if (!is_uploaded_as_table(list.system.id)) {
    body["codes"] = Json::array();
    for (const auto& [code, term] : list.codes) body["codes"].push_back(code);
    return;
  }
  std::string table;
  commands::append_csv_row({"code", "term"}, table);
  for (const auto& [code, term] : list.codes) commands::append_csv_row({code, term}, table);
  body["csv_data"] = std::move(table);
}

std::string description_of(const BulkConfig& config, const BulkList& list) {
  if (config.description_template.empty()) return list.description;
  std::string text = config.description_template;
  const std::size_t at = text.find("%s");
  if (at != std::string::npos) {
    text.replace(at, 2, list.description.empty() ? list.name : list.description);
  }
  return text;
}

BulkRequest new_list(const BulkConfig& config, const BulkList& list, const BulkForce& force) {
  BulkRequest request{list.name, "/api/v1/codelist/" + config.organisation + "/", Json::object(),
                      "new"};
  Json& body = request.body;
  body["name"] = list.name;
  body["coding_system_id"] = list.system.id;
  body["coding_system_database_alias"] = list.system.release;
  add_codes(list, body);
  if (commands::check_slug("slug", list.new_slug)) body["slug"] = list.new_slug;
  if (!config.tag.empty()) body["tag"] = config.tag;
  const bool is_table = body.contains("csv_data");
  const std::string description = description_of(config, list);
  // With a table, the API requires both.
  if (is_table || !description.empty()) body["description"] = description;
  if (is_table || !list.methodology.empty()) body["methodology"] = list.methodology;
  if (is_table) return request;
  if (force.ignore_unfound_codes) body["ignore_unfound_codes"] = true;
  if (force.publish) body["should_publish"] = true;
  return request;
}

BulkRequest new_version(const BulkConfig& config, const BulkList& list, const Json& known,
                        const BulkForce& force) {
  const std::string slug = known.value("slug", "");
  if (has_tag(known, config.tag)) {
    return {list.name, "", Json::object(), "has a version tagged " + config.tag + " already"};
  }
  BulkRequest request{list.name,
                      "/api/v1/codelist/" + config.organisation + "/" + slug + "/versions/",
                      Json::object(), "new version"};
  Json& body = request.body;
  body["coding_system_database_alias"] = list.system.release;
  add_codes(list, body);
  if (!config.tag.empty()) body["tag"] = config.tag;
  if (force.new_version) body["always_create_new_version"] = true;
  if (force.ignore_unfound_codes) body["ignore_unfound_codes"] = true;
  if (force.publish) body["should_publish"] = true;
  if (force.description) body["description"] = description_of(config, list);
  if (force.methodology) body["methodology"] = list.methodology;
  if (force.name) body["name"] = list.name;
  if (force.slug && !list.new_slug.empty()) body["new_slug"] = list.new_slug;
  return request;
}

}  // namespace

Result<BulkConfig> read_bulk_config(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{ErrorCode::invalid, "is not a JSON object", {}};
  BulkConfig config;
  struct Text {
    const char* name;
    std::string& value;
    bool is_required;
  };
  std::string delimiter;
  for (const Text& field : {Text{"organisation", config.organisation, true},
                            Text{"description_template", config.description_template, false},
                            Text{"tag", config.tag, false}, Text{"delimiter", delimiter, false},
                            Text{"sheet", config.sheet, false}}) {
    auto value = bulk_text(json, field.name, field.is_required);
    if (!value) return value.error();
    field.value = std::move(*value);
  }
  const auto slug = commands::check_slug("organisation", config.organisation);
  if (!slug) return slug.error();
  if (delimiter.size() > 1 || delimiter == "\"" || delimiter == "\n") {
    return wrong("delimiter", "must be one character, and no quote");
  }
  if (!delimiter.empty()) config.delimiter = delimiter.front();
  auto systems = bulk_systems(json);
  if (!systems) return systems.error();
  config.coding_systems = std::move(*systems);
  auto columns = bulk_texts(json, "column_aliases");
  if (!columns) return columns.error();
  for (const auto& [from, to] : *columns) {
    // Written in either direction.
    if (!is_bulk_column(from) && !is_bulk_column(to)) {
      return wrong("column_aliases." + from, "neither is a column of the import");
    }
    is_bulk_column(to) ? config.column_aliases[from] = to : config.column_aliases[to] = from;
  }
  auto names = bulk_texts(json, "codelist_name_aliases");
  if (!names) return names.error();
  config.name_aliases = std::move(*names);
  const auto limit = json.find("limit_to_named_codelists");
  if (limit != json.end() && !limit->is_boolean()) {
    return wrong("limit_to_named_codelists", "must be true or false");
  }
  config.only_aliased_names = limit != json.end() && limit->get<bool>();
  return config;
}

Result<std::vector<BulkList>> read_bulk_lists(const BulkTable& table, const BulkConfig& config) {
  if (table.empty()) return Error{ErrorCode::invalid, "the table is empty", {}};
  const auto columns = bulk_columns_of(table.front(), config);
  if (!columns) return columns.error();
  std::vector<BulkList> lists;
  std::map<std::string, std::size_t> places;
  std::map<std::string, std::set<std::string>> seen;  // codes by list
  for (std::size_t i = 1; i < table.size(); ++i) {
    const TitledRow row(*columns, table[i]);
    std::string name = row["codelist_name"];
    if (name.empty()) return row.wrong_here("has no codelist_name");
    const auto alias = config.name_aliases.find(name);
    if (alias != config.name_aliases.end()) name = alias->second;
    if (alias == config.name_aliases.end() && config.only_aliased_names) continue;
    const std::string label = row["coding_system"];
    const auto system = label.empty() && config.coding_systems.size() == 1
                            ? config.coding_systems.begin()
                            : config.coding_systems.find(label);
    if (system == config.coding_systems.end()) {
      return row.wrong_here("names the coding system '" + label + "', which is not configured");
    }
    if (const auto good = row.check_cells(system->second.id); !good) return good.error();
    std::string code = row["code"];
    if (code.empty()) return row.wrong_here("has no code");
    const auto [place, is_new] = places.emplace(name, lists.size());
    if (is_new) lists.push_back({name, system->second, {}, "", "", ""});
    BulkList& list = lists[place->second];
    if (list.system.id != system->second.id) {
      return row.wrong_here("puts codes of two coding systems into '" + name + "'");
    }
    keep_first(list.new_slug, row["codelist_new_slug"]);
    keep_first(list.description, row["codelist_description"]);
    keep_first(list.methodology, row["codelist_methodology"]);
    if (seen[name].insert(code).second) list.codes.emplace_back(std::move(code), row["term"]);
  }
  return lists;
}

Result<std::vector<BulkRequest>> plan_bulk_import(const BulkConfig& config,
                                                  const std::vector<BulkList>& lists,
                                                  const Json& known, const BulkForce& force) {
  if (!known.is_object() || !known.contains("codelists") || !known.at("codelists").is_array()) {
    return Error{ErrorCode::invalid, "the site's answer is not a list of codelists", {}};
  }
  std::vector<BulkRequest> requests;
  for (const BulkList& list : lists) {
    const Json* const codelist = known_list(known, list);
    requests.push_back(codelist == nullptr ? new_list(config, list, force)
                                           : new_version(config, list, *codelist, force));
  }
  return requests;
}

}  // namespace codelog::tools
