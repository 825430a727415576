#include "coding_systems/dmd/coding_system.h"

#include <algorithm>
#include <array>
#include <utility>

#include "coding_systems/dmd/index_rows.h"
#include "coding_systems/index/indexed_release.h"

namespace codelog::coding_systems::dmd {
namespace {

// The path of OpenPrescribing's pages for products of this kind.
std::string_view path_of(ProductKind kind) {
  switch (kind) {
    case ProductKind::amp:
      return "amp";
    case ProductKind::vmp:
      return "vmp";
    case ProductKind::ampp:
      return "ampp";
    case ProductKind::vmpp:
      return "vmpp";
    case ProductKind::vtm:
      return "vtm";
    case ProductKind::ingredient:
      break;
  }
  return "";
}

class DmdRelease final : public IndexedRelease {
 public:
  DmdRelease(std::string alias, ReleaseIndex index)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)) {}

  std::vector<CodeReference> references(Node node) const override {
    const auto path = path_of(kind(node));
    if (path.empty()) return {};
    return {{"OpenPrescribing dm+d browser", "https://openprescribing.net/dmd/" +
                                                 std::string(path) + "/" + std::string(code(node)) +
                                                 "/"}};
  }

  std::vector<std::string> type_titles(Node node) const override {
    if (is_in_hierarchy(node) || kind(node) == ProductKind::ingredient) return {"Product"};
    return {"[unknown]"};
  }

  std::string link_kind(std::uint32_t) const override { return "ingredient of"; }

  bool is_found_by_code(Node node) const override { return is_in_hierarchy(node); }

  std::vector<std::string> search_by_code(std::string_view code) const override {
    const auto node = find(code);
    if (!node) return {};
    if (is_in_hierarchy(*node)) return {std::string(code)};
    std::vector<std::string> found;
    for (const Link& link : links(*node)) {  // only ingredients have links
      found.emplace_back(this->code(link.target));
      for (const Node parent : hierarchy().parents(link.target)) {
        if (has_concept(parent)) found.emplace_back(this->code(parent));
      }
    }
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
  }

 private:
  ProductKind kind(Node node) const { return static_cast<ProductKind>(index().kind(node)); }
  bool is_in_hierarchy(Node node) const {
    return kind(node) == ProductKind::amp || kind(node) == ProductKind::vmp ||
           kind(node) == ProductKind::vtm;
  }
};

using AddRow = void (*)(IndexRows&, const SqliteRow&);

struct TableQuery {
  std::string_view table;
  std::initializer_list<std::string_view> columns;
  AddRow add;
};

base::Result<void> read_table(const SqliteFile& file, const TableQuery& query, IndexRows& rows) {
  if (auto present = file.require_table(query.table, query.columns); !present) return present;
  std::string columns;
  for (const auto column : query.columns) {
    columns += (columns.empty() ? "" : ", ") + std::string(column);
  }
  return file.for_each_row(
      "SELECT " + columns + " FROM " + std::string(query.table) + " ORDER BY rowid",
      [&](const SqliteRow& row) {
        query.add(rows, row);
        return base::Result<void>();
      });
}

}  // namespace

base::Result<IndexSource> read_index_source(const SqliteFile& file) {
  const TableQuery queries[] = {
      {"dmd_ing",
       {"isid", "nm"},
       [](IndexRows& rows, const SqliteRow& row) {
         rows.add_ingredient(row.text(0), row.text(1));
       }},
      {"dmd_vtm",
       {"vtmid", "nm", "abbrevnm"},
       [](IndexRows& rows, const SqliteRow& row) {
         rows.add_vtm(row.text(0), row.text(1), row.text(2));
       }},
      {"dmd_vmp",
       {"vpid", "vtmid", "nm", "abbrevnm", "nmprev"},
       [](IndexRows& rows, const SqliteRow& row) {
         rows.add_vmp({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)});
       }},
      {"dmd_vpi",
       {"vpid", "isid"},
       [](IndexRows& rows, const SqliteRow& row) { rows.add_vpi(row.text(0), row.text(1)); }},
      {"dmd_vmpp",
       {"vppid", "nm"},
       [](IndexRows& rows, const SqliteRow& row) { rows.add_vmpp(row.text(0), row.text(1)); }},
      {"dmd_amp",
       {"apid", "vpid", "nm", "abbrevnm", "descr", "nm_prev"},
       [](IndexRows& rows, const SqliteRow& row) {
         rows.add_amp(
             {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)});
       }},
      {"dmd_ampp",
       {"appid", "nm"},
       [](IndexRows& rows, const SqliteRow& row) { rows.add_ampp(row.text(0), row.text(1)); }},
  };
  IndexRows rows;
  for (const TableQuery& query : queries) {
    if (auto read = read_table(file, query, rows); !read) return read.error();
  }
  return rows.finish();
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  return open_indexed_release<DmdRelease>(files, system_id, std::move(alias), read_index_source);
}

}  // namespace codelog::coding_systems::dmd
