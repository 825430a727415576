#include "server/web/comparing/compare_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/base/client_detail.h"
#include "events/base/version_hash.h"
#include "server/commands/csv_writer.h"
#include "server/commands/version_names.h"
#include "server/files/compared_sides.h"
#include "server/http/urlencoded.h"
#include "server/web/codelists/owner_choice.h"
#include "server/web/comparing/named_side.h"
#include "server/web/comparing/region_words.h"
#include "server/web/pager.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::Result;
using files::ComparedSides;
using files::NamedSide;
using files::Region;
using files::SideMask;
using pages::Section;
using projections::VersionRecord;
using Sides = std::vector<std::string>;

constexpr std::size_t region_rows_per_page = 120;
constexpr std::size_t regions_with_rows = 3;
constexpr const char* compare_address = "/compare/";
constexpr const char* compare_title = "Compare codelists";
// Longer than any owner, name and moment.
constexpr std::size_t side_bytes_max = 600;

std::string query_of(const Sides& of) {
  std::string query;
  for (const std::string& side : of) {
    query += (query.empty() ? "?of=" : "&of=") + http::percent_encode(side);
  }
  return query;
}

Sides sides_asked(const http::Parameters& query) {
  const auto all = query.all("of");
  return {all.begin(), all.end()};
}

// The largest first.
std::vector<Region> regions_by_size(const ComparedSides& compared) {
  auto regions = compared.comparison.regions;
  std::ranges::stable_sort(regions, std::ranges::greater{}, &Region::codes_count);
  return regions;
}

std::size_t count_in(const ComparedSides& compared, SideMask region) {
  const auto& regions = compared.comparison.regions;
  const auto found = std::ranges::find(regions, region, &Region::in);
  return found == regions.end() ? 0 : found->codes_count;
}

std::string finding_of(const ComparedSides& compared) {
  const std::size_t sides_count = compared.names.size();
  const std::size_t all = compared.comparison.codes.size();
  const auto everywhere = static_cast<SideMask>((1u << sides_count) - 1u);
  const std::size_t shared = count_in(compared, everywhere);
  const std::string whole = sides_count == 2 ? "both" : "all " + std::to_string(sides_count);
  if (all == 0) return "None of these has any codes.";
  if (shared == all) return "All " + pages::counted(all, "code") + " are in " + whole + ".";
  std::string finding = (shared == 0 ? "None" : pages::grouped(shared)) + " of " +
                        pages::counted(all, "code") + (shared == 1 ? " is" : " are") + " in " +
                        whole;
  const auto regions = regions_by_size(compared);
  const auto other =
      std::ranges::find_if(regions, [&](const Region& region) { return region.in != everywhere; });
  return finding + "; " + pages::grouped(other->codes_count) +
         (other->codes_count == 1 ? " is " : " are ") + words_of_region(other->in, sides_count) +
         ".";
}

// --- The sides

void add_known_side(const Visit& visit, Section& side, const NamedSide& name,
                    std::size_t codes_count) {
  const auto& [codelist, version, as_of] = name;
  const events::Owner& owner = codelist.handle().owner;
  Section known = side.add("KNOWN");
  known.set("NAME", codelist.handle().name).set("VERSION", commands::tag_or_hash(version));
  known.set("PATH", version.status == events::VersionStatus::draft
                        ? "/builder/" + base::version_hash(version.id) + "/"
                        : commands::page_of(codelist, version));
  if (as_of) known.add("MOMENT").set("POSITION", pages::grouped(as_of->value()));
  known.set("OWNER", owner_name(visit.views(), owner));
  known.set("SYSTEM", system_name(codelist.coding_system))
      .set("RELEASE", release_title(visit.views(), version.release));
  known.set("CODES", pages::counted(codes_count, "code"));
  add_badge(known, version.status);
  side.set("LABEL", codelist.handle().name);
}

void add_sides(const Visit& visit, Section& page, const Sides& of, const ComparedSides* compared) {
  if (of.empty()) return;
  Section sides = page.add("SIDES");
  for (std::size_t i = 0; i < of.size(); ++i) {
    Sides others = of;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    Section side = sides.add("SIDE");
    side.set("LETTER", std::string(1, letter_of(i))).set("REMOVE", compare_path(others));
    if (compared == nullptr) {
      side.add("UNKNOWN").set("TEXT", of[i]);
      side.set("LABEL", of[i]);
      continue;
    }
    add_known_side(visit, side, compared->names[i], compared->comparison.sides[i]->codes.size());
  }
}

void add_field_for_side(Section& page, const Sides& of, const Problems& problems,
                        std::string_view typed) {
  if (of.size() >= files::compared_sides_max) return;
  Section add = page.add("ADD");
  for (const std::string& side : of) add.add("OF").set("OF", side);
  add.set("VALUE", typed).set_and_show("PROBLEM", problems.of("add"));
  add.show_if(of.size() < 2, "FOCUS");
}

// A single side is most often compared with another version of its codelist.
void add_suggestions(const Visit& visit, Section& page, const Sides& of,
                     const ComparedSides& compared) {
  const auto& [codelist, shown, as_of] = compared.names.front();
  const bool sees_all = sees_all_versions(visit, codelist);
  std::optional<Section> suggestions;
  const auto versions = visit.views().versions_of(codelist.id);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->id == shown.id) continue;
    if (!sees_all && version->status != events::VersionStatus::published) continue;
    if (!suggestions) {
      suggestions = page.add("SUGGESTIONS");
      suggestions->set("NAME", codelist.handle().name);
    }
    Sides with = of;
    with.push_back(base::version_hash(version->id));
    suggestions->add("VERSION")
        .set("PATH", compare_path(with))
        .set("WORDS", commands::tag_or_hash(*version));
  }
}

// --- The regions and their rows

// What src/stores/comparison.ts describes.
std::string compare_props(const Sides& of, const ComparedSides& compared) {
  nlohmann::json sides = nlohmann::json::array();
  for (std::size_t i = 0; i < of.size(); ++i) {
    const NamedSide& name = compared.names[i];
    sides.push_back({{"of", of[i]},
                     {"letter", std::string(1, letter_of(i))},
                     {"name", name.codelist.handle().name},
                     {"version", commands::tag_or_hash(name.version)},
                     {"codesCount", compared.comparison.sides[i]->codes.size()}});
  }
  nlohmann::json regions = nlohmann::json::array();
  for (const Region& region : regions_by_size(compared)) {
    regions.push_back({{"letters", letters_of(region.in)},
                       {"words", words_of_region(region.in, of.size())},
                       {"codesCount", region.codes_count}});
  }
  return nlohmann::json({{"sides", sides}, {"regions", regions}}).dump();
}

std::string region_path(const Sides& of, SideMask region) {
  return compare_path(of) + "&region=" + letters_of(region);
}

Section add_region_rows(Section& result, const ComparedSides& compared, const Region& region,
                        const Pager& pager) {
  Section rows = result.add("ROWS");
  const std::string words = words_of_region(region.in, compared.names.size());
  rows.set("TITLE", "Codes " + words).set("MARK", letters_of(region.in));
  rows.set("COUNT", pages::counted(region.codes_count, "code"));
  std::size_t number = 0;
  for (const files::ComparedCode& code : compared.comparison.codes) {
    if (code.in != region.in) continue;
    if (number >= pager.after()) break;
    if (number++ < pager.first()) continue;
    rows.add("ROW").set("CODE", code.code).set("TERM", term_of(compared.comparison, code));
  }
  return rows;
}

void add_all_rows(const Visit& visit, Section& result, const Sides& of,
                  const ComparedSides& compared) {
  const auto asked = region_named(visit.request().query().get("region"), of.size());
  std::size_t shown = 0;
  for (const Region& region : regions_by_size(compared)) {
    Section row = result.add("REGION");
    row.set("PATH", region_path(of, region.in)).set("WORDS", words_of_region(region.in, of.size()));
    row.set("COUNT", pages::grouped(region.codes_count));
    row.set("SHARE", share_of(region.codes_count, compared.comparison.codes.size()));
    row.show_if(asked == region.in, "HERE");
    if (asked ? *asked != region.in : ++shown > regions_with_rows) continue;
    if (!asked) {
      Section rows =
          add_region_rows(result, compared, region, {region.codes_count, region_rows_per_page, 1});
      if (region.codes_count > region_rows_per_page) {
        rows.set_and_show("ALL", region_path(of, region.in));
      }
      continue;
    }
    const Pager pager = pager_of(visit.request(), region.codes_count, region_rows_per_page);
    Section rows = add_region_rows(result, compared, region, pager);
    std::vector<std::pair<std::string, std::string>> parameters;
    for (const std::string& side : of) parameters.emplace_back("of", side);
    parameters.emplace_back("region", letters_of(region.in));
    add_pager(rows, pager, parameters);
  }
}

// --- A new list

Choices operations_on(std::size_t sides_count) {
  std::string all_or;
  std::string all_and;
  for (std::size_t i = 0; i < sides_count; ++i) {
    all_or += (i > 0 ? " ∪ " : "") + std::string(1, letter_of(i));
    all_and += (i > 0 ? " ∩ " : "") + std::string(1, letter_of(i));
  }
  Choices choices = {{"union", all_or + ": in any of them"},
                     {"intersection", all_and + ": in all of them"}};
  for (std::size_t i = 0; i < sides_count; ++i) {
    std::string label(1, letter_of(i));
    for (std::size_t other = 0; other < sides_count; ++other) {
      if (other != i) label += std::string(" − ") + letter_of(other);
    }
    choices.emplace_back(std::string("difference-") + letter_of(i),
                         label + ": only in " + letter_of(i));
  }
  return choices;
}

Form new_list_form(const Visit& visit, const Sides& of, const http::Parameters& values) {
  Form form{.action = compare_address, .button = "Make the draft"};
  for (const std::string& side : of) {
    form.fields.push_back({.kind = FieldKind::hidden, .name = "of", .value = side});
  }
  form.fields.push_back({.kind = FieldKind::choice,
                         .name = "operation",
                         .label = "Codes",
                         .value = std::string(values.get("operation")),
                         .choices = operations_on(of.size())});
  form.fields.push_back(
      {.name = "name", .label = "Name", .value = std::string(values.get("name"))});
  Choices owners = owner_choices(visit);
  if (owners.size() > 1) {
    form.fields.push_back({.kind = FieldKind::choice,
                           .name = "owner",
                           .label = "Owner",
                           .value = std::string(values.get("owner")),
                           .choices = std::move(owners)});
  }
  return form;
}

void add_new_list(const Visit& visit, Section& result, const Sides& of,
                  const http::Parameters& values, const Problems& problems) {
  if (!visit.visitor()) {
    result.add("GUEST").set("LOGIN",
                            "/accounts/login/?next=" + http::percent_encode(compare_path(of)));
    return;
  }
  const Form form = new_list_form(visit, of, values);
  result.set("FORM", visit.form(form, problems)).set("PROBLEMS", problems_html(form, problems));
  result.show_if(!problems.empty(), "OPEN");
}

// --- The page

// For sides that are not even shown: the page grows with the square of their bytes.
std::optional<http::Response> refuse_sides(const Visit& visit, const Sides& of) {
  if (of.size() > files::compared_sides_max) {
    return visit.page(400, compare_title,
                      "A comparison has at most " + std::to_string(files::compared_sides_max) +
                          " sides. Remove " +
                          std::to_string(of.size() - files::compared_sides_max) + ".");
  }
  if (std::ranges::any_of(of, [](auto& side) { return side.size() > side_bytes_max; })) {
    return visit.page(400, compare_title, "The address of a side is too long to be one.");
  }
  return std::nullopt;
}

Result<ComparedSides> compared_in(const Visit& visit, const Sides& of) {
  const auto place = visit.application().begin_long_read();
  if (!place) return place.error();
  return files::compare_sides(visit.application().site(), visit.views(), of);
}

// "B names no version: …"
std::string sentence_of(const base::Error& error) {
  if (error.fields.empty()) return base::client_detail(error);
  const base::FieldError& field = error.fields.front();
  const char digit = field.field.back();
  const bool names_side = field.field.starts_with("of/") && digit >= '0' && digit <= '7';
  return (names_side ? std::string(1, letter_of(static_cast<std::size_t>(digit - '0'))) + " "
                     : std::string()) +
         field.detail;
}

http::Response show_comparison(const Visit& visit, const Sides& of, const http::Parameters& values,
                               const Problems& problems) {
  pages::Template content("compare.html");
  int status = 200;
  const Result<ComparedSides> compared =
      of.empty() ? Result<ComparedSides>(ComparedSides()) : compared_in(visit, of);
  content.show_if(of.empty(), "NONE");
  add_sides(visit, content, of, compared ? &*compared : nullptr);
  add_field_for_side(content, of, problems, values.get("add"));
  if (!compared) {
    content.set_and_show("PROBLEM", sentence_of(compared.error()));
    status = http::http_status(compared.error().code);
  } else if (of.size() == 1) {
    add_suggestions(visit, content, of, *compared);
  } else if (of.size() > 1) {
    content.add("RESULT_ACTIONS").set("CSV", "/compare/download.csv" + query_of(of));
    Section result = content.add("RESULT");
    result.set("FINDING", finding_of(*compared)).set("PROPS", compare_props(of, *compared));
    add_all_rows(visit, result, of, *compared);
    add_new_list(visit, result, of, values, problems);
  }
  http::Response response = visit.page({.status = status,
                                        .title = compare_title,
                                        .has_own_heading = true,
                                        .width = pages::Width::wide},
                                       content.expand());
  if (!compared) note_fault(compared.error(), response);
  return response;
}

// The sides for the operation, and the operation; a difference takes its first side from all
// others.
std::optional<files::SetOperation> operation_named(std::string_view name, Sides& of) {
  if (name == "union") return files::SetOperation::unite;
  if (name == "intersection") return files::SetOperation::intersect;
  constexpr std::string_view difference = "difference-";
  if (!name.starts_with(difference) || name.size() != difference.size() + 1) return std::nullopt;
  const auto side = static_cast<std::size_t>(name.back() - 'A');
  if (name.back() < 'A' || side >= of.size()) return std::nullopt;
  std::rotate(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(side),
              of.begin() + static_cast<std::ptrdiff_t>(side + 1));
  return files::SetOperation::subtract;
}

// The newest of the sides' releases.
std::string release_for(const projections::Views& views, const ComparedSides& compared) {
  std::string newest;
  std::string newest_day;
  for (const NamedSide& side : compared.names) {
    const auto release = views.release(side.version.release);
    if (!release || (!newest.empty() && release->valid_from <= newest_day)) continue;
    newest = release->alias;
    newest_day = release->valid_from;
  }
  return newest;
}

Result<base::VersionId> make_draft(const Visit& visit, const http::Form& form, Sides of) {
  if (of.size() < 2) {
    return base::Error{base::ErrorCode::invalid, "A new list needs two sides or more.", {}};
  }
  const auto operation = operation_named(form.fields.get("operation"), of);
  if (!operation) {
    return base::field_error(base::ErrorCode::invalid, "operation", "is none of the choices");
  }
  const auto owner = chosen_owner(visit, form);
  if (!owner) return owner.error();
  const auto compared = compared_in(visit, of);
  if (!compared) return compared.error();
  commands::CreateCodelist command;
  command.owner = *owner;
  command.name = text_of(form, "name");
  command.coding_system = compared->names.front().codelist.coding_system;
  command.release = release_for(visit.views(), *compared);
  const auto taken = files::take_combination(visit.views(), *compared, *operation, command);
  if (!taken) return taken.error();
  if (command.codes->empty()) {
    return base::field_error(base::ErrorCode::invalid, "operation", "gives no codes");
  }
  const auto made = visit.application().codelists().create(visit.write(), command);
  if (!made) return made.error();
  const auto draft = made_version(*made);
  CODELOG_CHECK(draft.has_value(), "a new codelist has a version");
  return *draft;
}

}  // namespace

std::string compare_path(const std::vector<std::string>& of) {
  return compare_address + query_of(of);
}

http::Response compare_page(const Visit& visit) {
  const http::Parameters query = visit.request().query();
  Sides of = sides_asked(query);
  if (auto refused = refuse_sides(visit, of)) return std::move(*refused);
  const std::string_view typed = query.get("add");
  if (typed.empty()) return show_comparison(visit, of, query, {});
  const auto side = side_named_by(visit.views(), typed);
  if (!side) {
    return show_comparison(
        visit, of, query,
        Problems("add",
                 "Nothing here is called that. Paste the address of a codelist's "
                 "page, or type a version's hash."));
  }
  of.push_back(*side);
  return http::redirect(302, compare_path(of));
}

http::Response combine_sides(const Visit& visit, const http::Form& form) {
  const Sides of = sides_asked(form.fields);
  if (auto refused = refuse_sides(visit, of)) return std::move(*refused);
  const auto draft = make_draft(visit, form, of);
  if (draft) return visit.redirect("/builder/" + base::version_hash(*draft) + "/");
  return show_comparison(visit, of, form.fields, Problems(draft.error()));
}

http::Response compared_csv(const Visit& visit) {
  const http::Parameters query = visit.request().query();
  const Sides of = sides_asked(query);
  if (auto refused = refuse_sides(visit, of)) return std::move(*refused);
  const auto region = region_named(query.get("region"), of.size());
  if (of.size() < 2 || (query.has("region") && !region)) {
    return visit.page(400, compare_title,
                      "The address must name two to eight sides (of=), "
                      "and at most one region of them (region=AB).");
  }
  const auto compared = compared_in(visit, of);
  if (!compared) {
    http::Response response = visit.page(http::http_status(compared.error().code), compare_title,
                                         sentence_of(compared.error()));
    note_fault(compared.error(), response);
    return response;
  }
  std::vector<std::string> row = {"code", "term"};
  for (const NamedSide& side : compared->names) {
    row.push_back(side.codelist.handle().name + " " + commands::tag_or_hash(side.version));
  }
  std::string text;
  commands::append_csv_row(row, text);
  for (const files::ComparedCode& code : compared->comparison.codes) {
    if (region && code.in != *region) continue;
    row[0] = code.code;
    row[1] = term_of(compared->comparison, code);
    for (std::size_t i = 0; i < of.size(); ++i) row[i + 2] = has_side(code.in, i) ? "1" : "";
    commands::append_csv_row(row, text);
  }
  http::Response response = http::csv(std::move(text), "comparison.csv");
  response.add("Cache-Control", "private, no-cache");
  return response;
}

}  // namespace codelog::web
