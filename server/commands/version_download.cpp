#include "server/commands/version_download.h"

#include "events/base/check.h"
#include "server/commands/code_column.h"
#include "server/commands/csv_table.h"
#include "server/commands/download_table.h"

namespace codelog::commands {
namespace {

constexpr std::string_view dmd_id = "dmd";

Result<void> add_vmps(const Site& site, const Views& views, DownloadTable& table) {
  const auto previous_vmps = open_previous_vmps(site.mappings, views);
  if (!previous_vmps) return previous_vmps.error();
  add_mapped_vmps(**previous_vmps, table);
  return {};
}

Result<std::string> download_of_table(const Site& site, const Views& views,
                                      const DownloadSource& source,
                                      const DownloadOptions& options) {
  const bool adds_vmps = source.system.id == dmd_id && !options.omit_mapped_vmps;
  if (!options.fixed_headers && !adds_vmps) return *source.table;
  const auto rows = read_csv(*source.table);
  if (!rows) return rows.error();
  const auto headers = options.fixed_headers ? TableHeaders::fixed : TableHeaders::all;
  auto made = make_download_table(source.system, *rows, headers);
  if (!made) return made.error();
  if (adds_vmps) {
    if (const auto added = add_vmps(site, views, *made); !added) return added.error();
  }
  return write_table(*made);
}

}  // namespace

bool has_code_header(const coding_systems::CodingSystemInfo& system, std::string_view table) {
  // Only the header counts; a quoted field in it may continue on the next line.
  std::string_view head = table;
  if (const auto line = head.substr(0, head.find('\n')); line.find('"') == std::string_view::npos)
    head = line;
  const auto rows = read_csv(head);
  return rows && !rows->empty() && find_column(rows->front().fields, system.code_headers);
}

Result<std::string> make_download(const Site& site, const Views& views,
                                  const DownloadSource& source, const DownloadOptions& options) {
  if (source.table) return download_of_table(site, views, source, options);
  CODELOG_CHECK(source.release != nullptr, "the download of codes needs their release");
  DownloadTable table;
  table.rows.reserve(source.codes.size() + 1);
  table.rows.push_back({"code", "term"});
  for (const events::CodeWithStatus& code : source.codes) {
    if (!base::is_included(code.status)) continue;
    table.rows.push_back({code.code, std::string(term_of(*source.release, code.code))});
  }
  if (source.system.id == dmd_id && options.include_mapped_vmps) {
    if (const auto added = add_vmps(site, views, table); !added) return added.error();
  }
  return write_table(table);
}

}  // namespace codelog::commands
