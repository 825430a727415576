// Converts codelists: old-style ones to new style, and BNF codelists to dm+d.
#include <filesystem>
#include <memory>

#include "events/base/file.h"
#include "events/base/text.h"
#include "server/commands/csv_table.h"
#include "server/commands/csv_writer.h"
#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using commands::CsvRow;

struct CodelistOptions {
  CommonOptions common;
  std::string codelist;
  std::string file;
};

int convert(const CodelistOptions& options) {
  return finish(run_operation(options.common, "codelist.convert", {{"codelist", options.codelist}}),
                options.common, [](const Json& made) {
                  return "new version under review, with " +
                         format_count(made.value("codes", std::uint64_t{0})) +
                         " codes: " + made.value("page", "") + "\n";
                });
}

// --- BNF to dm+d

// The last part of a URL's path: a version's tag or hash.
std::string last_part(std::string_view url) {
  url = base::trim_unicode_space(url.substr(0, url.find_first_of("?#")));
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url.substr(url.rfind('/') + 1));
}

Result<std::size_t> url_column(const CsvRow& header) {
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    if (base::ascii_lower(base::trim_unicode_space(header.fields[i])) == "url") return i;
  }
  return Error{ErrorCode::invalid, "the first row has no column named url", {}};
}

struct ConvertedRow {
  std::string bnf;
  std::string dmd;
  bool is_created = false;
  std::string comment;
};

ConvertedRow converted_row(const CsvRow& row, std::string url, const Result<Json>& outcome) {
  ConvertedRow converted{std::move(url), "", false, ""};
  if (outcome) {
    converted.dmd = outcome->value("page", "");
    converted.is_created = true;
  } else if (outcome.error().code == ErrorCode::not_found) {
    converted.comment = "BNF version not found (input file row " + std::to_string(row.number) + ")";
  } else {
    converted.comment = outcome.error().detail;
  }
  return converted;
}

std::string csv_of(const std::vector<ConvertedRow>& rows) {
  std::string csv;
  commands::append_csv_row({"BNF version", "dm+d codelist", "created", "comments"}, csv);
  for (const ConvertedRow& row : rows) {
    commands::append_csv_row({row.bnf, row.dmd, row.is_created ? "True" : "False", row.comment},
                             csv);
  }
  return csv;
}

// "lists.csv" gives "lists_converted.csv", beside it.
std::filesystem::path result_file(const std::filesystem::path& file) {
  return file.parent_path() / (file.stem().string() + "_converted.csv");
}

Result<Json> convert_all(const CodelistOptions& options) {
  const auto text = base::read_file(options.file);
  if (!text) return text.error();
  const auto table = commands::read_csv(*text);
  if (!table) return table.error();
  if (table->empty()) return Error{ErrorCode::invalid, options.file + " is empty", {}};
  const auto column = url_column(table->front());
  if (!column) return column.error();
  auto site = SiteAccess::open(options.common.folder());
  if (!site) return site.error();
  ProgressLine progress;
  std::vector<ConvertedRow> rows;
  std::uint64_t created_count = 0;
  for (std::size_t i = 1; i < table->size(); ++i) {
    const CsvRow& row = (*table)[i];
    progress.show("converting", i - 1, table->size() - 1);
    std::string url = *column < row.fields.size() ? row.fields[*column] : "";
    if (url.empty()) continue;
    const auto outcome = site->run("codelist.convert_bnf", {{"version", last_part(url)}});
    // The other rows would fail for the same reason.
    if (!outcome && outcome.error().code == ErrorCode::unavailable) return outcome.error();
    rows.push_back(converted_row(row, std::move(url), outcome));
    created_count += rows.back().is_created ? 1 : 0;
  }
  progress.clear();
  const auto file = result_file(options.file);
  const auto written = base::write_file_durably(file, csv_of(rows));
  if (!written) return written.error();
  return Json{{"file", file.string()}, {"rows", rows.size()}, {"created", created_count}};
}

int convert_bnf(const CodelistOptions& options) {
  return finish(convert_all(options), options.common, [](const Json& made) {
    return format_count(made.value("created", std::uint64_t{0})) + " of " +
           format_count(made.value("rows", std::uint64_t{0})) + " versions converted; see " +
           made.value("file", "") + "\n";
  });
}

}  // namespace

void add_codelist_commands(Command program) {
  Command group = program.add_group(
      {"codelist", "Conversions and imports of codelists.",
       "codelog codelist convert example/asthma\ncodelog codelist convert-bnf versions.csv"});
  {
    Command command = group.add_command(
        {"convert",
         "Make a new-style version, under review, with the codes of a codelist's newest version, "
         "which is an uploaded table. New-style versions can be edited code by code.",
         "codelog codelist convert example/asthma\ncodelog codelist convert user/alice/asthma"});
    // The parser fills the options; the action reads them.
    auto options = std::make_shared<CodelistOptions>();
    command
        .add_option("NAME", options->codelist, "The codelist: ORGANISATION/SLUG or user/NAME/SLUG")
        .required();
    add_data_options(command, options->common);
    add_json_option(command, options->common);
    command.set_action([options] { return convert(*options); });
  }
  add_codelist_import_command(group);
  Command command = group.add_command(
      {"convert-bnf",
       "Convert BNF versions to dm+d codelists of the same owners, and publish these. Reads the "
       "column url of a CSV file, with the addresses of the versions (or only their hashes). "
       "Writes FILE_converted.csv beside it: for each version the dm+d codelist, whether it was "
       "made, and if not, why.",
       "codelog codelist convert-bnf versions.csv"});
  auto options = std::make_shared<CodelistOptions>();  // as above
  command.add_option("FILE", options->file, "The CSV file").required().existing_file();
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return convert_bnf(*options); });
}

}  // namespace codelog::tools
