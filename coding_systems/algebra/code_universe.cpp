#include "coding_systems/algebra/code_universe.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "events/base/check.h"

namespace codelog::coding_systems {

CodeUniverse::CodeUniverse(std::shared_ptr<const Concepts> release) {
  CODELOG_CHECK(release != nullptr, "a universe is made over a release");
  auto contents = std::make_shared<Contents>();
  contents->hierarchy = ExtendedHierarchy(release->hierarchy());
  contents->release = std::move(release);
  contents_ = std::move(contents);
}

CodeUniverse::CodeUniverse(const Concepts& release)
    : CodeUniverse(std::shared_ptr<const Concepts>(std::shared_ptr<const Concepts>(), &release)) {}

CodeUniverse::CodeUniverse(std::shared_ptr<const Contents> contents)
    : contents_(std::move(contents)) {}

std::optional<Node> CodeUniverse::find(std::string_view code) const {
  if (const auto node = release().find(code)) return node;
  const auto found = contents_->stranger_nodes.find(code);
  if (found == contents_->stranger_nodes.end()) return std::nullopt;
  return found->second;
}

std::string_view CodeUniverse::code(Node node) const {
  if (!is_stranger(node)) return release().code(node);
  return *contents_->strangers[node - release().hierarchy().size()];
}

CodeUniverse::Extended CodeUniverse::extended_by(std::span<const std::string_view> codes) const {
  std::vector<Node> nodes;
  nodes.reserve(codes.size());
  std::shared_ptr<Contents> next;  // made when the first new stranger appears
  const auto in_release = release().find_all(codes);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string_view code = codes[i];
    auto node = in_release[i] ? in_release[i] : find(code);
    if (!node && next) {
      const auto found = next->stranger_nodes.find(code);
      if (found != next->stranger_nodes.end()) node = found->second;
    }
    if (!node) {
      if (!next) next = std::make_shared<Contents>(*contents_);
      node = static_cast<Node>(release().hierarchy().size() + next->strangers.size());
      next->strangers.push_back(std::make_shared<const std::string>(code));
      next->stranger_nodes.emplace(*next->strangers.back(), *node);
    }
    nodes.push_back(*node);
  }
  auto universe = with_orphans(nodes, std::move(next));
  return {std::move(universe), std::move(nodes)};
}

CodeUniverse CodeUniverse::extended_by(std::span<const Node> nodes) const {
  return with_orphans(nodes, nullptr);
}

CodeUniverse CodeUniverse::with_orphans(std::span<const Node> nodes,
                                        std::shared_ptr<Contents> next) const {
  const auto known = hierarchy().orphans();
  std::vector<Node> orphans(known.begin(), known.end());
  std::ranges::copy_if(nodes, std::back_inserter(orphans),
                       [&](Node node) { return hierarchy().lacks_edges(node); });
  std::ranges::sort(orphans);
  orphans.erase(std::unique(orphans.begin(), orphans.end()), orphans.end());
  if (orphans.size() == known.size()) return *this;
  if (!next) next = std::make_shared<Contents>(*contents_);
  next->hierarchy =
      ExtendedHierarchy(release().hierarchy(), next->strangers.size(), std::move(orphans));
  return CodeUniverse(std::move(next));
}

}  // namespace codelog::coding_systems
