#include "server/web/form.h"

#include <algorithm>

#include "events/base/client_detail.h"

namespace codelog::web {
namespace {

using pages::Section;

// "must not be empty" continues the name of its field; others are sentences.
bool is_sentence(std::string_view detail) {
  return detail.find(' ') != std::string_view::npos && detail.ends_with('.');
}

void add_options(Section& place, const Field& field) {
  for (const auto& [value, label] : field.choices) {
    Section option = place.add("OPTION");
    option.set("OPTION_VALUE", value).set("OPTION_LABEL", label);
    option.show_if(value == field.value, "CHOSEN");
  }
}

std::string described_by(const Field& field, std::string_view problem) {
  std::string ids;
  if (!field.hint.empty()) ids += "hint_" + field.name;
  if (!problem.empty()) ids += (ids.empty() ? "error_" : " error_") + field.name;
  return ids;
}

void add_field(Section& set, const Field& field, std::string_view problem) {
  Section row = set.add("FIELD");
  row.set("NAME", field.name).set("LABEL", field.label).set("VALUE", field.value);
  row.set("TYPE", field.type);
  row.show_if(field.is_required, "REQUIRED");
  if (field.kind == FieldKind::hidden || field.kind == FieldKind::account) {
    row.show(field.kind == FieldKind::hidden ? "HIDDEN" : "ACCOUNT");
    return;
  }
  row.set_and_show("ERROR", problem);
  if (field.kind == FieldKind::radios || field.kind == FieldKind::checkbox) {
    Section place = row.add(field.kind == FieldKind::radios ? "RADIOS" : "CHECKBOX");
    add_options(place, field);
    return;
  }
  Section shown = row.add("SHOWN");
  shown.set_and_show("HINT", field.hint).set_and_show("ERROR", problem);
  const auto control = [&](std::string_view kind) {
    Section place = shown.add(kind);
    place.set_and_show("DESCRIBED", described_by(field, problem));
    place.set_and_show("AUTOCOMPLETE", field.autocomplete).set_and_show("ERROR", problem);
    place.show_if(field.is_required, "REQUIRED");
    return place;
  };
  if (field.kind == FieldKind::text) control("TEXT");
  if (field.kind == FieldKind::text_area) {
    control("AREA");
    shown.show_if(field.is_markdown, "PREVIEW");
  }
  if (field.kind == FieldKind::csv_file) control("FILE");
  if (field.kind == FieldKind::choice) {
    Section select = control("SELECT");
    add_options(select, field);
  }
}

const Field* find_field(const Form& form, std::string_view name) {
  if (name.empty()) return nullptr;
  const auto in = [&](const std::vector<Field>& fields) -> const Field* {
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() || found->kind == FieldKind::hidden ? nullptr : &*found;
  };
  if (const Field* field = in(form.fields)) return field;
  for (const FieldSet& set : form.sets) {
    if (const Field* field = in(set.fields)) return field;
  }
  return nullptr;
}

}  // namespace

Problems::Problems(std::string sentence) { problems_.push_back({{}, std::move(sentence)}); }

Problems::Problems(std::string field, std::string sentence) {
  problems_.push_back({std::move(field), std::move(sentence)});
}

Problems::Problems(const base::Error& error) {
  for (const base::FieldError& field : error.fields) {
    problems_.push_back({field.field, field.detail});
  }
  if (problems_.empty()) problems_.push_back({{}, base::client_detail(error)});
}

std::string_view Problems::of(std::string_view field) const {
  const auto found = std::ranges::find(problems_, field, &Problem::field);
  return field.empty() || found == problems_.end() ? std::string_view() : found->detail;
}

pages::Html form_html(const Form& form, std::string_view token, const Problems& problems,
                      bool is_off) {
  pages::Template page("form.html");
  page.set("ACTION", form.action).set("BUTTON", form.button).set_and_show("TOKEN", token);
  page.set_and_show("SENTENCE", form.sentence);
  page.set_and_show("BUTTON_LABEL", form.button_label);
  page.show_if(form.is_inline, "INLINE").show_if(form.is_destructive, "DANGER");
  page.show_if(form.is_inline && !form.is_destructive, "QUIET");
  page.show_if(is_off, "OFF");
  if (!form.island.empty()) {
    page.add("ISLAND").set("ISLAND", form.island).set("PROPS", form.properties);
  }
  bool has_files = false;
  const auto add_set = [&](const std::string& legend, const std::vector<Field>& fields) {
    if (fields.empty()) return;
    Section set = page.add("SET");
    set.set_and_show("LEGEND", legend);
    for (const Field& field : fields) {
      add_field(set, field, problems.of(field.name));
      has_files = has_files || field.kind == FieldKind::csv_file;
    }
  };
  add_set({}, form.fields);
  for (const FieldSet& set : form.sets) add_set(set.legend, set.fields);
  page.show_if(has_files, "FILES");
  return page.expand();
}

pages::Html problems_html(const Form& form, const Problems& problems) {
  if (problems.empty()) return {};
  pages::Template page("problems.html");
  for (const auto& [name, detail] : problems.all()) {
    const Field* const field = find_field(form, name);
    Section problem = page.add("PROBLEM");
    problem.set("FIELD", name);
    const std::string& label = field ? field->label : name;
    problem.set("SENTENCE", name.empty() || is_sentence(detail) ? detail : label + ": " + detail);
    problem.show(field ? "LINK" : "PLAIN");
  }
  return page.expand();
}

}  // namespace codelog::web
