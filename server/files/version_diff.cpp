#include "server/files/version_diff.h"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <span>

#include "coding_systems/algebra/code_universe.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/commands/csv_table.h"
#include "server/commands/texts.h"

namespace codelog::files {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::CodeUniverse;
using coding_systems::Node;
using coding_systems::NodeSet;
using coding_systems::Release;
using commands::CsvRow;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

// --- The columns of a table that OpenCodelists' diff page knows

using Titles = std::span<const std::string_view>;
constexpr std::array<std::string_view, 5> dmd_codes = {"code", "dmd_id", "id", "snomed_id", "dmd"};
constexpr std::array<std::string_view, 4> dmd_terms = {"term", "name", "dmd_name", "nm"};
constexpr std::array<std::string_view, 3> dmd_types = {"dmd_type", "obj_type", "type"};
constexpr std::array<std::string_view, 5> snomedct_codes = {"code", "id", "snomed_id", "snomedcode",
                                                            "dmd_id"};
constexpr std::array<std::string_view, 3> snomedct_terms = {"term", "name", "dmd_name"};
constexpr std::array<std::string_view, 6> icd10_codes = {"code",     "id",  "icd code",
                                                         "icd_code", "icd", "icd10_code"};
constexpr std::array<std::string_view, 3> icd10_terms = {"term", "description", "diag_desc"};
constexpr std::array<std::string_view, 4> ctv3_codes = {"code", "ctv3id", "ctv3code", "ctv3_id"};
constexpr std::array<std::string_view, 5> ctv3_terms = {"term", "ctv3preferredtermdesc",
                                                        "ctv3_description", "ctvterm", "readterm"};
constexpr std::array<std::string_view, 1> usual_codes = {"code"};
constexpr std::array<std::string_view, 1> usual_terms = {"term"};

struct DiffTitles {
  std::string_view coding_system;
  Titles codes;
  Titles terms;
  Titles types;
};
constexpr std::array known_titles = {DiffTitles{"dmd", dmd_codes, dmd_terms, dmd_types},
                                     DiffTitles{"snomedct", snomedct_codes, snomedct_terms, {}},
                                     DiffTitles{"icd10", icd10_codes, icd10_terms, {}},
                                     DiffTitles{"ctv3", ctv3_codes, ctv3_terms, {}}};
constexpr DiffTitles usual_titles = {"", usual_codes, usual_terms, {}};

const DiffTitles& titles_of(std::string_view coding_system) {
  const auto found = std::ranges::find(known_titles, coding_system, &DiffTitles::coding_system);
  return found == known_titles.end() ? usual_titles : *found;
}

// The titles, in lower case and without white space around them.
std::vector<std::string> plain_titles(const CsvRow& header) {
  std::vector<std::string> plain;
  plain.reserve(header.fields.size());
  for (const std::string& title : header.fields) {
    plain.push_back(base::ascii_lower(base::trim_unicode_space(title)));
  }
  return plain;
}

std::optional<std::size_t> column_titled(const std::vector<std::string>& titles, Titles wanted) {
  for (const std::string_view title : wanted) {
    const auto found = std::ranges::find(titles, title);
    if (found != titles.end()) return static_cast<std::size_t>(found - titles.begin());
  }
  return std::nullopt;
}

std::string diff_field(const CsvRow& row, std::optional<std::size_t> column) {
  if (!column || *column >= row.fields.size()) return "";
  return std::string(base::trim_unicode_space(row.fields[*column]));
}

// --- One side

// The codes of the table's rows in the release's spelling, and the terms of those that it lacks.
Result<void> read_table(std::string_view csv, const CodelistRecord& codelist, DiffSide& side) {
  const auto rows = commands::read_csv(csv);
  if (!rows) return rows.error();
  const auto titles = rows->empty() ? std::vector<std::string>() : plain_titles(rows->front());
  const DiffTitles& known = titles_of(codelist.coding_system);
  auto code_column = column_titled(titles, known.codes);
  const auto& system = commands::system_of(codelist);
  if (!code_column) code_column = column_titled(titles, system.code_headers);
  if (!code_column) return Error{ErrorCode::invalid, "Could not identify code columns", {}};
  auto term_column = column_titled(titles, known.terms);
  if (!term_column) term_column = column_titled(titles, system.term_headers);
  const auto type_column = column_titled(titles, known.types);
  std::map<std::string, std::string> terms;
  for (const CsvRow& row : std::span(*rows).subspan(1)) {
    std::string code = diff_field(row, code_column);
    if (code.empty()) continue;
    const auto node =
        side.release ? coding_systems::find_typed_code(*side.release, code) : std::nullopt;
    if (node) code = side.release->code(*node);
    side.codes.push_back(code);
    if (node && side.release->name(*node)) continue;
    std::string term = diff_field(row, term_column);
    if (side.release) term.insert(0, term.empty() ? "[Unknown]" : "[Unknown] ");
    if (const auto type = diff_field(row, type_column); !type.empty()) term += " (" + type + ")";
    terms.emplace(std::move(code), std::move(term));
  }
  commands::sort_unique(side.codes);
  side.table_terms.assign(terms.begin(), terms.end());
  return {};
}

}  // namespace

Result<std::shared_ptr<const DiffSide>> side_of(const commands::Site& site, const Views& views,
                                                const VersionRecord& version) {
  const CodelistRecord codelist = views.codelist_of(version);
  auto side = std::make_shared<DiffSide>();  // shared with the views of the diff
  if (commands::has_release_file(views, codelist.coding_system, version.release)) {
    auto release = site.open_release(codelist.coding_system, version.release);
    if (!release) return Error{ErrorCode::unavailable, release.error().detail, {}};
    side->release = std::move(*release);
  }
  if (version.has_csv_data) {
    const auto csv = views.csv_data(version.id);
    if (const auto read = read_table(csv.value_or(""), codelist, *side); !read) return read.error();
  } else {
    auto codes = commands::included_codes(views, version);
    if (!codes) return codes.error();
    side->codes = std::move(*codes);
  }
  return std::shared_ptr<const DiffSide>(std::move(side));
}

namespace {

std::string_view diff_term(const DiffSide& side, std::string_view code, std::optional<Node> node) {
  if (node && side.release->name(*node)) return side.release->term(*node);
  const auto found = std::ranges::lower_bound(side.table_terms, code, {},
                                              &std::pair<std::string, std::string>::first);
  if (found != side.table_terms.end() && found->first == code) return found->second;
  return side.release ? "Unknown" : "";
}

}  // namespace

std::string_view term_in(const DiffSide& side, std::string_view code) {
  return diff_term(side, code, side.release ? side.release->find(code) : std::nullopt);
}

namespace {

// --- One part

bool comes_before(const DiffCode& a, const DiffCode& b) {
  return a.term != b.term ? a.term < b.term : a.code < b.code;
}

// The places of the codes in the order of comes_before(). The first bytes of the terms stand beside
// them, because reading terms from all over the release took a quarter of a diff's time.
std::vector<std::size_t> sorted_places(const std::vector<DiffCode>& codes) {
  struct Key {
    std::uint64_t start;
    std::size_t place;
  };
  std::vector<Key> keys;
  keys.reserve(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    std::uint64_t start = 0;
    for (std::size_t byte = 0; byte < sizeof start; ++byte) {
      const std::string_view term = codes[i].term;
      start = start << 8 | (byte < term.size() ? static_cast<unsigned char>(term[byte]) : 0u);
    }
    keys.push_back({start, i});
  }
  std::ranges::sort(keys, [&](const Key& a, const Key& b) {
    return a.start != b.start ? a.start < b.start : comes_before(codes[a.place], codes[b.place]);
  });
  std::vector<std::size_t> places;
  places.reserve(codes.size());
  for (const Key& key : keys) places.push_back(key.place);
  return places;
}

// Without a hierarchy, each code is a group.
std::vector<DiffGroup> flat_groups(const DiffSide& side,
                                   const std::vector<std::string_view>& codes) {
  std::vector<DiffGroup> groups;
  groups.reserve(codes.size());
  for (const std::string_view code : codes) {
    groups.push_back({{code, diff_term(side, code, std::nullopt)}, {}});
  }
  std::ranges::sort(groups, comes_before, &DiffGroup::top);
  return groups;
}

// The nodes of a part with their codes and terms, in the order of the terms, found once: a code may
// be below several tops.
class OrderedPart {
 public:
  OrderedPart(const DiffSide& side, const std::vector<std::string_view>& codes)
      : extended_(CodeUniverse(side.release).extended_by(codes)),
        nodes_(extended_.universe.size(), extended_.nodes),
        places_(nodes_) {
    std::vector<DiffCode> named(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const Node node = extended_.nodes[i];
      const bool is_known = !extended_.universe.is_stranger(node);
      named[i] = {codes[i],
                  diff_term(side, codes[i], is_known ? std::optional(node) : std::nullopt)};
    }
    ranks_.resize(codes.size());
    ordered_.reserve(codes.size());
    for (const std::size_t i : sorted_places(named)) {
      ranks_[places_.place(extended_.nodes[i])] = static_cast<std::uint32_t>(ordered_.size());
      ordered_.push_back(named[i]);
    }
  }

  Result<std::vector<DiffGroup>> groups() const {
    const auto& hierarchy = extended_.universe.hierarchy();
    std::vector<std::uint32_t> tops;
    std::vector<Node> node_of(ordered_.size());
    for (const Node top : ultimate_ancestors(hierarchy, nodes_)) {
      tops.push_back(rank(top));
      node_of[tops.back()] = top;
    }
    std::ranges::sort(tops);
    std::vector<DiffGroup> groups;
    groups.reserve(tops.size());
    std::size_t rows_count = 0;
    std::vector<std::uint32_t> below;
    for (const std::uint32_t top : tops) {
      below.clear();
      for (const auto& run : hierarchy.descendants_or_self(node_of[top])) {
        for (Node node = nodes_.next(run.first, run.after); node < run.after;
             node = nodes_.next(node + 1, run.after)) {
          if (node != node_of[top]) below.push_back(rank(node));
        }
      }
      rows_count += below.size() + 1;
      if (rows_count > diff_rows_max) {
        return Error{ErrorCode::too_large, "the comparison has more than 1,000,000 rows", {}};
      }
      std::ranges::sort(below);
      DiffGroup& group = groups.emplace_back(DiffGroup{ordered_[top], {}});
      group.descendants.reserve(below.size());
      for (const std::uint32_t place : below) group.descendants.push_back(ordered_[place]);
    }
    return groups;
  }

 private:
  std::uint32_t rank(Node node) const { return ranks_[places_.place(node)]; }

  CodeUniverse::Extended extended_;
  NodeSet nodes_;
  coding_systems::NodePlaces places_;
  std::vector<std::uint32_t> ranks_;  // by place
  std::vector<DiffCode> ordered_;     // by rank
};

Result<DiffPart> part_of(const DiffSide& side, std::vector<std::string_view> codes) {
  DiffPart part{std::move(codes), {}};
  if (!side.release) {
    part.groups = flat_groups(side, part.codes);
    return part;
  }
  auto groups = OrderedPart(side, part.codes).groups();
  if (!groups) return groups.error();
  part.groups = std::move(*groups);
  return part;
}

}  // namespace

Result<VersionDiff> diff_versions(const commands::Site& site, const Views& views,
                                  const VersionRecord& left, const VersionRecord& right) {
  auto left_side = side_of(site, views, left);
  if (!left_side) return left_side.error();
  auto right_side = side_of(site, views, right);
  if (!right_side) return right_side.error();
  VersionDiff diff{std::move(*left_side), std::move(*right_side), {}, {}, {}};
  const std::vector<std::string_view> a(diff.left->codes.begin(), diff.left->codes.end());
  const std::vector<std::string_view> b(diff.right->codes.begin(), diff.right->codes.end());
  std::vector<std::string_view> only_a;
  std::vector<std::string_view> only_b;
  std::vector<std::string_view> both;
  std::ranges::set_difference(a, b, std::back_inserter(only_a));
  std::ranges::set_difference(b, a, std::back_inserter(only_b));
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  // Half of the work, on a processor of its own if there is one.
  auto common_made = std::async(std::launch::async | std::launch::deferred,
                                [&] { return part_of(*diff.left, std::move(both)); });
  auto left_only = part_of(*diff.left, std::move(only_a));
  auto right_only = part_of(*diff.right, std::move(only_b));
  auto common = common_made.get();
  if (!left_only) return left_only.error();
  if (!right_only) return right_only.error();
  if (!common) return common.error();
  diff.left_only = std::move(*left_only);
  diff.right_only = std::move(*right_only);
  diff.common = std::move(*common);
  return diff;
}

std::optional<VersionRecord> find_other_version(const Views& views, const VersionRecord& left,
                                                std::string_view tag_or_hash) {
  const auto of_same_system = [&](std::optional<VersionRecord> other) {
    if (other && views.codelist_of(*other).coding_system != views.codelist_of(left).coding_system) {
      other.reset();
    }
    return other;
  };
  if (const auto id = base::parse_version_hash(tag_or_hash)) {
    if (auto version = views.version(*id)) return of_same_system(std::move(version));
  }
  auto sibling = views.version_tagged(left.codelist, tag_or_hash);
  if (sibling && sibling->id != left.id) return sibling;
  std::optional<VersionRecord> found;
  for (const base::CodelistId codelist : views.codelist_ids()) {
    auto version = views.version_tagged(codelist, tag_or_hash);
    if (!version) continue;
    if (found) return std::nullopt;
    found = std::move(version);
  }
  return of_same_system(std::move(found));
}

}  // namespace codelog::files
