// Strong<T, Tag>: an integer type distinct from every other. Ids, positions and stream versions
// never mix.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace codelog::base {

template <class T, class Tag>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(value) {}

  constexpr T value() const { return value_; }
  constexpr Strong next() const { return Strong(value_ + 1); }
  constexpr auto operator<=>(const Strong&) const = default;

 private:
  T value_{};
};

// The place of a commit in the log: dense, from 1; 0 is "before the first commit".
using Position = Strong<std::uint64_t, struct PositionTag>;
// The number of commits that have touched a stream.
using StreamVersion = Strong<std::uint64_t, struct StreamVersionTag>;
using CodelistId = Strong<std::uint32_t, struct CodelistIdTag>;
using VersionId = Strong<std::uint32_t, struct VersionIdTag>;
using SearchId = Strong<std::uint32_t, struct SearchIdTag>;

}  // namespace codelog::base

template <class T, class Tag>
struct std::hash<codelog::base::Strong<T, Tag>> {
  std::size_t operator()(const codelog::base::Strong<T, Tag>& id) const noexcept {
    return std::hash<T>{}(id.value());
  }
};
