// One edition of ICD-10 from a ClaML document: classes (chapters, blocks, categories) and
// modifiers, whose classes are the characters that they append.
//
// Reads from a class: code, kind, usage, its SuperClass, ModifiedBy and ExcludeModifier, and its
// rubrics. Skips everything else (lists of subclasses, history, metadata). White space in texts is
// collapsed; references in brackets become " (text)", but a name leaves out those to a dagger or
// asterisk partner.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/xml_reader.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

// The kinds of rubrics other than "preferred" and "preferredLong", which are the name.
constexpr std::array<std::string_view, 9> rubric_kinds = {
    "inclusion",  "exclusion",    "note",     "text",        "coding-hint",
    "definition", "introduction", "footnote", "modifierlink"};

struct Rubric {
  std::string_view kind;  // one of rubric_kinds
  std::string text;
};

// The common parts of classes and of modifiers' characters.
struct ClamlEntry {
  std::string code;  // without dots
  std::uint64_t line = 0;
  Usage usage = Usage::normal;
  std::string short_term;             // the preferred rubric
  std::string term;                   // its long form, if there is one
  std::vector<std::string> partners;  // for a dagger code its asterisk codes, and the reverse
  std::vector<Rubric> rubrics;        // in document order
};

struct ModifiedBy {
  std::string modifier;
  std::string characters;  // the only valid ones; empty: all
};

struct ClamlClass : ClamlEntry {
  Level level = Level::category;
  std::string parent;  // empty for a chapter
  std::vector<ModifiedBy> modified_by;
  std::vector<std::string> excluded_modifiers;
};

// A character that a modifier appends to codes; `code` is that one character.
struct ModifierCharacter : ClamlEntry {
  std::string modifier;
};

struct Claml {
  std::string_view name;            // of the file, for errors
  std::vector<ClamlClass> classes;  // in document order
  // By modifier, in document order.
  std::map<std::string, std::vector<ModifierCharacter>, std::less<>> modifiers;

  // "NAME, line 17: class A77: " followed by the detail.
  base::Error error_at(const ClamlEntry& entry, std::string_view detail) const;
};

constexpr std::size_t term_bytes_max = 1000;

// `name` is the file's name and must outlive the result, whose records refer to it. `bytes_before`
// of the stage's total were read before this document. Unknown parts that nothing needs (kinds of
// rubrics, usages, references to partners without a code) are left out and counted in the notices.
// Errors: invalid with line and class (malformed XML, not ClaML, a code or kind that ICD-10 does
// not have, a missing or repeated name, two usages, ...), unavailable (asked to stop), those of the
// source. Memory: the result.
base::Result<Claml> read_claml(std::string_view name, XmlReader::Read read, ImportStages& stages,
                               std::uint64_t bytes_before, CountedNotices& notices);

// The level of a code, by its shape without dots; nothing for another shape.
std::optional<Level> level_of_code(std::string_view code);

}  // namespace codelog::coding_systems::icd10
