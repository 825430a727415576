#include "server/web/versions/builder_forms.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "events/base/client_detail.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/application/pages.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"
#include "server/commands/version_names.h"
#include "server/json/json_reader.h"
#include "server/json/json_writer.h"
#include "server/web/versions/version_pages.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using codelog::json::JsonStyle;
using codelog::json::JsonWriter;
using Json = nlohmann::json;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t description_characters_max = 500;

struct Draft {
  CodelistRecord codelist;
  VersionRecord version;
  std::string path;  // of its builder
};

// --- Finding the draft

http::Response bad_request(const Visit& visit, std::string_view sentence) {
  return visit.page(400, application::error_title(400), sentence);
}

using DraftAction = std::function<http::Response(const Visit&, const http::Form&, const Draft&)>;

// In OpenCodelists' order: the draft, then who may change it.
FormAction on_draft(DraftAction action) {
  return [action = std::move(action)](const Visit& visit, const http::Form& form) {
    const auto id = base::parse_version_hash(visit.path("hash"));
    auto version = id ? visit.views().version(*id) : std::nullopt;
    if (!version) return visit.not_found();
    auto codelist = visit.views().codelist_of(*version);
    if (version->status != events::VersionStatus::draft) {
      return visit.redirect(commands::page_of(codelist, *version));
    }
    if (!commands::can_edit_draft(visit.views(), visit.actor(), codelist, *version)) {
      return visit.redirect("/");
    }
    std::string path = "/builder/" + base::version_hash(version->id) + "/";
    return action(visit, form, {std::move(codelist), std::move(*version), std::move(path)});
  };
}

// --- Searching

std::string length_problem(std::string_view kind, const char* bound, std::size_t limit,
                           std::size_t length) {
  return std::string(kind) + ": Ensure this value has " + bound + " " + std::to_string(limit) +
         " characters (it has " + std::to_string(length) + ").";
}

// In OpenCodelists' words; empty for a search that may be tried.
std::string problem_with_search(const std::string& text, bool is_code) {
  if (base::slugify(text).empty()) return "\"" + text + "\" is not a valid search term";
  const std::size_t length = base::count_code_points(text);
  const std::string_view kind = is_code ? "code" : "term";
  const std::size_t most = is_code ? commands::code_characters_max : commands::term_characters_max;
  if (!is_code && length < commands::term_characters_min) {
    return length_problem(kind, "at least", commands::term_characters_min, length);
  }
  if (length > most) return length_problem(kind, "at most", most, length);
  return {};
}

std::string search_path(const Draft& draft, base::SearchId id, std::string_view slug) {
  // Django leaves the colon of "code:…" as it is.
  const bool is_code = slug.starts_with("code:");
  const std::string shown =
      is_code ? "code:" + http::percent_encode(slug.substr(5)) : http::percent_encode(slug);
  return draft.path + "search/" + std::to_string(id.value()) + "/" + shown + "/";
}

http::Response add_search(const Visit& visit, const http::Form& form, const Draft& draft) {
  if (!form.fields.has("search")) return bad_request(visit, "The field search is missing.");
  if (!form.fields.has("search-type"))
    return bad_request(visit, "The field search-type is missing.");
  const std::string text(base::trim_unicode_space(form.fields.get("search")));
  const bool is_code = form.fields.get("search-type") == "code";
  if (const std::string problem = problem_with_search(text, is_code); !problem.empty()) {
    return visit.redirect(draft.path, problem, Message::problem);
  }
  commands::AddSearch search;
  search.kind = is_code ? events::SearchKind::code : events::SearchKind::term;
  search.text = text;
  const auto added =
      visit.application().drafts().add_search(visit.write(), draft.version.id, search);
  if (!added) {
    const bool is_clients =
        added.error().code == ErrorCode::invalid || added.error().code == ErrorCode::too_large;
    if (!is_clients) return refused(visit, added.error());
    return visit.redirect(draft.path, added.error().detail, Message::problem);
  }
  const auto record = visit.application().views().search(draft.version.id, added->id);
  return visit.redirect(record ? search_path(draft, added->id, record->search.slug) : draft.path);
}

http::Response remove_search(const Visit& visit, const http::Form&, const Draft& draft) {
  std::uint32_t number = 0;
  const std::string_view digits = visit.path("id");
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return visit.not_found();
  const base::SearchId id(number);
  if (!visit.views().search(draft.version.id, id)) return visit.not_found();
  const auto removed =
      visit.application().drafts().remove_search(visit.write(), draft.version.id, id);
  if (!removed) return refused(visit, removed.error());
  const std::string slug(visit.path("slug"));
  return visit.redirect(draft.path,
                        "Search for \"" + slug + "\" deleted. Any codes matching \"" + slug +
                            "\" that do not match any other search term and which are not "
                            "included in the codelist have been removed");
}

// --- The draft's life

http::Response save_for_review(const Visit& visit, const Draft& draft) {
  const auto saved =
      visit.application().versions().save_for_review(visit.write(), draft.version.id);
  if (saved) {
    return visit.redirect(commands::page_of(draft.codelist, draft.version),
                          "A new version has been saved for review");
  }
  if (saved.error().code != ErrorCode::conflict) return refused(visit, saved.error());
  return visit.redirect(commands::page_of(draft.codelist.handle()), saved.error().detail,
                        Message::problem);
}

http::Response discard(const Visit& visit, const Draft& draft) {
  const auto discarded = visit.application().versions().discard(visit.write(), draft.version.id);
  if (!discarded) return refused(visit, discarded.error());
  const bool is_codelist_left = visit.application().views().codelist(draft.codelist.id).has_value();
  return visit.redirect(is_codelist_left ? commands::page_of(draft.codelist.handle())
                                         : "/users/" + visit.actor().username + "/",
                        "Your changes have been discarded");
}

http::Response act(const Visit& visit, const http::Form& form, const Draft& draft) {
  const std::string_view action = form.fields.get("action");
  if (action == "save-for-review") return save_for_review(visit, draft);
  if (action == "discard") return discard(visit, draft);
  if (action == "save-draft") {
    return visit.redirect(commands::page_of(draft.codelist.handle()),
                          "Your changes have been saved");
  }
  return bad_request(visit, "The field action must be save-for-review, save-draft or discard.");
}

// --- Updates by the page's script

struct Update {
  std::vector<events::CodeWithStatus> updates;
  std::optional<commands::ChangeDetails> details;
};

Error wrong(std::string field, const char* what) {
  return base::field_error(ErrorCode::invalid, std::move(field), what);
}

// [[code, status]…]; a status other than + and - clears.
Result<void> read_updates(const Json& json, std::vector<events::CodeWithStatus>& updates) {
  if (!json.is_array()) return wrong("updates", "must be a list");
  for (const Json& pair : json) {
    const bool is_pair =
        pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string();
    if (!is_pair) return wrong("updates", "must have pairs of a code and a status");
    const std::string& status = pair[1].get_ref<const std::string&>();
    updates.push_back({pair[0].get<std::string>(), status == "+"   ? base::CodeStatus::included
                                                   : status == "-" ? base::CodeStatus::excluded
                                                                   : base::CodeStatus::unresolved});
  }
  return {};
}

Result<void> read_text(const Json& json, const char* field, std::optional<std::string>& text) {
  if (!json.contains(field)) return {};
  if (json[field].is_null()) {
    text = "";
    return {};
  }
  if (!json[field].is_string()) return wrong(field, "must be a text");
  text = json[field].get<std::string>();
  return {};
}

Result<void> read_references(const Json& json, std::vector<events::Reference>& references) {
  if (!json.is_array()) return wrong("references", "must be a list");
  for (const Json& reference : json) {
    const bool is_good = reference.is_object() && reference.size() == 2 &&
                         reference.contains("text") && reference["text"].is_string() &&
                         reference.contains("url") && reference["url"].is_string();
    if (!is_good) return wrong("references", "must have objects with text and url");
    references.push_back(
        {reference["text"].get<std::string>(), reference["url"].get<std::string>()});
  }
  return {};
}

Result<Update> read_update(const Json& json) {
  Update update;
  if (!json.is_object()) return Error{ErrorCode::invalid, "The body must be a JSON object.", {}};
  if (json.contains("updates")) {
    if (const auto read = read_updates(json["updates"], update.updates); !read) {
      return read.error();
    }
  }
  commands::ChangeDetails details;
  if (const auto read = read_text(json, "description", details.description); !read) {
    return read.error();
  }
  if (const auto read = read_text(json, "methodology", details.methodology); !read) {
    return read.error();
  }
  if (json.contains("references")) {
    details.references.emplace();
    const auto read = read_references(json["references"], *details.references);
    if (!read) return read.error();
  }
  if (details.description || details.methodology || details.references) {
    update.details = std::move(details);
  }
  return update;
}

// Paragraphs with line breaks, escaped.
std::string html_of(std::string_view text) {
  std::string html;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    std::string lines = pages::escape_html(text.substr(0, end));
    for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 4) {
      lines.replace(at, 1, "<br>");
    }
    if (!html.empty()) html += "\n\n";
    html += "<p>" + lines + "</p>";
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return html;
}

void write_prose(JsonWriter& json, const char* name, const std::optional<std::string>& text,
                 const char* help, bool has_limit) {
  json.key(name).begin_object().field("text", text).field("html", html_of(text.value_or("")));
  json.field("help_text", help);
  if (has_limit) {
    json.key("max_length");
    const bool is_longer = base::count_code_points(text.value_or("")) > description_characters_max;
    is_longer ? json.null() : json.value(std::uint64_t{description_characters_max});
  }
  json.end_object();
}

std::string update_answer(const Json& request, const std::optional<CodelistRecord>& codelist) {
  JsonWriter json(JsonStyle::python);
  json.begin_object().key("updates").begin_array();
  if (request.contains("updates")) {
    for (const Json& pair : request["updates"]) {
      json.begin_array().value(pair[0].get_ref<const std::string&>());
      json.value(pair[1].get_ref<const std::string&>()).end_array();
    }
  }
  json.end_array();
  if (codelist) {
    json.key("metadata").begin_object();
    write_prose(json, "description", codelist->description,
                "A short summary, which searches show with the name.", true);
    write_prose(json, "methodology", codelist->methodology,
                "How the codelist was made, and for what. May use Markdown.", false);
    json.key("references").begin_array();
    for (const events::Reference& reference : codelist->references) {
      json.begin_object().field("text", reference.text).field("url", reference.url).end_object();
    }
    json.end_array().end_object();
  }
  json.end_object();
  return json.take();
}

// OpenCodelists ignores codes that the draft does not have.
std::vector<events::CodeWithStatus> updates_of_the_draft(
    const Visit& visit, const Draft& draft, const std::vector<events::CodeWithStatus>& updates) {
  const auto codes = visit.views().codes(draft.version.id);
  std::vector<events::CodeWithStatus> known;
  for (const events::CodeWithStatus& update : updates) {
    const auto found =
        std::ranges::lower_bound(codes, update.code, {}, &events::CodeWithStatus::code);
    if (found != codes.end() && found->code == update.code) known.push_back(update);
  }
  return known;
}

http::Response refused_update(const Error& error) {
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("error", base::client_detail(error)).end_object();
  http::Response response = http::json_text(http::http_status(error.code), json.take());
  note_fault(error, response);
  return response;
}

http::Response update(const Visit& visit, const http::Form&, const Draft& draft) {
  const auto body =
      codelog::json::parse_json(visit.request().body, codelog::json::DuplicateKeys::refused);
  if (!body) return refused_update(body.error());
  const auto update = read_update(*body);
  if (!update) return refused_update(update.error());
  // First the details, which may be refused.
  std::optional<CodelistRecord> codelist;
  if (update->details) {
    const auto changed = visit.application().codelists().change_details(
        visit.write(), draft.codelist.id, *update->details);
    if (!changed) return refused_update(changed.error());
    codelist = visit.application().views().codelist(draft.codelist.id);
  }
  const auto updates = updates_of_the_draft(visit, draft, update->updates);
  if (!updates.empty()) {
    commands::ChangeStatuses command;
    command.updates = updates;
    // The last write wins, as in OpenCodelists.
    command.base_position = visit.views().checkpoint();
    const auto changed =
        visit.application().drafts().change_statuses(visit.write(), draft.version.id, command);
    if (!changed) return refused_update(changed.error());
  }
  return http::json_text(200, update_answer(*body, codelist));
}

}  // namespace

void add_builder_forms(http::Router& router, application::Application& application) {
  const std::string base = "/builder/{hash}/";
  const auto post = [&](const std::string& pattern, DraftAction action) {
    add_page(router, application, {.pattern = pattern, .post = on_draft(std::move(action))});
  };
  for (const char* page : {"", "no-search-term/", "search/{id:digits}/{slug}/"}) {
    add_page(router, application,
             {.pattern = base + page, .get = builder_page, .post = on_draft(act)});
  }
  post(base + "update/", update);
  post(base + "search/", add_search);
  post(base + "search/{id:digits}/{slug}/delete/", remove_search);
}

}  // namespace codelog::web
