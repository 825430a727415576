#include "coding_systems/icd10/editions.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "coding_systems/icd10/index_rows.h"
#include "coding_systems/icd10/known_differences.h"

namespace codelog::coding_systems::icd10 {
namespace {

// The NHS class browser's form of the name of a modified code.
std::string nhs_name(std::string_view term, std::string_view modifier) {
  if (modifier.empty()) return std::string(term);
  return std::string(term) + " (" + std::string(modifier) + ")";
}

// Replaces WHO's words by the NHS's. The class browser's names of modified codes end in the
// modifier; the table has the modifier in a column.
void take_nhs_name(EditionRecord& record, const EditionRecord& nhs) {
  if (!nhs.modifier.empty()) {
    record.short_term = nhs.term;
    record.term = nhs.term;
    record.modifier = nhs.modifier;
    record.modifier_position = nhs.modifier_position;
    return;
  }
  const std::string ending = " (" + record.modifier + ")";
  std::string name = nhs.term;
  if (!record.modifier.empty()) {
    if (name.ends_with(ending)) {
      name.resize(name.size() - ending.size());
    } else {
      record.modifier.clear();
      record.modifier_position = 0;
    }
  }
  record.short_term = name;
  record.term = std::move(name);
}

std::string quoted(std::string_view code, std::string_view left, std::string_view right) {
  return std::string(code) + " '" + std::string(left) + "' / '" + std::string(right) + "'";
}

base::Error invalid(std::string detail) {
  return {base::ErrorCode::invalid, std::move(detail), {}};
}

std::string place_of(const EditionRecord& record) {
  return std::string(record.source_name) + ", line " + std::to_string(record.line);
}

const EditionRecord& first_record(const ConceptRow& row) {
  return **std::ranges::find_if(row.records, [](const EditionRecord* known) { return known; });
}

std::string shown_parent(const EditionRecord& record) {
  return record.parent.empty() ? "none" : record.parent;
}

}  // namespace

void Notices::add(std::string_view kind, std::string detail) {
  auto found = std::ranges::find(kinds_, kind, &Kind::text);
  if (found == kinds_.end()) {
    kinds_.push_back({std::string(kind), 0, {}});
    found = kinds_.end() - 1;
  }
  ++found->count;
  if (found->details.size() < details_max) found->details.push_back(std::move(detail));
}

std::vector<std::string> Notices::take() const {
  std::vector<std::string> notices;
  for (const Kind& kind : kinds_) {
    for (const std::string& detail : kind.details) {
      notices.push_back(detail.empty() ? kind.text : kind.text + ": " + detail);
    }
    if (kind.count > kind.details.size()) {
      notices.push_back(kind.text + ": " + std::to_string(kind.count - kind.details.size()) +
                        " more");
    }
  }
  for (std::string& notice : counted_.take()) notices.push_back(std::move(notice));
  return notices;
}

void combine_with_nhs(std::vector<EditionRecord>& records, std::vector<EditionRecord> nhs,
                      NhsSource source, Notices& notices) {
  const bool is_browser = source == NhsSource::class_browser;
  const std::string nhs_source = is_browser ? "NHS class browser" : "NHS's 5th edition";
  std::unordered_map<std::string_view, const EditionRecord*> nhs_by_code;
  for (const EditionRecord& record : nhs) nhs_by_code.emplace(record.code, &record);
  std::unordered_set<std::string> codes;
  for (EditionRecord& record : records) {
    codes.insert(record.code);
    const auto found = nhs_by_code.find(record.code);
    if (found == nhs_by_code.end()) {
      if (!is_browser || !is_known_to_be_unlisted(record.code)) {
        notices.add("2016: a code of WHO's is not in the " + nhs_source + "; it is kept",
                    record.code);
      }
      continue;
    }
    const std::string name = nhs_name(record.short_term, record.modifier);
    const std::string said = nhs_name(found->second->term, found->second->modifier);
    if (name == said) continue;
    const auto known = known_nhs_difference(record.code);
    if (known == KnownNhsDifference::who_text) continue;
    if (known == KnownNhsDifference::none) {
      notices.add("2016: WHO and the NHS name a code differently; the NHS's name is taken",
                  quoted(record.code, name, said));
    }
    take_nhs_name(record, *found->second);
  }
  for (EditionRecord& record : nhs) {
    if (codes.contains(record.code)) continue;
    notices.add("2016: a code of the " + nhs_source + " is not in WHO's edition; it is taken",
                record.code);
    records.push_back(std::move(record));
  }
}

void compare_editions(const Edition& older, const Edition& newer, Notices& notices) {
  std::unordered_map<std::string_view, const EditionRecord*> older_by_code;
  for (const EditionRecord& record : older.records) older_by_code.emplace(record.code, &record);
  const std::string kind = "a code is named differently in " + older.id + " and " + newer.id +
                           ", and nobody has compared the meanings";
  for (const EditionRecord& record : newer.records) {
    const auto found = older_by_code.find(record.code);
    if (found == older_by_code.end()) continue;
    const std::string old_name = full_name(found->second->short_term, found->second->modifier);
    const std::string new_name = full_name(record.short_term, record.modifier);
    if (old_name == new_name || known_difference(record.code) != KnownDifference::none) continue;
    notices.add(kind, quoted(record.code, old_name, new_name));
  }
}

base::Result<std::vector<ConceptRow>> unite(const std::vector<Edition>& editions,
                                            CountedNotices& notices) {
  std::map<std::string_view, ConceptRow> by_code;
  for (std::size_t at = 0; at < editions.size(); ++at) {
    for (const EditionRecord& record : editions[at].records) {
      const auto [place, is_new] = by_code.emplace(record.code, ConceptRow{});
      ConceptRow& row = place->second;
      if (is_new) {
        row = {record.code, record.parent, std::vector<const EditionRecord*>(editions.size())};
      } else if (row.parent != record.parent) {
        const EditionRecord& other = first_record(row);
        return invalid("the editions disagree about the parent of " + record.code + ": " +
                       shown_parent(other) + " (" + place_of(other) + ") and " +
                       shown_parent(record) + " (" + place_of(record) + ")");
      }
      row.records[at] = &record;
    }
  }
  std::vector<ConceptRow> rows;
  rows.reserve(by_code.size());
  for (auto& [code, row] : by_code) {
    if (!row.parent.empty() && !by_code.contains(row.parent)) {
      notices.add("classes hang below nothing, since their parent is in no edition", code);
      row.parent = {};
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace codelog::coding_systems::icd10
