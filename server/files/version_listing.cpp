#include "server/files/version_listing.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "server/commands/code_column.h"
#include "server/commands/csv_table.h"
#include "server/files/download_table.h"

namespace codelog::files {
namespace {

using base::CodeStatus;
using base::Result;
using coding_systems::Node;
using coding_systems::Release;
using commands::CsvRow;
using events::CodeWithStatus;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool comes_before(std::string_view left, std::string_view right) {
  return std::ranges::lexicographical_compare(left, right, {}, lower, lower);
}
constexpr auto by_letters = [](std::string_view left, std::string_view right) {
  return comes_before(left, right);
};

bool is_listed(const CodeWithStatus& code, ListedCodes listed) {
  if (listed == ListedCodes::all) return true;
  const bool is_excluded =
      code.status == CodeStatus::excluded || code.status == CodeStatus::excluded_by_ancestor;
  return listed == ListedCodes::included ? base::is_included(code.status) : is_excluded;
}

struct NamedCode {
  const CodeWithStatus* code;
  std::string_view term;
};

std::vector<NamedCode> named(const Release* release, const std::vector<CodeWithStatus>& codes,
                             ListedCodes listed) {
  std::vector<NamedCode> rows;
  std::vector<std::string_view> texts;
  for (const CodeWithStatus& code : codes) {
    if (!is_listed(code, listed)) continue;
    rows.push_back({&code, {}});
    texts.push_back(code.code);
  }
  if (release == nullptr) return rows;
  const auto nodes = release->find_all(texts);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].term = nodes[i] ? commands::shown_term(*release, *nodes[i]) : "Unknown";
  }
  return rows;
}

VersionListing list_codes(const std::vector<CodeWithStatus>& codes, const Release* release,
                          const ListingOptions& options) {
  std::vector<NamedCode> all = named(release, codes, options.codes);
  if (options.order == ListOrder::by_term) {
    std::ranges::stable_sort(all, by_letters, &NamedCode::term);
  }
  VersionListing listing{{"Code", "Term"}, all.size(), {}};
  const std::size_t first = std::min(options.first, all.size());
  const std::size_t after = first + std::min(options.count_max, all.size() - first);
  for (std::size_t i = first; i < after; ++i) {
    listing.rows.push_back({{all[i].code->code, std::string(all[i].term)}, all[i].code->status});
  }
  return listing;
}

std::vector<std::vector<std::string>> fields_of(const std::vector<CsvRow>& rows) {
  std::vector<std::vector<std::string>> fields;
  for (const CsvRow& row : rows) fields.push_back(row.fields);
  return fields;
}

// Code and term first, if the table has a column of codes.
Result<VersionListing> list_table(const std::string& table,
                                  const coding_systems::CodingSystemInfo& system,
                                  const ListingOptions& options) {
  const auto read = commands::read_csv(table);
  if (!read) return read.error();
  if (read->empty()) return VersionListing{};
  std::vector<std::vector<std::string>> rows;
  if (commands::find_column(read->front().fields, system.code_headers)) {
    auto made = make_download_table(system, *read, TableHeaders::all);
    rows = made ? std::move(made->rows) : fields_of(*read);
  } else {
    rows = fields_of(*read);
  }
  VersionListing listing{std::move(rows.front()), rows.size() - 1, {}};
  for (std::size_t i = options.first; i < listing.rows_count; ++i) {
    if (listing.rows.size() == options.count_max) break;
    listing.rows.push_back({std::move(rows[i + 1]), std::nullopt});
  }
  return listing;
}

// --- The tree

class TreeMaker {
 public:
  TreeMaker(const Release& release, const std::vector<CodeWithStatus>& codes) : release_(release) {
    std::vector<std::string_view> texts;
    for (const CodeWithStatus& code : codes) texts.push_back(code.code);
    const auto nodes = release.find_all(texts);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i]) statuses_.emplace(*nodes[i], codes[i].status);
    }
  }

  std::vector<TreeSection> sections(const TreeLimits& limits) {
    std::map<std::string, std::vector<Node>> tops;
    for (const auto& [node, status] : statuses_) {
      if (has_parent(node)) continue;
      tops[release_.type_titles(node).front()].push_back(node);
    }
    std::vector<TreeSection> sections;
    std::size_t rows_count = 0;
    for (auto& [title, nodes] : tops) {
      sort(nodes);
      TreeSection section{title, {}, 0};
      for (const Node top : nodes) {
        if (rows_count + section.rows.size() < limits.rows_max) {
          add(top, limits.rows_below_top_max, section.rows);
        } else {
          ++section.tops_left_out_count;
        }
      }
      rows_count += section.rows.size();
      sections.push_back(std::move(section));
    }
    return sections;
  }

 private:
  bool has(Node node) const { return statuses_.contains(node); }

  bool has_parent(Node node) const {
    const auto parents = release_.hierarchy().parents(node);
    return std::ranges::any_of(parents, [&](Node parent) { return has(parent); });
  }

  void sort(std::vector<Node>& nodes) const {
    const bool by_term = release_.system().sorts_by_term;
    std::ranges::sort(nodes, [&](Node left, Node right) {
      if (by_term && comes_before(term(left), term(right))) return true;
      if (by_term && comes_before(term(right), term(left))) return false;
      return release_.code(left) < release_.code(right);
    });
  }

  std::string_view term(Node node) const { return commands::shown_term(release_, node); }

  std::vector<Node> children(Node node) const {
    std::vector<Node> children;
    for (const Node child : release_.hierarchy().children(node)) {
      if (has(child)) children.push_back(child);
    }
    sort(children);
    return children;
  }

  struct Item {
    TreeRow row;
    Node node = 0;
    std::vector<std::size_t> below = {};  // of the items
  };

  // The codes below an item, which get their places level by level, so that a long branch does not
  // use up all rows. Those that do not fit are left out together, except below a top.
  void place_below(std::vector<Item>& items, std::size_t at, std::size_t rows_max) {
    std::vector<Node> below = children(items[at].node);
    items[at].row.below_count = below.size();
    const bool is_repeat = !placed_.insert(items[at].node).second;
    items[at].row.is_repeat = is_repeat && !below.empty();
    if (is_repeat) return;
    if (items.size() + below.size() > rows_max) {
      items[at].row.is_cut = true;
      below.resize(at == 0 ? rows_max - 1 : 0);
    }
    for (const Node node : below) {
      items[at].below.push_back(items.size());
      items.push_back({.row = row_of(node, items[at].row.depth + 1), .node = node});
    }
  }

  TreeRow row_of(Node node, std::size_t depth) const {
    return {release_.code(node), term(node), statuses_.at(node), depth, 0, false, false};
  }

  void add(Node top, std::size_t rows_below_max, std::vector<TreeRow>& rows) {
    std::vector<Item> items = {{.row = row_of(top, 0), .node = top}};
    for (std::size_t at = 0; at < items.size(); ++at) place_below(items, at, rows_below_max + 1);
    // Depth first, without recursion: hierarchies may be deep.
    std::vector<std::size_t> waiting = {0};
    while (!waiting.empty()) {
      const Item& item = items[waiting.back()];
      waiting.pop_back();
      rows.push_back(item.row);
      waiting.insert(waiting.end(), item.below.rbegin(), item.below.rend());
    }
  }

  const Release& release_;
  std::unordered_map<Node, CodeStatus> statuses_;
  std::unordered_set<Node> placed_;
};

}  // namespace

Result<VersionListing> list_version(const projections::Views& views,
                                    const projections::CodelistRecord& codelist,
                                    const projections::VersionRecord& version,
                                    const Release* release, const ListingOptions& options) {
  if (!version.has_csv_data) return list_codes(views.codes(version.id), release, options);
  return list_table(views.csv_data(version.id).value_or(""), commands::system_of(codelist),
                    options);
}

std::vector<TreeSection> tree_of(const Release& release, const std::vector<CodeWithStatus>& codes,
                                 const TreeLimits& limits) {
  return TreeMaker(release, codes).sections(limits);
}

}  // namespace codelog::files
