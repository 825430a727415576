#include "coding_systems/snomedct/coding_system.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "coding_systems/index/indexed_release.h"
#include "coding_systems/snomedct/semantic_tag.h"

namespace codelog::coding_systems::snomedct {
namespace {

using enum HistoricalAssociation;
constexpr std::array<HistoricalAssociationInfo, 8> association_kinds = {{
    {replaced_by, "900000000000526001", "REPLACED BY"},
    {same_as, "900000000000527005", "SAME AS"},
    {possibly_equivalent_to, "900000000000523009", "POSSIBLY EQUIVALENT TO"},
    {moved_to, "900000000000524003", "MOVED TO"},
    {alternative, "900000000000530003", "ALTERNATIVE"},
    {was_a, "900000000000528000", "WAS A"},
    {partially_equivalent_to, "1186924009", "PARTIALLY EQUIVALENT TO"},
    {possibly_replaced_by, "1186921001", "POSSIBLY REPLACED BY"},
}};
static_assert(std::ranges::all_of(association_kinds, [](const HistoricalAssociationInfo& info) {
  return info.kind == association_kinds[static_cast<std::size_t>(info.kind) - 1].kind;
}));

class SnomedRelease final : public IndexedRelease {
 public:
  SnomedRelease(std::string alias, ReleaseIndex index)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)) {}

  std::string_view term(Node node) const override {
    const auto full = name(node);
    return full ? split_tag(*full).term : "Unknown";
  }

  std::vector<std::string> type_titles(Node node) const override {
    const auto full = name(node);
    if (!full) return {"[unknown]"};
    auto title = to_title_case(split_tag(*full).tag.value_or("unknown"));
    return {index().kind(node) == inactive_concept ? "[inactive] " + title : title};
  }

  std::string link_kind(std::uint32_t kind) const override {
    return std::string(successor_relation(kind));
  }

  bool is_active(Node node) const override { return index().kind(node) == active_concept; }

  std::string_view successor_relation(std::uint32_t kind) const override {
    const auto association = std::ranges::find(association_kinds, HistoricalAssociation{kind},
                                               &HistoricalAssociationInfo::kind);
    return association == association_kinds.end() ? std::string_view() : association->name;
  }

  std::vector<std::string> search_by_code(std::string_view code) const override {
    const auto node = find(code);
    if (!node || !has_concept(*node)) return {};
    return {std::string(code)};
  }
};

base::Result<void> read_concepts(const SqliteFile& file, IndexSource& source) {
  return file.for_each_row(
      "SELECT id, active FROM snomedct_concept ORDER BY rowid", [&](const SqliteRow& row) {
        const bool active = row.integer(1) != 0;
        source.add_concept(row.text(0), active ? active_concept : inactive_concept);
        return base::Result<void>();
      });
}

base::Result<void> read_relationships(const SqliteFile& file, IndexSource& source) {
  const std::string query =
      "SELECT destination_id, source_id FROM snomedct_relationship WHERE active AND type_id = '" +
      std::string(is_a_type) + "' ORDER BY rowid";
  return file.for_each_row(query, [&](const SqliteRow& row) {
    const auto parent = source.codes().find(row.text(0));
    const auto child = source.codes().find(row.text(1));
    if (parent && child) source.add_edge(*parent, *child);
    return base::Result<void>();
  });
}

base::Result<void> read_descriptions(const SqliteFile& file, IndexSource& source) {
  const std::string query =
      "SELECT concept_id, type_id, term FROM snomedct_description WHERE active ORDER BY rowid";
  return file.for_each_row(query, [&](const SqliteRow& row) {
    if (source.codes().find(row.text(0))) {
      source.add_text(row.text(0), role_of(row.text(1)), row.text(2));
    }
    return base::Result<void>();
  });
}

// Codelog's own table: release files written by OpenCodelists do not have it.
base::Result<void> read_associations(const SqliteFile& file, IndexSource& source) {
  bool is_there = false;
  const auto looked = file.for_each_row(
      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = "
      "'snomedct_historicalassociation'",
      [&](const SqliteRow&) {
        is_there = true;
        return base::Result<void>();
      });
  if (!looked || !is_there) return looked;
  const auto present =
      file.require_table("snomedct_historicalassociation",
                         {"active", "refset_id", "referenced_component_id", "target_component_id"});
  if (!present) return present;
  const std::string query =
      "SELECT refset_id, referenced_component_id, target_component_id FROM "
      "snomedct_historicalassociation WHERE active ORDER BY rowid";
  return file.for_each_row(query, [&](const SqliteRow& row) {
    const auto refset =
        std::ranges::find(association_kinds, row.text(0), &HistoricalAssociationInfo::refset_id);
    const auto retired = source.codes().find(row.text(1));
    const auto target = source.codes().find(row.text(2));
    if (refset != association_kinds.end() && retired && target && *retired != *target) {
      source.add_link(*retired, static_cast<LinkKind>(refset->kind), *target);
    }
    return base::Result<void>();
  });
}

}  // namespace

const HistoricalAssociationInfo& info_of(HistoricalAssociation kind) {
  return association_kinds[static_cast<std::size_t>(kind) - 1];
}

std::optional<HistoricalAssociation> find_historical_association(std::uint64_t refset_id) {
  static const auto ids = [] {
    std::array<std::uint64_t, association_kinds.size()> parsed{};
    std::ranges::transform(association_kinds, parsed.begin(), [](const auto& info) {
      std::uint64_t id = 0;
      std::from_chars(info.refset_id.data(), info.refset_id.data() + info.refset_id.size(), id);
      return id;
    });
    return parsed;
  }();
  const auto found = std::ranges::find(ids, refset_id);
  if (found == ids.end()) return std::nullopt;
  return association_kinds[static_cast<std::size_t>(found - ids.begin())].kind;
}

TextRole role_of(std::string_view description_type) {
  if (description_type == fully_specified_name_type) return TextRole::name;
  if (description_type == synonym_type) return TextRole::synonym;
  return TextRole::other;
}

base::Result<IndexSource> read_index_source(const SqliteFile& file) {
  for (const auto& present :
       {file.require_table("snomedct_concept", {"id", "active"}),
        file.require_table("snomedct_description", {"active", "concept_id", "type_id", "term"}),
        file.require_table("snomedct_relationship",
                           {"active", "destination_id", "source_id", "type_id"})}) {
    if (!present) return present.error();
  }
  IndexSource source;
  source.set_root(root_code);
  // Concepts come first: rows of other tables must not turn an unknown code into a concept.
  if (auto read = read_concepts(file, source); !read) return read.error();
  if (auto read = read_relationships(file, source); !read) return read.error();
  if (auto read = read_descriptions(file, source); !read) return read.error();
  if (auto read = read_associations(file, source); !read) return read.error();
  return source;
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  return open_indexed_release<SnomedRelease>(files, system_id, std::move(alias), read_index_source);
}

}  // namespace codelog::coding_systems::snomedct
