#include "server/web/documentation/api_reference.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "events/base/text.h"
#include "server/pages/markdown.h"
#include "server/web/documentation/api_schema.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using nlohmann::json;
using pages::Section;

// Of the roles that the table of permissions knows.
constexpr std::size_t roles_count = 7;

// What the examples write for a parameter of a path: variables of the shell, as in the
// documentation.
std::string path_example(const std::string& name) {
  static const std::map<std::string, std::string> examples = {
      {"alias", "$release"}, {"owner_kind", "user"},   {"owner", "ada"},  {"slug", "asthma"},
      {"hash", "$hash"},     {"other", "$other"},      {"id", "$search"}, {"code", "$code"},
      {"username", "bob"},   {"position", "$position"}};
  const auto found = examples.find(name);
  return found == examples.end() ? "$" + name : found->second;
}

// One operation of the document.
struct Operation {
  std::string path;
  std::string method;
  const json* definition = nullptr;
  std::string id() const { return definition->at("operationId"); }
};

class Reference {
 public:
  explicit Reference(const json& document)
      : document_(document), schemas_(document.at("components").at("schemas")) {}

  pages::Html html() const {
    pages::Template page("api.html");
    page.set("INTRODUCTION",
             pages::markdown(document_.at("info").at("description").get<std::string>()));
    std::size_t count = 0;
    for (const json& tag : document_.at("tags")) {
      const std::string title = tag.at("name");
      const std::vector<Operation> operations = operations_of(title);
      count += operations.size();
      Section group = page.add("GROUP");
      group.set("TITLE", title).set("ID", "group-" + base::slugify(title));
      group.set("COUNT", pages::grouped(operations.size()));
      for (const Operation& operation : operations) add_operation(group, operation);
    }
    page.set("OPERATIONS", pages::counted(count, "operation"));
    page.set("SCHEMAS", pages::grouped(schemas_.size()));
    for (const auto& [name, schema] : schemas_.items()) add_schema(page, name, schema);
    return page.expand();
  }

 private:
  std::vector<Operation> operations_of(const std::string& tag) const {
    static constexpr std::array<const char*, 5> methods = {"get", "post", "put", "patch", "delete"};
    std::vector<Operation> operations;
    for (const auto& [path, definitions] : document_.at("paths").items()) {
      for (const char* method : methods) {
        const auto found = definitions.find(method);
        if (found == definitions.end() || found->at("tags").at(0) != tag) continue;
        operations.push_back({path, base::ascii_upper(method), &*found});
      }
    }
    return operations;
  }

  void add_schema(Section& page, const std::string& name, const json& schema) const {
    Section row = page.add("SCHEMA");
    row.set("NAME", name).set("MEANING", description_of(schema));
    if (has_fields(schema)) {
      Section fields = row.add("FIELDS");
      fields.set("WORDS", name);
      add_fields(fields, schema);
    } else {
      Section value = row.add("VALUE");
      value.set("WORDS", type_text(schema));
      add_type(value, schema);
    }
  }

  void add_operation(Section& group, const Operation& operation) const {
    const json& definition = *operation.definition;
    Section row = group.add("OPERATION");
    row.set("ID", operation.id()).set("PATH", operation.path);
    row.set("METHOD", operation.method).set("STYLE", base::ascii_lower(operation.method));
    row.set("SUMMARY", definition.at("summary").get<std::string>());
    row.set("ROLES", roles_words(definition.at("x-roles")));
    add_parameters(row, definition);
    if (definition.contains("requestBody")) add_body(row, definition["requestBody"]);
    add_answers(row, definition.at("responses"));
    row.set("EXAMPLE", example_command(operation));
  }

  static std::string roles_words(const json& roles) {
    if (roles.size() == roles_count) return "anyone";
    if (roles.size() == roles_count - 1) return "anyone who is logged in";
    std::string words;
    for (const json& role : roles) {
      if (!words.empty()) words += ", ";
      words += role.get<std::string>();
    }
    return words;
  }

  static void add_parameters(Section& row, const json& definition) {
    const json parameters = definition.value("parameters", json::array());
    if (parameters.empty()) return;
    Section shown = row.add("PARAMETERS");
    for (const json& parameter : parameters) {
      Section field = shown.add("FIELD");
      field.set("NAME", parameter.at("name").get<std::string>());
      field.set("IN", parameter.at("in").get<std::string>());
      field.show_if(parameter.value("required", false), "REQUIRED");
      field.set("MEANING", description_of(parameter));
      add_type(field, parameter.at("schema"));
    }
  }

  void add_body(Section& row, const json& body) const {
    const json& named = body.at("content").at("application/json").at("schema");
    const json& schema = resolve(named, schemas_);
    Section shown = row.add("BODY");
    shown.show_if(!body.value("required", true), "OPTIONAL");
    shown.set("MEANING", description_of(schema));
    add_type(shown, named);
    if (!has_fields(schema)) return;
    Section fields = shown.add("FIELDS");
    add_fields(fields, schema);
  }

  void add_answers(Section& row, const json& responses) const {
    for (const auto& [status, response] : responses.items()) {
      const bool is_success = status.starts_with('2');
      if (!is_success) {
        Section error = row.add("ERROR");
        error.set("STATUS", status == "default" ? "others" : status);
        error.set("MEANING", description_of(response));
        continue;
      }
      for (const auto& [media_type, content] : response.at("content").items()) {
        Section answer = row.add("ANSWER");
        answer.set("STATUS", status).set("MEDIA_TYPE", media_type);
        const std::string meaning = description_of(response);
        answer.set_and_show("MEANING", meaning == "Done." ? "" : meaning);
        const json& named = content.at("schema");
        add_type(answer, named);
        const json& schema = resolve(named, schemas_);
        if (!has_fields(schema)) continue;
        Section fields = answer.add("FIELDS");
        add_fields(fields, schema);
      }
    }
  }

  // A command for a shell in which the variables are set.
  std::string example_command(const Operation& operation) const {
    const json& definition = *operation.definition;
    std::string target = operation.path;
    std::string query;
    for (const json& parameter : definition.value("parameters", json::array())) {
      const std::string name = parameter.at("name");
      if (parameter.at("in") == "path") {
        target.replace(target.find("{" + name + "}"), name.size() + 2, path_example(name));
      } else if (parameter.at("in") == "query" && parameter.at("schema").contains("examples")) {
        query += (query.empty() ? "?" : "&") + name + "=";
        query += example_of(parameter["schema"], schemas_).dump();
      }
    }
    std::erase(query, '"');
    std::string command = "curl -sS";
    if (definition.contains("security")) command += " -H \"Authorization: Token $token\"";
    const auto& contents = definition.at("responses").begin().value().at("content");
    if (contents.size() > 1) command += " -H 'Accept: application/json'";
    if (operation.method != "GET") command += " -X " + operation.method;
    command += " \\\n  \"$site" + target + query + "\"";
    if (!definition.contains("requestBody")) return command;
    const json& schema =
        definition["requestBody"].at("content").at("application/json").at("schema");
    command += " \\\n  -H 'Content-Type: application/json' \\\n  -d '";
    return command.append(example_of(schema, schemas_).dump()).append("'");
  }

  const json& document_;
  const json& schemas_;
};

}  // namespace

void add_api_reference(http::Router& router, application::Application& application,
                       const json& openapi) {
  // It never changes, and making it takes long.
  const auto content = std::make_shared<const pages::Html>(Reference(openapi).html());
  add_page(router, application, {.pattern = "/api/", .get = [content](const Visit& visit) {
                                   return visit.page(
                                       {.title = "API",
                                        .has_own_heading = true,
                                        .description = "Every operation of the native API: its "
                                                       "parameters, its fields, who may use it, "
                                                       "and an example with curl.",
                                        .canonical = visit.address_of("/api/"),
                                        .width = pages::Width::wide},
                                       *content);
                                 }});
}

}  // namespace codelog::web
