#include "coding_systems/snomedct/coding_system.h"

#include <utility>

#include "coding_systems/base/indexed_release.h"
#include "coding_systems/snomedct/semantic_tag.h"

namespace codelog::coding_systems::snomedct {
namespace {

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
    if (!full) return {unknown_type_title(code(node))};
    auto title = to_title_case(split_tag(*full).tag.value_or("unknown"));
    return {index().kind(node) == inactive_concept ? "[inactive] " + title : title};
  }

  std::string unknown_type_title(std::string_view) const override { return "[unknown]"; }

  bool is_active(Node node) const override { return index().kind(node) != inactive_concept; }

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
    source.add_edge(row.text(0), row.text(1));
    return base::Result<void>();
  });
}

base::Result<void> read_descriptions(const SqliteFile& file, IndexSource& source) {
  const std::string query =
      "SELECT concept_id, type_id, term FROM snomedct_description WHERE active ORDER BY rowid";
  return file.for_each_row(query, [&](const SqliteRow& row) {
    source.add_text(row.text(0), role_of(row.text(1)), row.text(2));
    return base::Result<void>();
  });
}

}  // namespace

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
  if (auto read = read_concepts(file, source); !read) return read.error();
  if (auto read = read_relationships(file, source); !read) return read.error();
  if (auto read = read_descriptions(file, source); !read) return read.error();
  return source;
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  auto opened = open_release_index(files, system_id, read_index_source);
  if (!opened) return opened.error();
  return std::shared_ptr<const Release>(
      std::make_shared<const SnomedRelease>(std::move(alias), std::move(opened->index)));
}

}  // namespace codelog::coding_systems::snomedct
