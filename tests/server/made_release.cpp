#include "tests/server/made_release.h"

#include "coding_systems/index/indexed_release.h"
#include "events/base/check.h"
#include "events/base/digest.h"

namespace codelog::tests {
namespace {

using coding_systems::IndexFile;
using coding_systems::IndexSource;
using coding_systems::ReleaseIndex;

class MadeRelease final : public coding_systems::IndexedRelease {
 public:
  MadeRelease(std::string_view system_id, ReleaseIndex index)
      : IndexedRelease(*coding_systems::find_coding_system(system_id),
                       std::string(system_id) + "_made_20240201", std::move(index)) {}

  std::vector<std::string> type_titles(coding_systems::Node) const override { return {"Made"}; }
  bool is_active(coding_systems::Node node) const override {
    return index().kind(node) != made_inactive;
  }
  std::string link_kind(std::uint32_t kind) const override {
    return kind == made_replaced_by ? "replaced_by" : "seen_with";
  }
  std::string_view successor_relation(std::uint32_t kind) const override {
    return kind == made_replaced_by ? "replaced by" : "";
  }
  std::vector<std::string> search_by_code(std::string_view code) const override {
    if (!find(code)) return {};
    return {std::string(code)};
  }
};

}  // namespace

IndexSource made_source(std::initializer_list<const char*> edges) {
  IndexSource source;
  const auto name = [&](const std::string& code) {
    source.add_concept(code, made_active);
    source.add_text(code, coding_systems::TextRole::name, "name of " + code);
  };
  for (const std::string edge : edges) {
    const auto space = edge.find(' ');
    const auto parent = edge.substr(0, space);
    const auto child = edge.substr(space + 1);
    name(parent);
    name(child);
    source.add_edge(parent, child);
  }
  return source;
}

std::shared_ptr<const coding_systems::Release> made_release(const IndexSource& source,
                                                            std::string_view system_id) {
  auto bytes = coding_systems::build_release_index(system_id, source, {});
  CODELOG_CHECK(static_cast<bool>(bytes), bytes ? "" : bytes.error().detail);
  coding_systems::IndexedFile built_from;
  built_from.digest = base::sha256(*bytes);
  bytes = coding_systems::build_release_index(system_id, source, built_from);
  CODELOG_CHECK(static_cast<bool>(bytes), "the same source again");
  auto file = IndexFile::own(std::move(*bytes), system_id);
  CODELOG_CHECK(static_cast<bool>(file), "an index just made");
  auto index = ReleaseIndex::from(std::move(*file));
  CODELOG_CHECK(static_cast<bool>(index), "an index just made");
  return std::make_shared<const MadeRelease>(system_id, std::move(*index));
}

}  // namespace codelog::tests
