#include "coding_systems/index/index_source.h"

#include <utility>

#include "coding_systems/base/code_hash.h"

namespace codelog::coding_systems {
namespace {

constexpr std::uint32_t empty_slot = std::numeric_limits<std::uint32_t>::max();

}  // namespace

std::size_t display_name_bytes(std::string_view texts) {
  if (texts.empty() || static_cast<unsigned char>(texts.back()) != display_name_end) return 0;
  std::size_t first = texts.size() - 1;
  while (first > 0 && static_cast<unsigned char>(texts[first - 1]) < text_end_min) --first;
  return texts.size() - first;
}

CodeNumbers::CodeNumbers() : starts_{0}, slots_(1024, empty_slot) {}

std::string_view CodeNumbers::code(std::uint32_t number) const {
  return std::string_view(blob_).substr(starts_[number], starts_[number + 1] - starts_[number]);
}

std::size_t CodeNumbers::slot_of(std::string_view code) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash_code(code) & mask;
  while (slots_[at] != empty_slot && this->code(slots_[at]) != code) at = (at + 1) & mask;
  return at;
}

std::optional<std::uint32_t> CodeNumbers::find(std::string_view code) const {
  const std::uint32_t number = slots_[slot_of(code)];
  return number == empty_slot ? std::nullopt : std::optional(number);
}

std::uint32_t CodeNumbers::add(std::string_view code) {
  const std::size_t at = slot_of(code);
  if (slots_[at] != empty_slot) return slots_[at];
  const auto number = static_cast<std::uint32_t>(size());
  slots_[at] = number;
  blob_ += code;
  starts_.push_back(blob_.size());
  if (size() * 2 > slots_.size()) grow();
  return number;
}

void CodeNumbers::grow() {
  slots_.assign(slots_.size() * 2, empty_slot);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < size(); ++number) {
    std::size_t at = hash_code(code(number)) & mask;
    while (slots_[at] != empty_slot) at = (at + 1) & mask;
    slots_[at] = number;
  }
}

CodeKind IndexSource::add_concept(std::string_view code, CodeKind kind) {
  const auto number = codes_.add(code);
  if (number >= kinds_.size()) kinds_.resize(number + std::size_t{1}, kind_without_concept);
  return std::exchange(kinds_[number], kind);
}

void IndexSource::add_edge(std::string_view parent, std::string_view child) {
  const auto parent_number = codes_.add(parent);
  edges_.push_back({parent_number, codes_.add(child)});
}

void IndexSource::add_link(std::string_view source, LinkKind kind, std::string_view target) {
  const auto source_number = codes_.add(source);
  links_.push_back({source_number, kind, codes_.add(target)});
}

void IndexSource::add_text(std::string_view code, TextRole role, std::string_view text) {
  const std::uint64_t first = blob_.size();
  blob_ += text;
  texts_.push_back({codes_.add(code), role, false, first, blob_.size()});
}

}  // namespace codelog::coding_systems
