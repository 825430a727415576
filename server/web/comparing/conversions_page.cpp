#include "server/web/comparing/conversions_page.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/client_detail.h"
#include "events/base/text.h"
#include "server/files/conversions.h"
#include "server/files/escaped_formulas.h"
#include "server/http/multipart.h"

namespace codelog::web {
namespace {

using base::ErrorCode;
using base::Result;
using files::Conversion;

struct Choice {
  std::string_view value;
  std::string_view label;
};

constexpr std::array<Choice, 4> coding_systems = {
    Choice{"snomedct", "SNOMED CT"}, Choice{"ctv3", "CTV3 (Read V3)"}, Choice{"bnf", "BNF"},
    Choice{"dmd", "Dictionary of Medicines and Devices"}};
constexpr std::string_view page_title = "Convert codes";
constexpr std::string_view full = "full";
constexpr std::string_view to_codes_only = "to-codes-only";
constexpr std::string_view unmapped = "unmapped";
constexpr std::array<Choice, 3> types = {
    Choice{full, "Full mapping: each code with its result, and both terms"},
    Choice{to_codes_only, "Converted codes only"},
    Choice{unmapped, "Codes without a mapping, which neither of the other files contains"}};

// The form's selection.
struct Chosen {
  std::string from = "snomedct";
  std::string to = "ctv3";
  std::string type = std::string(full);
  std::string formulas = {};  // "escaped", or nothing
};

template <std::size_t count>
std::string_view label_of(const std::array<Choice, count>& choices, std::string_view value) {
  const auto found = std::ranges::find(choices, value, &Choice::value);
  return found == choices.end() ? value : found->label;
}

// A field with the systems on this side of some conversion.
Field system_field(std::string name, std::string label, std::string chosen,
                   std::string_view files::ConversionDirection::*side) {
  const auto directions = files::conversion_directions();
  Field field{.kind = FieldKind::choice,
              .name = std::move(name),
              .label = std::move(label),
              .value = std::move(chosen)};
  for (const Choice& system : coding_systems) {
    if (std::ranges::find(directions, system.value, side) == directions.end()) continue;
    field.choices.emplace_back(system.value, system.label);
  }
  return field;
}

Field type_field(std::string chosen) {
  Field field{
      .kind = FieldKind::radios, .name = "type", .label = "Download", .value = std::move(chosen)};
  for (const Choice& type : types) field.choices.emplace_back(type.value, type.label);
  return field;
}

std::string directions_sentence() {
  std::string out;
  for (const auto& direction : files::conversion_directions()) {
    out += out.empty() ? "" : "; ";
    out += label_of(coding_systems, direction.from);
    out += " to ";
    out += label_of(coding_systems, direction.to);
  }
  return "Possible conversions: " + out + ".";
}

pages::Html form_content(const Chosen& chosen, const Problems& problems) {
  using files::ConversionDirection;
  const Form form{
      .action = "/conversions/",
      .button = "Convert",
      .fields = {system_field("from_coding_system_id", "From", chosen.from,
                              &ConversionDirection::from),
                 system_field("to_coding_system_id", "To", chosen.to, &ConversionDirection::to),
                 {.kind = FieldKind::csv_file,
                  .name = "csv_data",
                  .label = "CSV file",
                  .hint = "With a header, and a code in the first column of each row below it."},
                 type_field(chosen.type),
                 {.kind = FieldKind::checkbox,
                  .name = "formulas",
                  .label = "Formulas",
                  .value = chosen.formulas,
                  .is_required = false,
                  .choices = {{"escaped",
                               "For a spreadsheet: cells that it would take for formulas get an "
                               "apostrophe"}}}},
      .sentence = directions_sentence()};
  pages::Template content("form_page.html");
  content.set("PROBLEMS", problems_html(form, problems)).set("FORM", form_html(form, {}, problems));
  return content.expand();
}

struct Upload {
  Chosen chosen;
  std::string file_name;
  std::vector<std::string> codes;
};

Result<void> read_choices(const http::Parameters& fields, Chosen& chosen) {
  chosen = {std::string(fields.get("from_coding_system_id")),
            std::string(fields.get("to_coding_system_id")), std::string(fields.get("type")),
            std::string(fields.get("formulas"))};
  for (const auto& [field, value] : {std::pair{"from_coding_system_id", &chosen.from},
                                     std::pair{"to_coding_system_id", &chosen.to}}) {
    if (std::ranges::find(coding_systems, *value, &Choice::value) == coding_systems.end()) {
      return base::field_error(ErrorCode::invalid, field,
                               "must be one of snomedct, ctv3, bnf, dmd");
    }
  }
  if (std::ranges::find(types, chosen.type, &Choice::value) == types.end()) {
    return base::field_error(ErrorCode::invalid, "type",
                             "must be one of full, to-codes-only, unmapped");
  }
  if (!chosen.formulas.empty() && !files::asks_for_escaped_formulas(chosen.formulas)) {
    return base::field_error(ErrorCode::invalid, "formulas", "must be escaped, or be left out");
  }
  return {};
}

// Reads whatever it can, because a refused form is shown again as it was filled in.
Result<void> read_upload(const http::Request& request, Upload& upload) {
  const auto form = http::parse_multipart(request);
  if (!form) return form.error();
  if (auto read = read_choices(form->fields, upload.chosen); !read) return read;
  const http::FormFile* const file = form->find_file("csv_data");
  if (file == nullptr) {
    return base::field_error(ErrorCode::invalid, "csv_data", "choose the file with the codes");
  }
  upload.file_name = file->file_name;
  auto codes = files::codes_of_upload(file->content);
  if (!codes) return codes.error();
  upload.codes = std::move(*codes);
  return {};
}

// The file's name without its last extension, shortened so that our suffix fits in any file system.
// Leading dots stay, as in Python.
std::string stem_of(std::string_view file_name) {
  constexpr std::size_t stem_bytes_max = 200;
  const std::size_t dot = file_name.find_last_of('.');
  if (dot != std::string_view::npos && file_name.find_first_not_of('.') < dot) {
    file_name = file_name.substr(0, dot);
  }
  return std::string(base::utf8_prefix(file_name, stem_bytes_max));
}

http::Response download(const Conversion& conversion, const Upload& upload) {
  const auto answer = [&](std::string csv, const std::string& suffix) {
    if (!upload.chosen.formulas.empty()) csv = files::escape_formulas(csv);
    return http::csv(std::move(csv), stem_of(upload.file_name) + suffix);
  };
  if (upload.chosen.type == full) {
    return answer(files::full_conversion_csv(conversion), "-mapping.csv");
  }
  if (upload.chosen.type == unmapped) {
    return answer(files::unmapped_codes_csv(conversion), "-unmapped.csv");
  }
  return answer(files::converted_codes_csv(conversion),
                "-" + std::string(conversion.direction.to) + ".csv");
}

// With the form's names for the fields.
Problems problems_of(base::Error error) {
  for (base::FieldError& field : error.fields) {
    if (field.field == "to" || field.field == "from") field.field += "_coding_system_id";
  }
  return Problems(error);
}

http::Response refused(const Visit& visit, const Chosen& chosen, const base::Error& error) {
  const int status = http::http_status(error.code);
  http::Response response = visit.page({.status = status, .title = std::string(page_title)},
                                       form_content(chosen, problems_of(error)));
  if (status == 503) response.add("Retry-After", "60");
  response.log_detail = error.detail;
  return response;
}

}  // namespace

http::Response conversions_page(const Visit& visit) {
  return visit.page(page_title, form_content({}, {}));
}

http::Response convert_upload(const Visit& visit) {
  Upload upload;
  if (const auto read = read_upload(visit.request(), upload); !read) {
    return refused(visit, upload.chosen, read.error());
  }
  const auto conversion = files::convert_codes(visit.application().site(), visit.views(),
                                               upload.chosen.from, upload.chosen.to, upload.codes);
  if (!conversion) return refused(visit, upload.chosen, conversion.error());
  return download(*conversion, upload);
}

}  // namespace codelog::web
