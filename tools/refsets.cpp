#include "tools/refsets.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "coding_systems/importing/text_source.h"
#include "coding_systems/importing/windows_1252.h"
#include "events/base/text.h"
#include "server/commands/csv_table.h"
#include "server/commands/csv_writer.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using commands::CsvRow;

constexpr std::string_view table_start = "gpdata_cluster_refset_1000230_";
constexpr std::size_t block_bytes = 1 << 16;
// Best first, in lower case.
constexpr std::array<std::string_view, 4> code_titles = {"conceptid", "snomed_code", "snomedcode",
                                                         "code"};
constexpr std::array<std::string_view, 2> name_titles = {"cluster_description", "cluster_name"};

Result<coding_systems::ZipMember> choose_table(const coding_systems::ZipArchive& archive) {
  std::optional<coding_systems::ZipMember> chosen;
  for (const coding_systems::ZipMember& member : archive.members()) {
    std::string name = base::ascii_lower(member.name);
    name.erase(0, name.rfind('/') + 1);
    if (!name.starts_with(table_start) || !name.ends_with(".csv")) continue;
    if (chosen) {
      return Error{
          ErrorCode::invalid,
          archive.name() + " has two tables of refsets: " + chosen->name + " and " + member.name,
          {}};
    }
    chosen = member;
  }
  if (chosen) return std::move(*chosen);
  return Error{
      ErrorCode::invalid, archive.name() + " has no table GPData_Cluster_Refset_1000230_….csv", {}};
}

// The columns of the table by title, in lower case.
class RefsetTitles {
 public:
  explicit RefsetTitles(const CsvRow& header) {
    for (const std::string& title : header.fields) {
      titles_.push_back(base::ascii_lower(base::trim_unicode_space(title)));
    }
  }

  Result<std::size_t> find(const std::string& title) const {
    const auto found = std::ranges::find(titles_, base::ascii_lower(title));
    if (found != titles_.end()) return static_cast<std::size_t>(found - titles_.begin());
    return Error{ErrorCode::invalid, "the table of refsets has no column " + title, {}};
  }
  // The column with the title given, or else the best known.
  template <std::size_t count>
  Result<std::size_t> find(const std::string& given,
                           const std::array<std::string_view, count>& known) const {
    if (!given.empty()) return find(given);
    for (const std::string_view title : known) {
      if (const auto found = find(std::string(title))) return found;
    }
    return Error{
        ErrorCode::invalid,
        "the table of refsets has no column " + std::string(known.front()) + "; name the right one",
        {}};
  }

 private:
  std::vector<std::string> titles_;
};

struct RefsetTable {
  std::size_t cluster = 0, name = 0, code = 0, is_active = 0, inclusion = 0;
  std::optional<std::size_t> category;  // for drugs
};

Result<RefsetTable> table_columns(const CsvRow& header, RefsetKind kind,
                                  const RefsetColumns& columns) {
  const RefsetTitles titles(header);
  RefsetTable table;
  struct Needed {
    std::size_t& column;
    Result<std::size_t> found;
  };
  for (const Needed& needed : {Needed{table.cluster, titles.find("Cluster_ID")},
                               Needed{table.is_active, titles.find("Active_in_Refset")},
                               Needed{table.inclusion, titles.find("Type_of_Inclusion")},
                               Needed{table.name, titles.find(columns.name, name_titles)},
                               Needed{table.code, titles.find(columns.code, code_titles)}}) {
    if (!needed.found) return needed.found.error();
    needed.column = *needed.found;
  }
  if (kind == RefsetKind::drug) {
    const auto category = titles.find("Cluster_Category");
    if (!category) return category.error();
    table.category = *category;
  }
  return table;
}

std::string refset_field(const CsvRow& row, std::size_t column) {
  return column < row.fields.size() ? std::string(base::trim_unicode_space(row.fields[column]))
                                    : std::string();
}

bool is_wanted(const CsvRow& row, const RefsetTable& table) {
  if (refset_field(row, table.is_active) != "1") return false;
  const std::string inclusion = refset_field(row, table.inclusion);
  if (!table.category) return inclusion == "PC refset";
  const std::string category = refset_field(row, *table.category);
  return inclusion == "Refset" &&
         (category == "Medications" || category == "Vaccinations and immunisations");
}

}  // namespace

Result<std::string> read_refset_table(const std::filesystem::path& archive) {
  auto source = coding_systems::TextSource::open(archive, choose_table, {});
  if (!source) return source.error();
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + block_bytes);
    const auto bytes = source->read(std::span(text).subspan(before));
    if (!bytes) return bytes.error();
    text.resize(before + *bytes);
    if (*bytes == 0) break;
  }
  return base::is_utf8(text) ? text : coding_systems::utf8_of_windows_1252(text);
}

Result<std::string> bulk_table_of_refsets(std::string_view text, RefsetKind kind,
                                          const RefsetColumns& columns,
                                          const std::vector<std::string>& clusters) {
  const auto rows = commands::read_csv(text);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorCode::invalid, "the table of refsets is empty", {}};
  const auto table = table_columns(rows->front(), kind, columns);
  if (!table) return table.error();
  std::set<std::string> missing(clusters.begin(), clusters.end());
  const std::set<std::string> wanted = missing;
  std::string bulk;
  commands::append_csv_row({"codelist_name", "code", "codelist_new_slug"}, bulk);
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    const std::string cluster = refset_field(row, table->cluster);
    if (!is_wanted(row, *table) || (!wanted.empty() && !wanted.contains(cluster))) continue;
    missing.erase(cluster);
    commands::append_csv_row({refset_field(row, table->name), refset_field(row, table->code),
                              base::ascii_lower(cluster)},
                             bulk);
  }
  if (missing.empty()) return bulk;
  return Error{ErrorCode::invalid,
               "the table of refsets has no active rows of the cluster " + *missing.begin(),
               {}};
}

}  // namespace codelog::tools
