#include "coding_systems/ctv3/import_tpp.h"

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/ctv3/import_codes.h"
#include "coding_systems/importing/csv_reader.h"

namespace codelog::coding_systems::ctv3 {
namespace {

constexpr std::uint64_t rows_per_progress = 4096;
constexpr int distance_max = 1000;  // no hierarchy is nearly as deep

// The rows of a packed table with a header: the wanted columns of each, in the wanted order.
template <std::size_t columns_count>
class PackedTable {
 public:
  using Fields = std::array<std::string_view, columns_count>;

  explicit PackedTable(const TppImport& import)
      : import_(import), csv_(import.file.name(), [&import](std::span<char> buffer) {
          return import.file.read(buffer);
        }) {}

  const CsvReader& csv() const { return csv_; }

  // Errors: those of `take`, and of the table.
  template <class Take>
  base::Result<void> read(const std::array<const char*, columns_count>& titles, Take take) {
    if (auto found = read_header(titles); !found) return found;
    for (std::uint64_t rows = 1;; ++rows) {
      const auto more = csv_.next_record();
      if (!more) return more.error();
      if (!*more) break;
      const auto fields = csv_.fields();
      if (auto checked = csv_.check_width(header_count_); !checked) return checked;
      Fields wanted;
      for (std::size_t i = 0; i < columns_count; ++i) wanted[i] = fields[columns_[i]];
      if (auto taken = take(wanted); !taken) return taken;
      if (rows % rows_per_progress == 0) {
        if (auto proceed = advance(); !proceed) return proceed;
      }
    }
    return advance();
  }

  base::Result<std::uint64_t> code_of(const char* column, std::string_view text) const {
    if (const auto code = pack_code(text)) return *code;
    return csv_.error_here("the " + std::string(column) + " is not 1 to 5 printable characters");
  }

 private:
  base::Result<void> read_header(const std::array<const char*, columns_count>& titles) {
    const auto more = csv_.next_record();
    if (!more) return more.error();
    if (!*more) return csv_.error_here("the file is empty: its header is missing");
    header_count_ = csv_.fields().size();
    for (std::size_t i = 0; i < columns_count; ++i) {
      const auto column = csv_.find_column(titles[i]);
      if (!column) return column.error();
      columns_[i] = *column;
    }
    return {};
  }

  base::Result<void> advance() {
    return import_.stages.advance_to(import_.bytes_before + import_.file.packed_bytes_read());
  }

  const TppImport& import_;
  CsvReader csv_;
  std::size_t header_count_ = 0;
  std::array<std::size_t, columns_count> columns_{};
};

std::optional<int> parse_distance(std::string_view text) {
  int distance = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), distance);
  const bool whole = failed == std::errc() && end == text.data() + text.size();
  if (!whole || distance < 0 || distance > distance_max) return std::nullopt;
  return distance;
}

}  // namespace

base::Result<void> import_dictionary(const TppImport& import, IdMap& codes) {
  auto rows = import.rows.table("ctv3_tppconcept", "read_code, description");
  if (!rows) return rows.error();
  PackedTable<2> table(import);
  auto read =
      table.read({"CTV3Code", "Description"}, [&](const auto& fields) -> base::Result<void> {
        const auto code = table.code_of("code", fields[0]);
        if (!code) return code.error();
        if (fields[1].empty() || !is_text(fields[1])) {
          return table.csv().error_here(
              "the description is empty, not UTF-8 or longer than 1000 bytes");
        }
        if (!codes.find_or_add(*code, 0).second) {
          return table.csv().error_here("the code '" + std::string(fields[0]) +
                                        "' was given before");
        }
        import.source.add_concept(fields[0], tpp_concept);
        import.source.add_text(fields[0], TextRole::name, fields[1]);
        rows->text(1, fields[0]);
        rows->text(2, fields[1]);
        return rows->insert();
      });
  if (!read) return read;
  if (codes.find(*pack_code(root_code))) return {};
  return base::Error{base::ErrorCode::invalid,
                     import.file.name() + ": there is no root, the code " + std::string(root_code),
                     {}};
}

base::Result<std::uint64_t> import_hierarchy(const TppImport& import, const IdMap& codes) {
  auto rows = import.rows.table("ctv3_tpprelationship", "distance, ancestor_id, descendant_id");
  if (!rows) return rows.error();
  PackedTable<3> table(import);
  std::uint64_t count = 0;
  // Adds a notice if the code is unknown.
  const auto is_known = [&](const char* column, std::string_view text) -> base::Result<bool> {
    const auto code = table.code_of(column, text);
    if (!code) return code.error();
    if (codes.find(*code)) return true;
    import.notices.add("rows of the hierarchy are left out, since a " + std::string(column) +
                           " is not in the dictionary",
                       text);
    return false;
  };
  auto read =
      table.read({"ParentCTV3Code", "ChildCTV3Code", "ChildToParentDistance"},
                 [&](const auto& fields) -> base::Result<void> {
                   const auto has_parent = is_known("parent", fields[0]);
                   if (!has_parent) return has_parent.error();
                   const auto has_child = is_known("child", fields[1]);
                   if (!has_child) return has_child.error();
                   const auto distance = parse_distance(fields[2]);
                   if (!distance) {
                     return table.csv().error_here("the distance is not a number from 0 to " +
                                                   std::to_string(distance_max));
                   }
                   if (!*has_parent || !*has_child) return {};
                   if (*distance == 1) import.source.add_edge(fields[0], fields[1]);
                   rows->integer(1, *distance);
                   rows->text(2, fields[0]);
                   rows->text(3, fields[1]);
                   ++count;
                   return rows->insert();
                 });
  if (!read) return read.error();
  return count;
}

}  // namespace codelog::coding_systems::ctv3
