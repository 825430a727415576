#include "server/files/conversions.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "coding_systems/base/release.h"
#include "coding_systems/base/typed_code.h"
#include "server/commands/csv_table.h"
#include "server/commands/csv_writer.h"
#include "server/commands/newest_release.h"
#include "server/commands/validation.h"
#include "server/commands/version_contents.h"

namespace codelog::files {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::Release;
using commands::Site;
using projections::Views;

constexpr std::string_view snomedct = "snomedct";
constexpr std::string_view ctv3 = "ctv3";
constexpr std::string_view bnf = "bnf";
constexpr std::string_view dmd = "dmd";

constexpr std::array<ConversionDirection, 3> directions = {ConversionDirection{snomedct, ctv3},
                                                           ConversionDirection{ctv3, snomedct},
                                                           ConversionDirection{bnf, dmd}};

// The terms of a system's most recent release, and which of its codes are active.
class Terms {
 public:
  // A system without a ready release has no terms. Errors: unavailable (the release fails to open).
  static Result<Terms> open(const Site& site, const Views& views, std::string_view system) {
    Terms terms;
    if (!commands::newest_release(site.log, views, system)) return terms;
    auto chosen = commands::choose_release(site, views, std::string(system), std::nullopt);
    if (!chosen) return Error{ErrorCode::unavailable, chosen.error().detail, {}};
    terms.release_ = std::move(chosen->open);
    return terms;
  }

  std::string of(std::string_view code) const {
    return release_ ? std::string(commands::shown_term_of(*release_, code)) : "Unknown";
  }

  std::optional<bool> is_active(std::string_view code) const {
    const auto node = release_ ? release_->find(code) : std::nullopt;
    return node ? std::optional(release_->is_active(*node)) : std::nullopt;
  }

 private:
  std::shared_ptr<const Release> release_;  // shared with the site's other readers
};

Result<void> convert_by_ctv3sctmap2(const Site& site, const Views& views,
                                    std::span<const std::string> codes, Conversion& conversion) {
  const auto mapping = commands::open_ctv3sctmap2(site.mappings, views);
  if (!mapping) return mapping.error();
  const auto from_terms = Terms::open(site, views, conversion.direction.from);
  if (!from_terms) return from_terms.error();
  const auto to_terms = Terms::open(site, views, conversion.direction.to);
  if (!to_terms) return to_terms.error();
  const bool is_from_ctv3 = conversion.direction.from == ctv3;
  for (const std::string& code : codes) {
    const auto pairs = is_from_ctv3 ? (*mapping)->of_ctv3(code) : (*mapping)->of_snomedct(code);
    if (pairs.empty()) conversion.unmapped.push_back(code);
    for (const mappings::Ctv3SnomedPair& pair : pairs) {
      const std::string_view to = is_from_ctv3 ? pair.snomedct.view() : pair.ctv3.view();
      conversion.rows.push_back(
          {code, from_terms->of(code), std::string(to), to_terms->of(to), to_terms->is_active(to)});
    }
  }
  return {};
}

Result<void> convert_by_bnfdmd(const Site& site, const Views& views,
                               std::span<const std::string> codes, Conversion& conversion) {
  const auto mapping = commands::open_bnfdmd(site.mappings, views);
  if (!mapping) return mapping.error();
  const auto release = commands::choose_release(site, views, std::string(dmd), std::nullopt);
  if (!release) return Error{ErrorCode::unavailable, release.error().detail, {}};
  const auto bnf_terms = Terms::open(site, views, bnf);
  if (!bnf_terms) return bnf_terms.error();
  const auto products = mappings::dmd_products_of(**mapping, *release->open, codes);
  std::set<std::string_view> mapped;
  for (const mappings::DmdProduct& product : products) {
    mapped.insert(product.bnf_code);
    const auto node = release->open->find(product.code);
    CODELOG_CHECK(node.has_value(), "a product of the release is not in it");
    conversion.rows.push_back({std::string(product.bnf_code), bnf_terms->of(product.bnf_code),
                               std::string(product.code),
                               std::string(commands::shown_term(*release->open, *node)),
                               release->open->is_active(*node)});
  }
  for (const std::string& code : codes) {
    if (!mapped.contains(code)) conversion.unmapped.push_back(code);
  }
  return {};
}

Result<ConversionDirection> find_direction(std::string_view from, std::string_view to) {
  for (const ConversionDirection& direction : directions) {
    if (direction == ConversionDirection{from, to}) return direction;
  }
  std::string detail = "there is no conversion from " + commands::shown(from) + " to " +
                       commands::shown(to) + "; there are:";
  for (const ConversionDirection& direction : directions) {
    detail += (&direction == directions.data() ? " " : ", ") + std::string(direction.from) +
              " to " + std::string(direction.to);
  }
  return base::field_error(ErrorCode::invalid, "to", std::move(detail));
}

}  // namespace

std::span<const ConversionDirection> conversion_directions() { return directions; }

Result<Conversion> convert_codes(const Site& site, const Views& views, std::string_view from,
                                 std::string_view to, std::span<const std::string> codes) {
  const auto direction = find_direction(from, to);
  if (!direction) return direction.error();
  std::set<std::string> distinct;
  for (const std::string& code : codes) {
    distinct.insert(coding_systems::normal_code(direction->from, code));
  }
  const std::vector<std::string> sorted(distinct.begin(), distinct.end());
  Conversion conversion{*direction, {}, {}};
  const auto converted = direction->from == bnf
                             ? convert_by_bnfdmd(site, views, sorted, conversion)
                             : convert_by_ctv3sctmap2(site, views, sorted, conversion);
  if (!converted) return converted.error();
  std::ranges::sort(conversion.rows);
  return conversion;
}

Result<std::vector<std::string>> codes_of_upload(std::string_view csv) {
  const auto rows = commands::read_csv(csv);
  if (!rows) return base::field_error(ErrorCode::invalid, "csv_data", rows.error().detail);
  std::vector<std::string> codes;
  for (const commands::CsvRow& row : *rows) {
    // The first line is the header, even a blank one.
    if (row.number == 1) continue;
    const std::string_view code = coding_systems::trim_typed_code(row.fields.front());
    if (code.empty()) continue;
    // A semicolon in a code means that the file separates cells with semicolons.
    if (!commands::is_code(code) || code.find(';') != std::string_view::npos) {
      return base::field_error(
          ErrorCode::invalid, "csv_data",
          commands::place_of(row) + ": " + commands::shown(row.fields.front()) +
              " is not a code; the first column must contain codes, and commas separate columns");
    }
    codes.emplace_back(code);
  }
  if (codes.empty()) {
    return base::field_error(ErrorCode::invalid, "csv_data",
                             "the file has no codes below its first row, which is its header");
  }
  return codes;
}

std::string full_conversion_csv(const Conversion& conversion) {
  const std::string from(conversion.direction.from);
  const std::string to(conversion.direction.to);
  std::string out;
  commands::append_csv_row({from + "_id", from + "_name", to + "_id", to + "_name"}, out);
  for (const ConvertedCode& row : conversion.rows) {
    commands::append_csv_row({row.from_code, row.from_term, row.to_code, row.to_term}, out);
  }
  return out;
}

std::string converted_codes_csv(const Conversion& conversion) {
  std::set<std::pair<std::string_view, std::string_view>> codes;
  for (const ConvertedCode& row : conversion.rows) codes.emplace(row.to_code, row.to_term);
  const std::string to(conversion.direction.to);
  std::string out;
  commands::append_csv_row({to + "_id", to + "_name"}, out);
  for (const auto& [code, term] : codes) commands::append_csv_row({code, term}, out);
  return out;
}

std::string unmapped_codes_csv(const Conversion& conversion) {
  std::string out;
  commands::append_csv_row({std::string(conversion.direction.from) + "_id"}, out);
  for (const std::string& code : conversion.unmapped) commands::append_csv_row({code}, out);
  return out;
}

}  // namespace codelog::files
