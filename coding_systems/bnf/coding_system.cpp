#include "coding_systems/bnf/coding_system.h"

#include <algorithm>
#include <utility>

#include "coding_systems/index/indexed_release.h"

namespace codelog::coding_systems::bnf {
namespace {

constexpr std::size_t chapter_code_bytes = 2;

class BnfRelease final : public IndexedRelease {
 public:
  BnfRelease(std::string alias, ReleaseIndex index)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)) {}

  std::vector<std::string> type_titles(Node node) const override {
    // A code begins with the code of its chapter.
    const auto chapter_code = code(node).substr(0, chapter_code_bytes);
    const auto chapter = find(chapter_code);
    const auto chapter_name = chapter ? name(*chapter) : std::nullopt;
    return {"Chapter " + std::string(chapter_code) + ": " +
            std::string(chapter_name.value_or("[Unknown]"))};
  }

  std::vector<std::string> search_by_code(std::string_view code) const override {
    const auto node = index().find_ignoring_case(code);
    if (!node || !has_concept(*node)) return {};
    if (index().kind(*node) != chapter_kind) return {std::string(code)};
    std::vector<std::string> found;
    for (const Node child : hierarchy().children(*node)) found.emplace_back(this->code(child));
    std::ranges::sort(found);
    return found;
  }
};

}  // namespace

CodeKind kind_of(std::string_view level) {
  const auto found = std::ranges::find(levels, level);
  return static_cast<CodeKind>(found - levels.begin() + 1);
}

base::Result<IndexSource> read_index_source(const SqliteFile& file) {
  if (auto present = file.require_table("bnf_concept", {"code", "type", "name", "parent_id"});
      !present) {
    return present.error();
  }
  IndexSource source;
  auto read =
      file.for_each_row("SELECT code, type, name, parent_id FROM bnf_concept ORDER BY rowid",
                        [&](const SqliteRow& row) {
                          source.add_concept(row.text(0), kind_of(row.text(1)));
                          source.add_text(row.text(0), TextRole::name, row.text(2));
                          if (!row.is_null(3)) source.add_edge(row.text(3), row.text(0));
                          return base::Result<void>();
                        });
  if (!read) return read.error();
  return source;
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  return open_indexed_release<BnfRelease>(files, system_id, std::move(alias), read_index_source);
}

}  // namespace codelog::coding_systems::bnf
