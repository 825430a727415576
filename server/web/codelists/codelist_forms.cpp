#include "server/web/codelists/codelist_forms.h"

#include <array>
#include <nlohmann/json.hpp>

#include "coding_systems/base/coding_system.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/commands/csv_table.h"
#include "server/commands/newest_release.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"
#include "server/commands/version_names.h"
#include "server/files/conversions.h"
#include "server/identity/idempotency.h"
#include "server/web/codelists/owner_choice.h"
#include "server/web/comparing/conversions_page.h"
#include "server/web/form_rows.h"
#include "server/web/versions/version_view.h"
#include "server/web/visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using commands::Commit;
using events::Owner;
using events::OwnerKind;
using projections::CodelistRecord;

std::string path_after(const Visit& visit, const Commit& commit) {
  const auto handle = identity::handle_after(visit.application().site(), commit);
  return handle ? commands::page_of(*handle) : "/";
}

bool can_be_mended(const Error& error) {
  return error.code == ErrorCode::invalid || error.code == ErrorCode::conflict ||
         error.code == ErrorCode::too_large || error.code == ErrorCode::not_found;
}

// The file's text. Errors: invalid, naming the field.
Result<std::string> file_of(const http::Form& form, const std::string& field) {
  const http::FormFile* const file = form.find_file(field);
  if (file == nullptr) {
    return base::field_error(ErrorCode::invalid, field, "choose the file with the codes");
  }
  const std::string_view text = base::without_byte_order_mark(file->content);
  if (!base::is_utf8(text)) {
    return base::field_error(ErrorCode::invalid, field,
                             "File could not be read. It must be a text file in CSV format, in the "
                             "UTF-8 encoding.");
  }
  if (text.empty()) {
    return base::field_error(ErrorCode::invalid, field, "The submitted file is empty.");
  }
  return std::string(text);
}

// Values "user:NAME" and "organisation:SLUG".
std::string value_of(const Owner& owner) {
  return std::string(events::to_string(owner.kind)) + ":" + owner.name;
}

Choices system_choices() {
  Choices choices;
  for (const auto& system : coding_systems::all_coding_systems()) {
    choices.emplace_back(system.id, system.name);
  }
  return choices;
}

Field file_field(std::string label, std::string hint = {}) {
  return {.kind = FieldKind::csv_file,
          .name = "csv_data",
          .label = std::move(label),
          .hint = std::move(hint),
          .is_required = false};
}

Field system_field(const http::Parameters& values) {
  return {.kind = FieldKind::choice,
          .name = "coding_system_id",
          .label = "Coding system *",
          .value = std::string(values.get("coding_system_id", "snomedct")),
          .choices = system_choices()};
}

// Shows the file's problems before it is sent. `kind` says what the form takes: "codes" or "table".
void add_upload_check(Form& form, std::string_view kind, std::string_view coding_system) {
  form.island = "upload-check";
  form.properties = nlohmann::json({{"kind", kind}, {"codingSystem", coding_system}}).dump();
}

Problems problem_of_new(const Error& error, const std::string& name) {
  if (error.code != ErrorCode::conflict) return Problems(error);
  return Problems("There is already a codelist called " + name);
}

// --- A new codelist, to build

http::Response new_codelist_page(const Visit& visit, const http::Parameters& values,
                                 const Problems& problems) {
  Form form{.action = std::string(visit.request().path()), .button = "Create"};
  add_upload_check(form, "codes", "");
  Choices owners = owner_choices(visit);
  if (owners.size() > 1) {
    form.fields.push_back({.kind = FieldKind::choice,
                           .name = "owner",
                           .label = "Owner",
                           .value = std::string(values.get("owner")),
                           .choices = std::move(owners)});
  }
  form.fields.push_back(
      {.name = "name", .label = "Codelist name *", .value = std::string(values.get("name"))});
  form.fields.push_back(system_field(values));
  form.fields.push_back({.kind = FieldKind::text_area,
                         .name = "codes",
                         .label = "Codes, one a line (optional)",
                         .value = std::string(values.get("codes")),
                         .hint = "Pasted from anywhere: a term behind a code does no harm.",
                         .is_required = false});
  form.fields.push_back(file_field("Or a CSV file with codes in the first column (optional)"));
  form.fields.push_back({.kind = FieldKind::radios,
                         .name = "csv_has_header",
                         .label = "Does the file begin with a header?",
                         .value = std::string(values.get("csv_has_header")),
                         .is_required = false,
                         .choices = {{"Yes", "Yes"}, {"No", "No"}}});
  return visit.form_page("Create a codelist", form, problems);
}

// A line's code ends at its first comma, semicolon, tab or pipe; a term may follow.
Result<std::vector<std::string>> codes_of_lines(std::string_view text) {
  std::vector<std::string> codes;
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view code =
        coding_systems::trim_unseen(row.substr(0, row.find_first_of(",;\t|")));
    if (code.empty()) continue;
    if (!commands::is_code(code)) {
      return base::field_error(
          ErrorCode::invalid, "codes",
          "Line " + std::to_string(line) + ": " + commands::shown(code) + " is not a code.");
    }
    codes.emplace_back(code);
  }
  return codes;
}

Result<commands::CreateCodelist> new_codelist_of(const Visit& visit, const http::Form& form) {
  commands::CreateCodelist command;
  const auto owner = chosen_owner(visit, form);
  if (!owner) return owner.error();
  command.owner = *owner;
  command.name = text_of(form, "name");
  command.coding_system = text_of(form, "coding_system_id");
  const std::string typed = text_of(form, "codes");
  const bool has_typed = !base::trim_unicode_space(typed).empty();
  const bool has_file = form.find_file("csv_data") != nullptr;
  if (has_typed && has_file) {
    return base::field_error(ErrorCode::invalid, "codes",
                             "The codes come either from this field or from a file.");
  }
  if (has_typed) {
    auto codes = codes_of_lines(typed);
    if (!codes) return codes.error();
    command.codes = std::move(*codes);
  }
  if (!has_file) return command;
  const auto text = file_of(form, "csv_data");
  if (!text) return text.error();
  const bool has_header = form.fields.get("csv_has_header") == "Yes";
  auto codes = files::codes_of_upload(has_header ? *text : "code\n" + *text);
  if (!codes) return codes.error();
  command.codes = std::move(*codes);
  return command;
}

// The owner's form of OpenCodelists: a draft, which the author then builds.
http::Response create_draft(const Visit& visit, const http::Form& form) {
  if (visit.path("username") != visit.actor().username) return visit.redirect("/");
  const auto command = new_codelist_of(visit, form);
  if (!command) return new_codelist_page(visit, form.fields, Problems(command.error()));
  const auto created = visit.application().codelists().create(visit.write(), *command);
  const auto version = created ? made_version(*created) : std::nullopt;
  if (version) return visit.redirect("/builder/" + base::version_hash(*version) + "/");
  if (!can_be_mended(created.error())) return refused(visit, created.error());
  return new_codelist_page(visit, form.fields, problem_of_new(created.error(), command->name));
}

// --- A new codelist from a table

struct Details {
  std::string name = {};
  std::string slug = {};
  std::string description = {};
  std::string methodology = {};
  std::vector<events::Reference> references = {};
  std::vector<events::SignOff> signoffs = {};
};

void add_detail_fields(Form& form, const Details& details) {
  form.fields.push_back({.kind = FieldKind::text_area,
                         .name = "description",
                         .label = "Description",
                         .value = details.description,
                         .hint = "A short summary, shown in lists and searches.",
                         .is_required = false});
  form.fields.push_back(
      {.kind = FieldKind::text_area,
       .name = "methodology",
       .label = "Methodology",
       .value = details.methodology,
       .hint = "How the codelist was made, and for what. You can use Markdown: # headings, lists, "
               "*emphasis*, [links](https://example.org).",
       .is_required = false,
       .is_markdown = true});
  form.sets = {reference_rows(details.references), signoff_rows(details.signoffs)};
}

Result<Details> details_of(const http::Form& form) {
  Details details{text_of(form, "name"),
                  text_of(form, "slug"),
                  text_of(form, "description"),
                  text_of(form, "methodology"),
                  {},
                  {}};
  auto references = references_of(form.fields);
  if (!references) return references.error();
  auto signoffs = signoffs_of(form.fields);
  if (!signoffs) return signoffs.error();
  details.references = std::move(*references).value_or(details.references);
  details.signoffs = std::move(*signoffs).value_or(details.signoffs);
  return details;
}

http::Response add_page_of(const Visit& visit, const http::Parameters& values,
                           const Problems& problems) {
  Form form{
      .action = std::string(visit.request().path()),
      .button = "Create",
      .fields = {
          {.name = "name", .label = "Codelist name *", .value = std::string(values.get("name"))},
          system_field(values),
          file_field("CSV file with a column titled code or dmd_id *")}};
  add_upload_check(form, "table", "");
  add_detail_fields(form, {.description = std::string(values.get("description")),
                           .methodology = std::string(values.get("methodology"))});
  return visit.form_page("New codelist from a table", form, problems);
}

http::Response create_from_table(const Visit& visit, const http::Form& form, const Owner& owner) {
  const auto details = details_of(form);
  const auto text = file_of(form, "csv_data");
  if (!details) return add_page_of(visit, form.fields, Problems(details.error()));
  if (!text) return add_page_of(visit, form.fields, Problems(text.error()));
  commands::CreateCodelist command;
  command.owner = owner;
  command.name = details->name;
  command.coding_system = text_of(form, "coding_system_id");
  command.description = details->description;
  command.methodology = details->methodology;
  command.references = details->references;
  command.signoffs = details->signoffs;
  command.csv_data = *text;
  command.table_rules.known = commands::KnownCodes::named;
  const auto created = visit.application().codelists().create(visit.write(), command);
  if (created) return visit.redirect(path_after(visit, *created));
  if (!can_be_mended(created.error())) return refused(visit, created.error());
  return add_page_of(visit, form.fields, problem_of_new(created.error(), command.name));
}

// --- Existing codelists

using CodelistAction =
    std::function<http::Response(const Visit&, const http::Form&, const CodelistRecord&)>;

http::Response on_codelist(const Visit& visit, const http::Form& form, OwnerKind kind,
                           const CodelistAction& action) {
  const auto codelist =
      visit.views().find_codelist({kind, std::string(visit.path("owner"))}, visit.path("slug"));
  if (!codelist) return visit.not_found();
  if (commands::can_edit(visit.views(), visit.actor(), *codelist)) {
    return action(visit, form, *codelist);
  }
  // For a form, OpenCodelists' answer.
  if (visit.request().method() == http::Method::post) return visit.redirect("/");
  pages::Template about("about_only.html");
  about.set("PATH", commands::page_of(codelist->handle()) + "-/");
  add_about(visit, about, *codelist);
  return visit.no_permission(
      "You can read this codelist. " + editors_of(visit.views(), *codelist) + " can change it.",
      codelist->handle().name, about.expand());
}

http::Response edit_page(const Visit& visit, const Details& shown, const Owner& owner,
                         const Problems& problems) {
  const std::string_view path = visit.request().path();
  Choices owners = owner_choices(visit);
  const std::string current = value_of(owner);
  if (std::ranges::find(owners, current, &Choices::value_type::first) == owners.end()) {
    owners.emplace_back(current, owner.name);
  }
  Form form{.action = std::string(path),
            .button = "Save",
            .fields = {{.name = "name", .label = "Name", .value = shown.name},
                       {.name = "slug", .label = "Name in addresses", .value = shown.slug},
                       {.kind = FieldKind::choice,
                        .name = "owner",
                        .label = "Owner",
                        .value = current,
                        .choices = std::move(owners)}}};
  add_detail_fields(form, shown);
  pages::Template content("edit.html");
  content.set("PROBLEMS", problems_html(form, problems)).set("FORM", visit.form(form, problems));
  content.set("CODELIST",
              std::string(path.substr(0, path.size() - std::string_view("edit/").size())));
  return visit.page("Edit the details", content.expand());
}

http::Response show_edit(const Visit& visit, const http::Form&, const CodelistRecord& codelist) {
  const projections::Handle& handle = codelist.handle();
  return edit_page(visit,
                   {handle.name, handle.slug, codelist.description.value_or(""),
                    codelist.methodology.value_or(""), codelist.references, codelist.signoffs},
                   handle.owner, {});
}

http::Response edit(const Visit& visit, const http::Form& form, const CodelistRecord& codelist) {
  const Owner current = codelist.handle().owner;
  const auto details = details_of(form);
  if (!details) {
    return edit_page(visit,
                     {text_of(form, "name"), text_of(form, "slug"), text_of(form, "description"),
                      text_of(form, "methodology"), codelist.references, codelist.signoffs},
                     current, Problems(details.error()));
  }
  // A field that the form does not mention stays.
  commands::ChangeDetails command;
  const auto take = [&](const char* field, const auto& value, auto& target) {
    if (form.fields.has(field)) target = value;
  };
  take("name", details->name, command.name);
  take("slug", details->slug, command.slug);
  take("description", details->description, command.description);
  take("methodology", details->methodology, command.methodology);
  take("reference-TOTAL_FORMS", details->references, command.references);
  take("signoff-TOTAL_FORMS", details->signoffs, command.signoffs);
  if (form.fields.has("owner")) {
    command.owner = parse_owner_value(form.fields.get("owner"));
    if (!command.owner) {
      return edit_page(visit, *details, current,
                       Problems("Select a valid choice. " + text_of(form, "owner") +
                                " is not one of the available choices."));
    }
  }
  const auto changed =
      visit.application().codelists().change_details(visit.write(), codelist.id, command);
  if (changed) {
    const auto now = visit.application().views().codelist(codelist.id);
    return visit.redirect(now ? commands::page_of(now->handle()) : "/");
  }
  if (!can_be_mended(changed.error())) return refused(visit, changed.error());
  return edit_page(visit, *details, current, Problems(changed.error()));
}

http::Response upload_page(const Visit& visit, const CodelistRecord& codelist,
                           const Problems& problems) {
  Form form{.action = std::string(visit.request().path()),
            .button = "Upload",
            .fields = {file_field("CSV file with a column titled code or dmd_id *")}};
  add_upload_check(form, "table", codelist.coding_system);
  return visit.form_page("Upload a version of " + codelist.handle().name, form, problems);
}

http::Response upload(const Visit& visit, const http::Form& form, const CodelistRecord& codelist) {
  const auto text = file_of(form, "csv_data");
  if (!text) return upload_page(visit, codelist, Problems(text.error()));
  const auto release = commands::newest_release(visit.application().site().log, visit.views(),
                                                codelist.coding_system);
  if (!release) {
    return upload_page(visit, codelist,
                       Problems("There is no release of this coding system on this site."));
  }
  commands::CreateVersion command;
  command.csv_data = *text;
  command.table_rules.known = commands::KnownCodes::named;
  command.release = release->alias;
  command.always_create_new_version = true;
  const auto created = visit.application().versions().create(visit.write(), codelist.id, command);
  if (created) return visit.redirect(path_after(visit, *created));
  if (!can_be_mended(created.error())) return refused(visit, created.error());
  return upload_page(visit, codelist, Problems(created.error()));
}

void add_owner_forms(http::Router& router, application::Application& application, OwnerKind kind,
                     const std::string& owner_pattern) {
  const auto owner_of = [kind](const Visit& visit) {
    return Owner{kind, std::string(visit.path("owner"))};
  };
  // An owner first, then whether the visitor may create for it.
  const auto check = [owner_of, kind](const Visit& visit) -> std::optional<http::Response> {
    if (!commands::check_owner(visit.views(), owner_of(visit))) return visit.not_found();
    if (commands::can_create_for(visit.views(), visit.actor(), owner_of(visit))) return {};
    if (visit.request().method() == http::Method::post) return visit.redirect("/");
    return visit.no_permission(
        kind == OwnerKind::organisation
            ? "Members of " + owner_name(visit.views(), owner_of(visit)) +
                  " create codelists for it; its administrators can add you."
            : "Only " + owner_of(visit).name + " creates codelists of this account.",
        "New codelist from a table");
  };
  add_page(router, application,
           {.pattern = owner_pattern + "add/",
            .get =
                [check](const Visit& visit) {
                  auto problem = check(visit);
                  return problem ? std::move(*problem) : add_page_of(visit, {}, {});
                },
            .post =
                [check, owner_of](const Visit& visit, const http::Form& form) {
                  auto problem = check(visit);
                  return problem ? std::move(*problem)
                                 : create_from_table(visit, form, owner_of(visit));
                },
            .body_bytes_max = upload_bytes_max});
  const auto codelist_page = [&](const char* name, const CodelistAction& show,
                                 const CodelistAction& act) {
    add_page(
        router, application,
        {.pattern = owner_pattern + "{slug:slug}/" + name,
         .get = [kind, show](const Visit& visit) { return on_codelist(visit, {}, kind, show); },
         .post = [kind, act](
                     const Visit& visit,
                     const http::Form& form) { return on_codelist(visit, form, kind, act); },
         .body_bytes_max = upload_bytes_max});
  };
  codelist_page("edit/", show_edit, edit);
  codelist_page(
      "upload-version/",
      [](const Visit& visit, const http::Form&, const CodelistRecord& codelist) {
        return upload_page(visit, codelist, {});
      },
      upload);
}

}  // namespace

void add_codelist_forms(http::Router& router, application::Application& application) {
  add_owner_forms(router, application, OwnerKind::organisation, "/codelist/{owner:slug}/");
  add_owner_forms(router, application, OwnerKind::user, "/codelist/user/{owner:slug}/");
  add_page(router, application,
           {.pattern = "/users/{username:slug}/new-codelist/",
            .get =
                [](const Visit& visit) {
                  if (visit.path("username") != visit.actor().username) {
                    return visit.redirect("/");
                  }
                  return new_codelist_page(visit, {}, {});
                },
            .post = create_draft,
            .body_bytes_max = upload_bytes_max});
}

}  // namespace codelog::web
