// The editions of a release: their records of every code, the NHS's form of 2016, and the
// agreements and differences between editions.
//
// OpenCodelists stops at an unknown difference between the sources. Here it becomes a notice: the
// import continues, and the person who runs it reads the notice. Only contradictions about the
// hierarchy are errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/icd10/claml.h"
#include "coding_systems/importing/import_notices.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

// A code in one edition.
struct EditionRecord {
  std::string code;
  std::string parent;  // empty for a chapter
  Level level = Level::category;
  Usage usage = Usage::normal;
  std::string short_term;
  std::string term;
  std::string modifier;       // meaning of the last character; empty for WHO's own codes
  int modifier_position = 0;  // 4 or 5; 0 without a modifier
  std::vector<std::string> partners;
  std::vector<Rubric> rubrics;
  std::vector<Rubric> modifier_rubrics;
  std::string_view source_name;  // the class's file and its line, for errors
  std::uint64_t line = 0;
};

struct Edition {
  std::string id;
  std::int64_t version = 0;
  std::int64_t year = 0;
  std::string description;
  std::vector<EditionRecord> records;
};

// An import's notices. Of many alike, only the first are listed one by one.
class Notices {
 public:
  // `kind` is the sentence for these details.
  void add(std::string_view kind, std::string detail);
  // Notices with only a count and the first examples.
  CountedNotices& counted() { return counted_; }
  std::vector<std::string> take() const;

 private:
  static constexpr std::size_t details_max = 20;
  struct Kind {
    std::string text;
    std::uint64_t count = 0;
    std::vector<std::string> details;
  };
  std::vector<Kind> kinds_;
  CountedNotices counted_;
};

// The records of a document with its modifiers applied, each after the record it was made from.
// Unknown modifiers and characters are left out and counted in the notices. Errors: invalid, with
// line and class: a repeated code, a code that a modifier would make again, a code that is too
// long.
base::Result<std::vector<EditionRecord>> expand_modifiers(Claml claml, CountedNotices& notices);

// Gives the external causes of 2016 the NHS's fourth character, replacing WHO's own codes there.
void apply_places_of_occurrence(std::vector<EditionRecord>& records,
                                const std::vector<ModifierCharacter>& places, Notices& notices);

// The source of the NHS's words. The class browser does not list every code by itself.
enum class NhsSource : std::uint8_t { class_browser, table };
// Takes over the NHS's differing words.
void combine_with_nhs(std::vector<EditionRecord>& records, std::vector<EditionRecord> nhs,
                      NhsSource source, Notices& notices);

// Adds notices for codes of both editions whose names differ unexpectedly.
void compare_editions(const Edition& older, const Edition& newer, Notices& notices);

// A code of any edition, with the facts that the editions share.
struct ConceptRow {
  std::string_view code;
  std::string_view parent;
  // One for each edition; null if the edition does not have the code.
  std::vector<const EditionRecord*> records;
};

// Sorted by code. The editions must outlive the rows. A code whose parent no edition has hangs
// below nothing, and is counted in the notices. Errors: invalid (the editions disagree about a
// parent).
base::Result<std::vector<ConceptRow>> unite(const std::vector<Edition>& editions,
                                            CountedNotices& notices);

}  // namespace codelog::coding_systems::icd10
