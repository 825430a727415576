#include "coding_systems/base/type_table.h"

#include <algorithm>
#include <map>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/base/release.h"

namespace codelog::coding_systems {

TypeTable::TypeTable(const Release& release) {
  struct Found {
    std::uint32_t number = 0;  // in the order the titles came
    std::uint32_t codes_count = 0;
  };
  std::map<std::string, Found, std::less<>> found;
  const auto size = static_cast<Node>(release.hierarchy().size());
  offsets_.reserve(size + std::size_t{1});
  offsets_.push_back(0);
  for (Node node = 0; node < size; ++node) {
    if (release.has_concept(node)) {
      for (std::string& title : release.type_titles(node)) {
        const Found fresh{static_cast<std::uint32_t>(found.size()), 0};
        Found& type = found.try_emplace(std::move(title), fresh).first->second;
        ++type.codes_count;
        numbers_.push_back(type.number);
      }
    }
    offsets_.push_back(static_cast<std::uint32_t>(numbers_.size()));
  }
  std::vector<std::uint32_t> in_order(found.size());
  for (const auto& [title, type] : found) {
    in_order[type.number] = static_cast<std::uint32_t>(types_.size());
    types_.push_back({title, type.codes_count});
  }
  for (auto& number : numbers_) number = in_order[number];
  for (Node node = 0; node < size; ++node) {
    std::sort(numbers_.begin() + offsets_[node], numbers_.begin() + offsets_[node + 1]);
  }
}

std::vector<std::uint32_t> TypeTable::find(std::string_view title) const {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < types_.size(); ++i) {
    if (equal_ignoring_ascii_case(types_[i].title, title)) numbers.push_back(i);
  }
  return numbers;
}

std::span<const std::uint32_t> TypeTable::types_of(Node node) const {
  return std::span(numbers_).subspan(offsets_[node], offsets_[node + 1] - offsets_[node]);
}

}  // namespace codelog::coding_systems
