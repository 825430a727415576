// One edition of ICD-10 as a ClaML document has it: classes (chapters, blocks, categories) and
// modifiers, whose classes are the characters that they append.
//
// What is read of a class: code, kind, usage, its SuperClass, ModifiedBy and ExcludeModifier, and
// its rubrics. Everything else (lists of subclasses, history, metadata) is read over. Texts have
// their white space collapsed; references in brackets become " (text)", save that a name leaves out
// those to a dagger or asterisk partner.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/import_notices.h"
#include "coding_systems/base/import_progress.h"
#include "coding_systems/base/xml_reader.h"
#include "coding_systems/icd10/coding_system.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

// The kinds of rubrics, beside "preferred" and "preferredLong", which are the name.
constexpr std::array<std::string_view, 9> rubric_kinds = {
    "inclusion",  "exclusion",    "note",     "text",        "coding-hint",
    "definition", "introduction", "footnote", "modifierlink"};

struct Rubric {
  std::string_view kind;  // one of rubric_kinds
  std::string text;
};

// What classes and the characters of modifiers have in common.
struct ClamlEntry {
  std::string code;  // without dots
  std::uint64_t line = 0;
  Usage usage = Usage::normal;
  std::string short_term;             // the preferred rubric
  std::string term;                   // the long form of it where there is one
  std::vector<std::string> partners;  // of a dagger the asterisks and the other way round
  std::vector<Rubric> rubrics;        // in the order of the document
};

struct ModifiedBy {
  std::string modifier;
  std::string characters;  // the only valid ones; all where empty
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
  std::vector<ClamlClass> classes;  // in the order of the document
  // By modifier, in the order of the document.
  std::map<std::string, std::vector<ModifierCharacter>, std::less<>> modifiers;

  // "NAME, line 17: class A77: ", then the detail.
  base::Error error_at(const ClamlEntry& entry, std::string_view detail) const;
};

constexpr std::size_t term_bytes_max = 1000;

// `name` is the file's and must outlive what is read, whose records go on naming it.
// `bytes_before` of the stage's total were read before this document. What is unknown and not
// needed (kinds of rubrics, usages, references to partners without a code) is left out and counted
// in the notices. Errors: invalid with line and class (malformed XML, no ClaML, a code or kind that
// ICD-10 has not, a name that is missing or there twice, two usages, ...), unavailable (asked to
// stop), those of the source. Memory: what it returns.
base::Result<Claml> read_claml(std::string_view name, XmlReader::Read read, ImportStages& stages,
                               std::uint64_t bytes_before, CountedNotices& notices);

// What a code is, by its shape without dots; nothing for another shape.
std::optional<Level> level_of_code(std::string_view code);

}  // namespace codelog::coding_systems::icd10
