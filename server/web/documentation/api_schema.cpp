#include "server/web/documentation/api_schema.h"

#include <set>

namespace codelog::web {
namespace {

using nlohmann::json;
using pages::Section;

// Deeper ones are schemas of their own.
constexpr std::size_t depth_max = 4;

std::string name_of(const json& reference) {
  const auto& target = reference.get_ref<const std::string&>();
  return target.substr(target.rfind('/') + 1);
}

std::string joined(const json& values, std::string_view between) {
  std::string text;
  for (const json& value : values) {
    if (!text.empty()) text += between;
    text += value.is_string() && between == " or " ? value.get<std::string>() : value.dump();
  }
  return text;
}

// A type in words, around the name of the schema that it is made of, if any.
struct TypeWords {
  std::string before;
  std::string schema;
  std::string after;
};

TypeWords type_words(const json& schema);

// "[string, "+" · "-"]"
std::string entries_words(const json& schema) {
  std::string text;
  for (const json& entry : schema["prefixItems"]) {
    text.append(text.empty() ? "[" : ", ").append(type_text(entry));
  }
  return text + "]";
}

TypeWords type_words(const json& schema) {
  if (const auto reference = schema.find("$ref"); reference != schema.end()) {
    return {{}, name_of(*reference), {}};
  }
  if (const auto values = schema.find("enum"); values != schema.end()) {
    return {joined(*values, " · "), {}, {}};
  }
  if (const auto value = schema.find("const"); value != schema.end())
    return {value->dump(), {}, {}};
  const auto type = schema.find("type");
  if (type == schema.end()) return {"any", {}, {}};
  if (type->is_array()) return {joined(*type, " or "), {}, {}};
  const auto& name = type->get_ref<const std::string&>();
  if (name == "array" && schema.contains("prefixItems")) return {entries_words(schema), {}, {}};
  if (name == "array" && schema.contains("items")) {
    TypeWords words = type_words(schema["items"]);
    words.before.insert(0, "array of ");
    return words;
  }
  if (name == "object" && schema.contains("additionalProperties") &&
      schema["additionalProperties"].is_object()) {
    TypeWords words = type_words(schema["additionalProperties"]);
    words.before.insert(0, "object of ");
    return words;
  }
  if (schema.contains("format")) return {schema["format"].get<std::string>(), {}, {}};
  return {name, {}, {}};
}

// "1 to 1,000", "at most 100,000"; empty without limits.
std::string limits_of(const json& schema) {
  const auto number = [&](const char* name) {
    const auto found = schema.find(name);
    return found == schema.end() ? std::string() : pages::grouped(found->get<std::uint64_t>());
  };
  std::string minimum = number("minimum");
  if (minimum == "0") minimum.clear();
  std::string maximum = number("maximum");
  if (maximum.empty()) maximum = number("maxItems");
  if (minimum.empty() && maximum.empty()) return {};
  if (maximum.empty()) return "at least " + minimum;
  return minimum.empty() ? "at most " + maximum : minimum + " to " + maximum;
}

bool is_required(const json& schema, const std::string& field) {
  const auto required = schema.find("required");
  if (required == schema.end()) return false;
  return std::ranges::find(*required, json(field)) != required->end();
}

// The object whose fields are shown below a field: its own schema, or that of its entries.
const json* nested_in(const json& schema, std::string& prefix) {
  if (schema.contains("properties")) {
    prefix += ".";
    return &schema;
  }
  if (!schema.contains("items") || !schema["items"].contains("properties")) return nullptr;
  prefix += "[].";
  return &schema["items"];
}

void add_fields_below(Section& place, const json& schema, const std::string& prefix,
                      std::size_t depth) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || depth > depth_max) return;
  for (const auto& [name, field] : properties->items()) {
    Section row = place.add("FIELD");
    row.set("NAME", prefix + name).set_and_show("LIMITS", limits_of(field));
    row.show_if(is_required(schema, name), "REQUIRED");
    row.set("MEANING", description_of(field));
    add_type(row, field);
    std::string below = prefix + name;
    if (const json* const nested = nested_in(field, below)) {
      add_fields_below(place, *nested, below, depth + 1);
    }
  }
}

// An enumeration whose values have descriptions.
bool has_named_values(const json& schema) {
  const auto values = schema.find("anyOf");
  return values != schema.end() && values->at(0).contains("const");
}

}  // namespace

std::string description_of(const json& described) {
  std::string text = described.value("description", "");
  std::erase(text, '`');
  return text;
}

std::string type_text(const json& schema) {
  const TypeWords words = type_words(schema);
  return words.before + words.schema + words.after;
}

void add_type(Section& place, const json& schema) {
  const TypeWords words = type_words(schema);
  Section type = place.include("TYPE", "_api_type.html");
  type.set("BEFORE", words.before).set("AFTER", words.after);
  type.set_and_show("SCHEMA", words.schema);
}

bool has_fields(const json& schema) {
  if (schema.contains("properties") || has_named_values(schema)) return true;
  return schema.contains("items") && schema["items"].contains("properties");
}

void add_fields(Section& place, const json& schema) {
  const bool is_list = schema.contains("items");
  add_fields_below(place, is_list ? schema["items"] : schema, is_list ? "[]." : "", 0);
  if (!has_named_values(schema)) return;
  for (const json& value : schema["anyOf"]) {
    Section row = place.add("FIELD");
    row.set("NAME", value.at("const").get<std::string>());
    row.set("MEANING", description_of(value));
  }
}

const json& resolve(const json& schema, const json& schemas) {
  const auto reference = schema.find("$ref");
  return reference == schema.end() ? schema : schemas.at(name_of(*reference));
}

nlohmann::ordered_json example_of(const json& named, const json& schemas) {
  const json& schema = resolve(named, schemas);
  if (schema.contains("examples")) return schema["examples"].at(0);
  if (schema.contains("enum")) return schema["enum"].at(0);
  const std::string type =
      schema.contains("type") && schema["type"].is_string() ? schema["type"] : json("string");
  if (type == "integer") return schema.value("minimum", 1);
  if (type == "boolean") return true;
  if (type == "array") {
    auto entries = nlohmann::ordered_json::array();
    if (schema.contains("items")) entries.push_back(example_of(schema["items"], schemas));
    return entries;
  }
  if (type != "object") return "…";
  auto object = nlohmann::ordered_json::object();
  for (const json& field : schema.value("required", json::array())) {
    object[field.get<std::string>()] =
        example_of(schema.at("properties").at(field.get<std::string>()), schemas);
  }
  return object;
}

}  // namespace codelog::web
