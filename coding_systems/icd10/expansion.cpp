// Modifiers: fourth and fifth characters, written once for many codes.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "coding_systems/icd10/editions.h"
#include "coding_systems/icd10/known_differences.h"

namespace codelog::coding_systems::icd10 {
namespace {

// The words of M13 say that it is coded by site like its neighbours, but its markup does not.
constexpr std::string_view implicitly_modified = "M13";
constexpr std::string_view implicit_modifier = "S13M00_5";

constexpr std::size_t code_bytes_max = 5;
constexpr std::size_t levels_max = 16;  // ICD-10 has five

// The character of a code that a modifier is for, from the end of its name; 0 if the name does not
// tell.
int position_of(std::string_view modifier) {
  if (modifier.ends_with("_4")) return 4;
  return modifier.ends_with("_5") ? 5 : 0;
}

// Takes the record out, leaving the parts that the modifiers still need: code, parent and line.
EditionRecord take_record(ClamlClass& from, std::string_view source_name) {
  EditionRecord record;
  record.source_name = source_name;
  record.code = from.code;
  record.parent = from.parent;
  record.level = from.level;
  record.usage = from.usage;
  record.short_term = std::move(from.short_term);
  record.term = std::move(from.term);
  record.partners = std::move(from.partners);
  record.rubrics = std::move(from.rubrics);
  record.line = from.line;
  return record;
}

// Combines a base with a character. The base gives only its name; usage and rubrics are the
// character's.
EditionRecord modified_record(std::string code, std::string parent, const EditionRecord& base,
                              const ModifierCharacter& character) {
  EditionRecord record;
  record.code = std::move(code);
  record.parent = std::move(parent);
  record.usage = character.usage;
  record.short_term = base.short_term;
  record.term = base.term;
  record.modifier = character.term;
  record.modifier_position = position_of(character.modifier);
  record.partners = character.partners;
  record.modifier_rubrics = character.rubrics;
  record.source_name = base.source_name;
  record.line = base.line;
  return record;
}

class Expansion {
 public:
  Expansion(Claml& claml, CountedNotices& notices) : claml_(claml), notices_(notices) {}

  base::Result<std::vector<EditionRecord>> run() {
    if (auto indexed = index_classes(); !indexed) return indexed.error();
    add_implicit_modifier();
    for (ClamlClass& entry : claml_.classes) leave_out_unknown(entry);
    for (std::size_t at = 0; at < claml_.classes.size(); ++at) {
      if (auto collected = collect(at); !collected) return collected.error();
    }
    for (ClamlClass& entry : claml_.classes) records_.push_back(take_record(entry, claml_.name));
    for (std::size_t at = 0; at < claml_.classes.size(); ++at) {
      // Fourth characters first, since fifth ones may follow them.
      std::ranges::stable_sort(bases_[at], {}, [](const ModifiedBy* modified) {
        return position_of(modified->modifier);
      });
      for (const ModifiedBy* modified : bases_[at]) {
        if (auto applied = apply(at, *modified); !applied) return applied.error();
      }
    }
    return in_order();
  }

 private:
  base::Result<void> index_classes() {
    for (std::size_t at = 0; at < claml_.classes.size(); ++at) {
      const ClamlClass& entry = claml_.classes[at];
      const auto [place, is_new] = classes_.emplace(entry.code, at);
      if (!is_new) {
        return claml_.error_at(entry, "it is there twice, first in line " +
                                          std::to_string(claml_.classes[place->second].line));
      }
      if (!entry.parent.empty()) children_[entry.parent].push_back(at);
    }
    bases_.resize(claml_.classes.size());
    return {};
  }

  void add_implicit_modifier() {
    const auto found = classes_.find(std::string(implicitly_modified));
    if (found == classes_.end() || !claml_.modifiers.contains(implicit_modifier)) return;
    ClamlClass& entry = claml_.classes[found->second];
    const bool is_said = std::ranges::any_of(entry.modified_by, [](const ModifiedBy& modified) {
      return modified.modifier == implicit_modifier;
    });
    if (!is_said) entry.modified_by.push_back({std::string(implicit_modifier), ""});
  }

  // Leaves out unknown modifiers, and characters that a modifier does not have.
  void leave_out_unknown(ClamlClass& entry) {
    std::erase_if(entry.modified_by, [&](ModifiedBy& modified) {
      const auto found = claml_.modifiers.find(modified.modifier);
      const std::string shown = entry.code + " " + modified.modifier;
      if (found == claml_.modifiers.end()) {
        notices_.add("modifiers of classes are left out, since they are not in the document",
                     shown);
        return true;
      }
      if (position_of(modified.modifier) == 0) {
        notices_.add("modifiers of classes are left out, since their name does not end in _4 or _5",
                     shown);
        return true;
      }
      const bool is_for_all = modified.characters.empty();
      std::erase_if(modified.characters, [&](char character) {
        const bool is_there =
            std::ranges::any_of(found->second, [character](const ModifierCharacter& known) {
              return known.code.front() == character;
            });
        if (!is_there) {
          notices_.add("characters of modifiers are left out, since the modifier lacks them",
                       shown + " " + character);
        }
        return !is_there;
      });
      return !is_for_all && modified.characters.empty();
    });
  }

  bool excludes(const ClamlClass& entry, std::string_view modifier) const {
    return std::ranges::find(entry.excluded_modifiers, modifier) != entry.excluded_modifiers.end();
  }

  void add_modifiers(std::size_t at, const ClamlClass& of, const std::vector<std::size_t>& way) {
    for (const ModifiedBy& modified : of.modified_by) {
      const bool is_excluded = std::ranges::any_of(way, [&](std::size_t passed) {
        return excludes(claml_.classes[passed], modified.modifier);
      });
      const bool is_known = std::ranges::any_of(bases_[at], [&](const ModifiedBy* other) {
        return other->modifier == modified.modifier;
      });
      if (!is_excluded && !is_known) bases_[at].push_back(&modified);
    }
  }

  // A category's own modifiers. Those of a chapter or block apply to all its three-character
  // categories.
  base::Result<void> collect(std::size_t at) {
    const ClamlClass* entry = &claml_.classes[at];
    if (entry->level != Level::category) return {};
    std::vector<std::size_t> way = {at};
    add_modifiers(at, *entry, way);
    if (entry->code.size() != 3) return {};
    for (auto above = classes_.find(entry->parent); above != classes_.end();
         above = classes_.find(entry->parent)) {
      entry = &claml_.classes[above->second];
      if (entry->level == Level::category) return {};
      way.push_back(above->second);
      if (way.size() > levels_max) {
        return claml_.error_at(claml_.classes[at], "more than " + std::to_string(levels_max) +
                                                       " blocks are nested around it");
      }
      add_modifiers(at, *entry, way);
    }
    return {};
  }

  base::Result<void> apply(std::size_t at, const ModifiedBy& modified) {
    const ClamlClass& entry = claml_.classes[at];
    const auto below = children_with_four_characters(at, modified.modifier);
    for (const ModifierCharacter& character : claml_.modifiers.find(modified.modifier)->second) {
      const char digit = character.code.front();
      if (!modified.characters.empty() && modified.characters.find(digit) == std::string::npos) {
        continue;
      }
      if (!below.has_children) {
        const bool needs_filler = position_of(modified.modifier) == 5 && entry.code.size() == 3;
        const std::string code = entry.code + (needs_filler ? "X" : "") + digit;
        auto added = add(entry, modified_record(code, entry.code, records_[at], character));
        if (!added) return added;
      }
      for (const EditionRecord* child : below.records) {
        auto added =
            add(entry, modified_record(child->code + digit, child->code, *child, character));
        if (!added) return added;
      }
    }
    return {};
  }

  struct FourCharacterChildren {
    bool has_children = false;                  // counts excluded ones too
    std::vector<const EditionRecord*> records;  // points into records_ and made_, which do not move
  };

  FourCharacterChildren children_with_four_characters(std::size_t at,
                                                      std::string_view modifier) const {
    FourCharacterChildren found;
    const std::string& code = claml_.classes[at].code;
    if (const auto below = children_.find(code); below != children_.end()) {
      for (const std::size_t child : below->second) {
        const ClamlClass& entry = claml_.classes[child];
        if (entry.code.size() != 4) continue;
        found.has_children = true;
        if (!excludes(entry, modifier)) found.records.push_back(&records_[child]);
      }
    }
    if (const auto made = made_.find(code); made != made_.end()) {
      for (const EditionRecord& record : made->second) {
        if (record.code.size() != 4) continue;
        found.has_children = true;
        found.records.push_back(&record);
      }
    }
    return found;
  }

  base::Result<void> add(const ClamlClass& entry, EditionRecord record) {
    if (record.code.size() > code_bytes_max) {
      return claml_.error_at(
          entry, "its modifier would make the code " + record.code + ", which is too long");
    }
    const bool is_there = classes_.contains(record.code);
    if (is_there || !made_codes_.insert(record.code).second) {
      return claml_.error_at(
          entry, "its modifier would make the code " + record.code + ", which is there already");
    }
    const std::string parent = record.parent;
    made_[parent].push_back(std::move(record));
    return {};
  }

  void append_made(const std::string& code, std::vector<EditionRecord>& ordered) {
    const auto made = made_.find(code);
    if (made == made_.end()) return;
    // Each may have modifiers of its own, and applying them would move the list being read.
    for (EditionRecord& record : made->second) {
      const std::string made_code = record.code;
      ordered.push_back(std::move(record));
      append_made(made_code, ordered);
    }
  }

  std::vector<EditionRecord> in_order() {
    std::vector<EditionRecord> ordered;
    for (EditionRecord& record : records_) {
      const std::string code = record.code;
      ordered.push_back(std::move(record));
      append_made(code, ordered);
    }
    return ordered;
  }

  Claml& claml_;
  CountedNotices& notices_;
  std::unordered_map<std::string, std::size_t> classes_;                // by code
  std::unordered_map<std::string, std::vector<std::size_t>> children_;  // by parent
  std::vector<std::vector<const ModifiedBy*>> bases_;                   // by class
  std::vector<EditionRecord> records_;                                  // by class
  std::unordered_map<std::string, std::vector<EditionRecord>> made_;    // by parent
  std::unordered_set<std::string> made_codes_;
};

}  // namespace

base::Result<std::vector<EditionRecord>> expand_modifiers(Claml claml, CountedNotices& notices) {
  return Expansion(claml, notices).run();
}

void apply_places_of_occurrence(std::vector<EditionRecord>& records,
                                const std::vector<ModifierCharacter>& places, Notices& notices) {
  std::unordered_map<std::string, std::size_t> by_code;
  for (std::size_t at = 0; at < records.size(); ++at) by_code.emplace(records[at].code, at);
  // WHO's own codes, except those that give way.
  const auto keeps = [&](const std::string& code) {
    const auto found = by_code.find(code);
    if (found == by_code.end()) return false;
    return !gives_way_to_place_of_occurrence(code) || !by_code.contains(code.substr(0, 3)) ||
           std::ranges::find(places, code.substr(3), &ModifierCharacter::code) == places.end();
  };
  std::vector<EditionRecord> changed;
  for (EditionRecord& record : records) {
    if (!keeps(record.code)) continue;
    const std::size_t base = changed.size();
    changed.push_back(std::move(record));
    const std::string base_code = changed[base].code;
    if (!takes_place_of_occurrence(base_code)) continue;
    for (const ModifierCharacter& place : places) {
      const std::string code = base_code + place.code;
      if (!keeps(code)) {
        changed.push_back(modified_record(code, base_code, changed[base], place));
      } else if (records[by_code.at(code)].modifier.empty()) {
        notices.add("2016: a code that should be a place of occurrence means something else", code);
      }
    }
  }
  for (const std::string_view code : codes_giving_way()) {
    if (by_code.contains(std::string(code))) continue;
    notices.add("2016: a code of WHO's that places of occurrence replace is not there",
                std::string(code));
  }
  records = std::move(changed);
}

}  // namespace codelog::coding_systems::icd10
