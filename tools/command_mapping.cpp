// Reports on mappings.
#include <memory>

#include "events/base/file.h"
#include "server/commands/csv_writer.h"
#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Result;

struct MappingOptions {
  CommonOptions common;
  std::string file;
};

Result<Json> write_unmapped(const MappingOptions& options) {
  auto site = SiteAccess::open(options.common.folder());
  if (!site) return site.error();
  std::string csv;
  commands::append_csv_row({"code", "term"}, csv);
  std::uint64_t count = 0;
  std::string release;
  Json after = std::uint64_t{0};
  while (!after.is_null()) {
    const auto page = site->run("mapping.unmapped", {{"after", after}});
    if (!page) return page.error();
    for (const Json& code : (*page)["codes"]) {
      commands::append_csv_row({code.value("code", ""), code.value("term", "")}, csv);
      ++count;
    }
    release = page->value("release", "");
    after = (*page)["next"];
  }
  const auto written = base::write_file_durably(options.file, csv);
  if (!written) return written.error();
  return Json{{"file", options.file}, {"release", release}, {"codes", count}};
}

int unmapped(const MappingOptions& options) {
  return finish(write_unmapped(options), options.common, [](const Json& made) {
    return format_count(made.value("codes", std::uint64_t{0})) + " codes of " +
           made.value("release", "") +
           " without a mapping to SNOMED CT: " + made.value("file", "") + "\n";
  });
}

}  // namespace

void add_mapping_commands(Command program) {
  Command group = program.add_group(
      {"mapping", "The mappings between coding systems.", "codelog mapping unmapped unmapped.csv"});
  Command command = group.add_command(
      {"unmapped",
       "Write the codes of the newest CTV3 release that the mapping to SNOMED CT does not map, as "
       "a CSV file with the columns code and term.",
       "codelog mapping unmapped unmapped.csv"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<MappingOptions>();
  command.add_option("FILE", options->file, "The file to write; an existing one is replaced")
      .required();
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return unmapped(*options); });
}

}  // namespace codelog::tools
