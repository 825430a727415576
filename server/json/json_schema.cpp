#include "server/json/json_schema.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::json {
namespace {

using base::FieldError;
using nlohmann::json;

constexpr std::size_t errors_max = 20;
constexpr std::string_view reference_prefix = "#/components/schemas/";

bool has_type(const json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  CODELOG_CHECK(type == "null", "a schema of unknown type " + type);
  return value.is_null();
}

const char* article(const std::string& type) {
  return type == "integer" || type == "object" || type == "array" ? "an " : "a ";
}

std::string join_path(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

class Checker {
 public:
  explicit Checker(const json& schemas) : schemas_(schemas) {}

  std::vector<FieldError> errors;

  void check(const json& given, const json& value, const std::string& path) {
    const json& schema = resolve(given);
    check_keywords(schema);
    if (errors.size() >= errors_max) return;
    if (schema.contains("anyOf")) return check_any_of(schema.at("anyOf"), value, path);
    if (!check_type(schema, value, path) || !check_choice(schema, value, path)) return;
    if (value.is_string()) check_length(schema, value, path);
    if (value.is_number()) check_range(schema, value, path);
    if (value.is_object()) check_object(schema, value, path);
    if (value.is_array()) check_array(schema, value, path);
  }

 private:
  const json& resolve(const json& schema) const {
    const auto reference = schema.find("$ref");
    if (reference == schema.end()) return schema;
    const std::string& text = reference->get_ref<const std::string&>();
    CODELOG_CHECK(text.starts_with(reference_prefix), "a schema reference elsewhere: " + text);
    const auto found = schemas_.find(text.substr(reference_prefix.size()));
    CODELOG_CHECK(found != schemas_.end(), "a schema reference to nothing: " + text);
    return resolve(*found);
  }

  static void check_keywords(const json& schema) {
    constexpr std::array<std::string_view, 22> known = {"type",          "enum",
                                                        "const",         "properties",
                                                        "required",      "items",
                                                        "prefixItems",   "minItems",
                                                        "maxItems",      "additionalProperties",
                                                        "minProperties", "minLength",
                                                        "maxLength",     "minimum",
                                                        "maximum",       "anyOf",
                                                        "description",   "examples",
                                                        "default",       "format",
                                                        "title",         "contentMediaType"};
    for (const auto& [keyword, unused] : schema.items()) {
      const bool is_known = std::find(known.begin(), known.end(), keyword) != known.end();
      CODELOG_CHECK(is_known, "a schema keyword that is not checked: " + keyword);
    }
  }

  void add(const std::string& path, std::string detail) {
    if (errors.size() < errors_max) errors.push_back({path, std::move(detail)});
  }

  bool check_type(const json& schema, const json& value, const std::string& path) {
    const auto found = schema.find("type");
    if (found == schema.end()) return true;
    std::string wanted;
    for (const json& type : found->is_array() ? *found : json::array({*found})) {
      const std::string& name = type.get_ref<const std::string&>();
      if (has_type(value, name)) return true;
      wanted += (wanted.empty() ? article(name) : " or " + std::string(article(name))) + name;
    }
    add(path, "must be " + wanted);
    return false;
  }

  bool check_choice(const json& schema, const json& value, const std::string& path) {
    const auto constant = schema.find("const");
    if (constant != schema.end() && *constant != value) {
      add(path, "must be " + constant->dump());
      return false;
    }
    const auto choices = schema.find("enum");
    if (choices == schema.end()) return true;
    if (std::find(choices->begin(), choices->end(), value) != choices->end()) return true;
    std::string list;
    for (const json& choice : *choices) list += (list.empty() ? "" : ", ") + choice.dump();
    add(path, "must be one of " + list);
    return false;
  }

  static std::size_t bound(const json& schema, const char* keyword, std::size_t otherwise) {
    const auto found = schema.find(keyword);
    return found == schema.end() ? otherwise : found->get<std::size_t>();
  }

  void check_length(const json& schema, const json& value, const std::string& path) {
    const std::size_t minimum = bound(schema, "minLength", 0);
    const std::size_t maximum = bound(schema, "maxLength", SIZE_MAX);
    if (minimum == 0 && maximum == SIZE_MAX) return;
    const std::size_t size = base::count_code_points(value.get_ref<const std::string&>());
    const std::string suffix = " characters (it has " + std::to_string(size) + ")";
    if (size < minimum) add(path, "must have at least " + std::to_string(minimum) + suffix);
    if (size > maximum) add(path, "must have at most " + std::to_string(maximum) + suffix);
  }

  void check_range(const json& schema, const json& value, const std::string& path) {
    const auto minimum = schema.find("minimum");
    if (minimum != schema.end() && value < *minimum) {
      add(path, "must be at least " + minimum->dump());
    }
    const auto maximum = schema.find("maximum");
    if (maximum != schema.end() && value > *maximum) {
      add(path, "must be at most " + maximum->dump());
    }
  }

  void check_object(const json& schema, const json& value, const std::string& path) {
    const json nothing = json::object();
    const auto found = schema.find("properties");
    const json& properties = found == schema.end() ? nothing : *found;
    const auto required = schema.find("required");
    if (required != schema.end()) {
      for (const json& name : *required) {
        if (!value.contains(name)) add(join_path(path, name), "is required");
      }
    }
    if (value.size() < bound(schema, "minProperties", 0)) add(path, "must not be empty");
    const auto others = schema.find("additionalProperties");
    for (const auto& [name, member] : value.items()) {
      const auto property = properties.find(name);
      if (property != properties.end()) {
        check(*property, member, join_path(path, name));
      } else if (others != schema.end() && others->is_object()) {
        check(*others, member, join_path(path, name));
      } else if (others != schema.end() && !others->get<bool>()) {
        add(join_path(path, name), "is not a field of this request");
      }
    }
  }

  void check_array(const json& schema, const json& value, const std::string& path) {
    if (value.size() < bound(schema, "minItems", 0)) {
      add(path, "must have at least " + std::to_string(bound(schema, "minItems", 0)) + " entries");
    }
    if (value.size() > bound(schema, "maxItems", SIZE_MAX)) {
      add(path, "must have at most " + schema.at("maxItems").dump() + " entries (it has " +
                    std::to_string(value.size()) + ")");
      return;
    }
    const auto prefix = schema.find("prefixItems");
    const std::size_t prefix_size = prefix == schema.end() ? 0 : prefix->size();
    const auto items = schema.find("items");
    // Most values are codes in long lists, so a path is built only for a fault.
    static const json plain_string = {{"type", "string"}};
    const bool are_strings = items != schema.end() && *items == plain_string;
    for (std::size_t i = 0; i < value.size() && errors.size() < errors_max; ++i) {
      const bool is_in_prefix = i < prefix_size;
      if (!is_in_prefix && items == schema.end()) break;
      if (!is_in_prefix && are_strings && value[i].is_string()) continue;
      check(is_in_prefix ? prefix->at(i) : *items, value[i], path + "[" + std::to_string(i) + "]");
    }
  }

  void check_any_of(const json& choices, const json& value, const std::string& path) {
    std::vector<FieldError> fewest;
    for (const json& choice : choices) {
      Checker attempt(schemas_);
      attempt.check(choice, value, path);
      if (attempt.errors.empty()) return;
      if (fewest.empty() || attempt.errors.size() < fewest.size()) fewest = attempt.errors;
    }
    for (FieldError& error : fewest) add(error.field, std::move(error.detail));
  }

  const json& schemas_;
};

}  // namespace

std::vector<FieldError> check_schema(const json& schema, const json& schemas, const json& value) {
  Checker checker(schemas);
  checker.check(schema, value, "");
  return std::move(checker.errors);
}

}  // namespace codelog::json
