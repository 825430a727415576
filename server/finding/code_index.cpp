#include "server/finding/code_index.h"

#include <algorithm>

namespace codelog::finding {
namespace {

// Approximate: a number in a codelist and a place in a code, with the room that vectors leave.
constexpr std::size_t posting_bytes = 12;
// Approximate: a node of the tree with its text, and a Code.
constexpr std::size_t code_bytes = 160;

}  // namespace

std::uint32_t CodeIndex::place_for(base::CodelistId codelist) {
  const auto [found, is_new] = places_.try_emplace(codelist, 0);
  if (!is_new) return found->second;
  if (free_places_.empty()) {
    free_places_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  found->second = free_places_.back();
  free_places_.pop_back();
  entries_[found->second] = {codelist, {}, false};
  return found->second;
}

CodeIndex::CodeNumber CodeIndex::number_of(CodeNumbers& system, const std::string& code) {
  const auto [found, is_new] = system.try_emplace(code, 0);
  if (!is_new) return found->second;
  if (free_numbers_.empty()) {
    free_numbers_.push_back(static_cast<CodeNumber>(codes_.size()));
    codes_.emplace_back();
  }
  found->second = free_numbers_.back();
  free_numbers_.pop_back();
  codes_[found->second] = {{}, found, &system};
  bytes_ += code_bytes;
  return found->second;
}

void CodeIndex::clear(std::uint32_t place) {
  Entry& entry = entries_[place];
  for (const CodeNumber number : entry.codes) {
    Code& code = codes_[number];
    std::erase(code.places, place);
    bytes_ -= posting_bytes;
    if (!code.places.empty()) continue;
    code.system->erase(code.name);
    code = {};
    free_numbers_.push_back(number);
    bytes_ -= code_bytes;
  }
  entry.codes = {};
  if (entry.is_left_out) --left_out_count_;
  entry.is_left_out = false;
}

void CodeIndex::put(base::CodelistId codelist, std::string_view coding_system,
                    std::span<const std::string> codes) {
  const base::Lock lock(mutex_);
  const std::uint32_t place = place_for(codelist);
  clear(place);
  Entry& entry = entries_[place];
  // As if all codes were new.
  if (bytes_ + codes.size() * (posting_bytes + code_bytes) > bytes_max_) {
    entry.is_left_out = true;
    ++left_out_count_;
    return;
  }
  auto system = systems_.find(coding_system);
  if (system == systems_.end()) system = systems_.try_emplace(std::string(coding_system)).first;
  entry.codes.reserve(codes.size());
  for (const std::string& code : codes) {
    const CodeNumber number = number_of(system->second, code);
    entry.codes.push_back(number);
    codes_[number].places.push_back(place);
    bytes_ += posting_bytes;
  }
}

void CodeIndex::remove(base::CodelistId codelist) {
  const base::Lock lock(mutex_);
  const auto found = places_.find(codelist);
  if (found == places_.end()) return;
  clear(found->second);
  free_places_.push_back(found->second);
  places_.erase(found);
}

std::vector<base::CodelistId> CodeIndex::codelists_with(std::string_view coding_system,
                                                        std::string_view code) const {
  std::vector<base::CodelistId> codelists;
  const base::Lock lock(mutex_);
  const auto system = systems_.find(coding_system);
  if (system == systems_.end()) return codelists;
  const auto found = system->second.find(code);
  if (found == system->second.end()) return codelists;
  for (const std::uint32_t place : codes_[found->second].places) {
    codelists.push_back(entries_[place].codelist);
  }
  std::ranges::sort(codelists);
  return codelists;
}

std::vector<Overlap> CodeIndex::overlaps_of(base::CodelistId codelist) const {
  std::vector<Overlap> overlaps;
  const base::Lock lock(mutex_);
  const auto own = places_.find(codelist);
  if (own == places_.end()) return overlaps;
  std::vector<std::uint32_t> shared(entries_.size());
  for (const CodeNumber number : entries_[own->second].codes) {
    for (const std::uint32_t place : codes_[number].places) ++shared[place];
  }
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    if (shared[place] == 0 || place == own->second) continue;
    overlaps.push_back({entries_[place].codelist, shared[place], entries_[place].codes.size()});
  }
  return overlaps;
}

std::size_t CodeIndex::codes_count(base::CodelistId codelist) const {
  const base::Lock lock(mutex_);
  const auto found = places_.find(codelist);
  return found == places_.end() ? 0 : entries_[found->second].codes.size();
}

bool CodeIndex::is_whole() const {
  const base::Lock lock(mutex_);
  return left_out_count_ == 0;
}

}  // namespace codelog::finding
