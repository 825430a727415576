#include "coding_systems/icd10/index_rows.h"

#include <set>

#include "coding_systems/icd10/known_differences.h"

namespace codelog::coding_systems::icd10 {
namespace {

Wording wording_of(std::string_view code, const std::vector<EditionRow>& editions) {
  const EditionRow* older = nullptr;
  const EditionRow* newer = nullptr;
  for (const EditionRow& row : editions) {
    if (row.edition == in_2016) older = &row;
    if (row.edition == in_2019) newer = &row;
  }
  if (older == nullptr || newer == nullptr) return Wording::same;
  if (older->term == newer->term && older->modifier == newer->modifier) return Wording::same;
  switch (known_difference(code)) {
    case KnownDifference::clinically_different:
      return Wording::meaning_changed;
    case KnownDifference::equivalent:
      return Wording::equivalent;
    case KnownDifference::none:
      break;
  }
  return Wording::not_reviewed;
}

}  // namespace

std::string full_name(std::string_view term, std::string_view modifier) {
  std::string name(term);
  if (!modifier.empty()) name.append(" : ").append(modifier);
  return name;
}

Usage usage_named(std::string_view text) {
  if (text == "dagger") return Usage::dagger;
  return text == "aster" ? Usage::asterisk : Usage::normal;
}

std::string_view name_of(Usage usage) {
  switch (usage) {
    case Usage::dagger:
      return "dagger";
    case Usage::asterisk:
      return "aster";
    case Usage::normal:
      break;
  }
  return "normal";
}

Level level_named(std::string_view text) {
  if (text == "chapter") return Level::chapter;
  return text == "block" ? Level::block : Level::category;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::chapter:
      return "chapter";
    case Level::block:
      return "block";
    case Level::category:
      break;
  }
  return "category";
}

void IndexRows::add_concept(std::string_view code, std::string_view parent,
                            const std::vector<EditionRow>& editions) {
  CodeFacts facts;
  facts.wording = wording_of(code, editions);
  std::set<std::string_view> terms;
  for (const EditionRow& row : editions) {
    facts.level = row.level;
    facts.usage = row.usage;
    facts.editions |= row.edition;
    terms.insert(row.term);
  }
  source_.add_concept(code, kind_of(facts));
  concepts_.emplace(code);
  if (!parent.empty()) source_.add_edge(parent, code);
  if (editions.empty()) return;
  const EditionRow& latest = editions.back();
  terms.erase(latest.term);
  source_.add_text(code, TextRole::name, latest.term);
  for (const std::string_view term : terms) source_.add_text(code, TextRole::other, term);
  if (!latest.modifier.empty()) {
    source_.add_text(code, TextRole::display_name, full_name(latest.term, latest.modifier));
  }
}

void IndexRows::add_pair(std::string_view dagger_code, std::string_view asterisk_code,
                         std::uint8_t edition) {
  pairs_[{std::string(dagger_code), std::string(asterisk_code)}] |= edition;
}

IndexSource IndexRows::take() {
  for (const auto& [codes, editions] : pairs_) {
    const auto& [dagger_code, asterisk_code] = codes;
    if (!concepts_.contains(dagger_code) || !concepts_.contains(asterisk_code)) continue;
    source_.add_link(asterisk_code, link_kind_of({Partner::dagger, editions}), dagger_code);
    source_.add_link(dagger_code, link_kind_of({Partner::asterisk, editions}), asterisk_code);
  }
  return std::move(source_);
}

}  // namespace codelog::coding_systems::icd10
