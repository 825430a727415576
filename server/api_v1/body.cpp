#include "server/api_v1/body.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "server/json/json_reader.h"

namespace codelog::api_v1 {
namespace {

using base::Error;
using base::ErrorCode;
using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> required_keys = {"name", "coding_system_id",
                                                           "coding_system_database_alias"};
constexpr std::array<std::string_view, 12> optional_keys = {"codes",
                                                            "csv_data",
                                                            "slug",
                                                            "tag",
                                                            "description",
                                                            "methodology",
                                                            "references",
                                                            "signoffs",
                                                            "always_create_new_version",
                                                            "ignore_unfound_codes",
                                                            "new_slug",
                                                            "should_publish"};

Error bad(std::string detail) { return {ErrorCode::invalid, std::move(detail), {}}; }

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "`a`, `b`"
std::string quoted(std::span<const std::string> names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "`" : ", `") + name + "`";
  return list;
}

Result<Json> parse(std::string_view text) {
  auto body = codelog::json::parse_json(text, codelog::json::DuplicateKeys::last_wins);
  if (!body) {
    // OpenCodelists accepts NaN, and fails on text that is not UTF-8.
    const bool is_explained = !body.error().fields.empty() || !base::is_utf8(text);
    return is_explained ? body.error() : bad("Invalid JSON");
  }
  // OpenCodelists treats a list or a text as an object without keys.
  if (!body->is_object()) return Json::object();
  return body;
}

// Takes typed values out of an object; keeps the first type error.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}

  const std::optional<Error>& error() const { return error_; }

  std::optional<std::string> text(const char* name) {
    const Json* found = find(name);
    if (found == nullptr || found->is_null()) return std::nullopt;
    if (found->is_string()) return found->get<std::string>();
    fail(name, "a string");
    return std::nullopt;
  }

  std::string required_text(const char* name) {
    const Json* found = find(name);
    if (found != nullptr && found->is_string()) return found->get<std::string>();
    fail(name, "a string");
    return "";
  }

  bool flag(const char* name) {
    const Json* found = find(name);
    if (found == nullptr || found->is_null()) return false;
    if (found->is_boolean()) return found->get<bool>();
    fail(name, "true or false");
    return false;
  }

  std::optional<std::vector<std::string>> texts(const char* name) {
    const Json* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_array()) {
      fail(name, "a list of strings");
      return std::nullopt;
    }
    std::vector<std::string> list;
    list.reserve(found->size());
    for (const Json& item : *found) {
      if (!item.is_string()) {
        fail(name, "a list of strings, but entry " + std::to_string(list.size() + 1) +
                       " is not a string");
        return std::nullopt;
      }
      list.push_back(item.get<std::string>());
    }
    return list;
  }

  // A list of objects that have at least these two texts.
  template <class Item>
  std::vector<Item> pairs(const char* name, const char* first, const char* second) {
    std::vector<Item> list;
    const Json* found = find(name);
    if (found == nullptr || found->is_null()) return list;
    const auto has = [](const Json& item, const char* key) {
      return item.contains(key) && item.at(key).is_string();
    };
    const bool all =
        found->is_array() && std::all_of(found->begin(), found->end(), [&](auto& item) {
          return item.is_object() && has(item, first) && has(item, second);
        });
    if (!all) {
      fail(name, "a list of objects, each with the strings `" + std::string(first) + "` and `" +
                     second + "`");
      return list;
    }
    for (const Json& item : *found) {
      list.push_back({item.at(first).template get<std::string>(),
                      item.at(second).template get<std::string>()});
    }
    return list;
  }

 private:
  const Json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  void fail(const char* name, const std::string& wanted) {
    if (!error_) error_ = bad("`" + std::string(name) + "` must be " + wanted);
  }

  const Json& object_;
  std::optional<Error> error_;
};

Result<void> check_keys(const Json& body) {
  std::vector<std::string> missing;
  for (const std::string_view key : required_keys) {
    if (!body.contains(key)) missing.emplace_back(key);
  }
  if (!missing.empty()) return bad("Missing keys: " + quoted(missing));
  std::vector<std::string> extra;
  for (const auto& [key, unused] : body.items()) {
    if (!contains(required_keys, key) && !contains(optional_keys, key)) extra.push_back(key);
  }
  if (!extra.empty()) return bad("Extra keys: " + quoted(extra));
  return {};
}

// With a table, OpenCodelists allows fewer options and requires more.
Result<void> check_keys_with_table(const Json& body) {
  constexpr std::array<std::string_view, 9> allowed = {"name",
                                                       "coding_system_id",
                                                       "coding_system_database_alias",
                                                       "csv_data",
                                                       "slug",
                                                       "tag",
                                                       "description",
                                                       "methodology",
                                                       "references"};
  std::vector<std::string> missing;
  for (const char* key : {"description", "methodology"}) {
    if (!body.contains(key)) missing.emplace_back(key);
  }
  if (!missing.empty()) return bad("Missing keys with `csv_data`: " + quoted(missing));
  std::vector<std::string> extra;
  for (const auto& [key, unused] : body.items()) {
    if (!contains(allowed, key) && key != "signoffs") extra.push_back(key);
  }
  if (!extra.empty()) return bad("Extra keys with `csv_data`: " + quoted(extra));
  return {};
}

// If OpenCodelists ignores unknown codes, it ignores all that differ from the release's spelling.
commands::CodesRules codes_rules(bool ignores_unfound) {
  return {.ignores_unfound = ignores_unfound,
          .takes_exact_only = ignores_unfound,
          .known = commands::KnownCodes::named};
}

void trim_in_place(std::string& text) { text = std::string(coding_systems::trim_unseen(text)); }

// In OpenCodelists, a version with an empty tag is shown by its hash, as one without a tag.
std::optional<std::string> without_empty(std::optional<std::string> tag) {
  return tag && tag->empty() ? std::nullopt : std::move(tag);
}

// OpenCodelists has no rule for the ends of these texts, so its clients may send white space there.
void accept_loose_texts(CodelistBody& body) {
  trim_in_place(body.name);
  for (events::Reference& reference : body.references) {
    trim_in_place(reference.text);
    trim_in_place(reference.url);
  }
  body.tag = without_empty(std::move(body.tag));
}

}  // namespace

Result<CodelistBody> parse_codelist_body(std::string_view text) {
  const auto body = parse(text);
  if (!body) return body.error();
  if (body->contains("codes") == body->contains("csv_data")) {
    return bad("Provide exactly one of `codes` or `csv_data`");
  }
  if (const auto keys = check_keys(*body); !keys) return keys.error();
  if (body->contains("csv_data")) {
    if (const auto keys = check_keys_with_table(*body); !keys) return keys.error();
  }
  Fields fields(*body);
  CodelistBody parsed;
  parsed.name = fields.required_text("name");
  parsed.coding_system = fields.required_text("coding_system_id");
  parsed.release = fields.required_text("coding_system_database_alias");
  parsed.codes = fields.texts("codes");
  parsed.csv_data = fields.text("csv_data");
  parsed.slug = fields.text("slug");
  parsed.new_slug = fields.text("new_slug");
  parsed.tag = fields.text("tag");
  parsed.description = fields.text("description");
  parsed.methodology = fields.text("methodology");
  parsed.references = fields.pairs<events::Reference>("references", "text", "url");
  parsed.signoffs = fields.pairs<events::SignOff>("signoffs", "user", "date");
  parsed.always_create_new_version = fields.flag("always_create_new_version");
  parsed.codes_rules = codes_rules(fields.flag("ignore_unfound_codes"));
  parsed.should_publish = fields.flag("should_publish");
  if (fields.error()) return *fields.error();
  if (!parsed.codes && !parsed.csv_data) return bad("`csv_data` must be a string");
  accept_loose_texts(parsed);
  return parsed;
}

Result<commands::CreateVersion> parse_version_body(std::string_view text) {
  const auto body = parse(text);
  if (!body) return body.error();
  int sources = 0;
  for (const char* key : {"codes", "csv_data", "ecl"}) sources += body->contains(key) ? 1 : 0;
  if (sources != 1) return bad("Provide exactly one of `codes`, `csv_data` or `ecl`");
  Fields fields(*body);
  commands::CreateVersion parsed;
  parsed.codes = fields.texts("codes");
  parsed.csv_data = fields.text("csv_data");
  parsed.expression = fields.text("ecl");
  parsed.table_rules.known = commands::KnownCodes::named;
  const auto release = fields.text("coding_system_database_alias");
  parsed.tag = without_empty(fields.text("tag"));
  parsed.always_create_new_version = fields.flag("always_create_new_version");
  parsed.codes_rules = codes_rules(fields.flag("ignore_unfound_codes"));
  parsed.should_publish = fields.flag("should_publish");
  parsed.name = fields.text("name");
  if (parsed.name) trim_in_place(*parsed.name);
  parsed.slug = fields.text("new_slug");
  parsed.description = fields.text("description");
  parsed.methodology = fields.text("methodology");
  if (fields.error()) return *fields.error();
  if (body->contains("csv_data") && !parsed.csv_data) return bad("`csv_data` must be a string");
  if (body->contains("ecl") && !parsed.expression) return bad("`ecl` must be a string");
  if (!release) return bad("Missing keys: `coding_system_database_alias`");
  parsed.release = *release;
  if (parsed.codes && parsed.codes->empty()) return bad("No codes");
  return parsed;
}

}  // namespace codelog::api_v1
