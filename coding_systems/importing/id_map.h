// A hash map from 64-bit ids to 32-bit row numbers, for importers that read millions of ids: open
// addressing in one block of memory, 16 bytes a slot, no removal. Id 0 cannot be stored; no coding
// system uses it. Lookups are O(1) for the ids of terminologies, but not for ids chosen by an
// attacker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "events/base/check.h"

namespace codelog::coding_systems {

class IdMap {
 public:
  IdMap() : slots_(1024) {}

  std::size_t size() const { return size_; }

  // Returns the row of the id; for a new id, the given row and true.
  std::pair<std::uint32_t, bool> find_or_add(std::uint64_t id, std::uint32_t row) {
    CODELOG_CHECK(id != 0, "id 0 marks free slots");
    if ((size_ + 1) * 10 > slots_.size() * 7) grow();
    Slot& slot = slots_[place_of(id)];
    if (slot.id == id) return {slot.row, false};
    slot = {id, row};
    ++size_;
    return {row, true};
  }

  std::optional<std::uint32_t> find(std::uint64_t id) const {
    const Slot& slot = slots_[place_of(id)];
    if (id == 0 || slot.id != id) return std::nullopt;
    return slot.row;
  }

 private:
  struct Slot {
    std::uint64_t id = 0;
    std::uint32_t row = 0;
  };

  // The slot of the id, or the free slot where the id belongs.
  std::size_t place_of(std::uint64_t id) const {
    const std::size_t mask = slots_.size() - 1;
    // Fibonacci hashing; the product's high half is the well-mixed one.
    std::size_t place = (id * 0x9E3779B97F4A7C15ULL) >> 32 & mask;
    while (slots_[place].id != 0 && slots_[place].id != id) place = (place + 1) & mask;
    return place;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id != 0) slots_[place_of(slot.id)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace codelog::coding_systems
