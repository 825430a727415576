// The editions of a release: what each has of every code, how the NHS's form of 2016 is put
// together, and what must and what may differ between editions.
//
// OpenCodelists gives up where the sources differ in a way that is not known yet. Here such
// differences are notices: the import goes on, and whoever runs it reads them. Only contradictions
// about the hierarchy are errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/import_notices.h"
#include "coding_systems/icd10/claml.h"
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
  std::string modifier;       // what the last character means; empty where the code is WHO's own
  int modifier_position = 0;  // 4 or 5, 0 without a modifier
  std::vector<std::string> partners;
  std::vector<Rubric> rubrics;
  std::vector<Rubric> modifier_rubrics;
  std::string_view source_name;  // the file of the class, and the class's line in it, for errors
  std::uint64_t line = 0;
};

struct Edition {
  std::string id;
  std::int64_t version = 0;
  std::int64_t year = 0;
  std::string description;
  std::vector<EditionRecord> records;
};

// What an import tells beside its outcome. Of many alike only the first are told one by one.
class Notices {
 public:
  // `kind` is the sentence that the details belong to.
  void add(std::string_view kind, std::string detail);
  // Those of which only the number and the first are told.
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

// The records of a document with its modifiers applied, each behind the one it was made from.
// Modifiers and characters that a class names and the document does not have are left out and
// counted in the notices. Errors: invalid, with line and class: a code that is there twice or that
// a modifier would make again, a code that is too long for one.
base::Result<std::vector<EditionRecord>> expand_modifiers(Claml claml, CountedNotices& notices);

// Gives the NHS's fourth character to the external causes of 2016, in place of the codes that WHO
// has there.
void apply_places_of_occurrence(std::vector<EditionRecord>& records,
                                const std::vector<ModifierCharacter>& places, Notices& notices);

// Where the NHS's words come from. The class browser does not list every code by itself.
enum class NhsSource : std::uint8_t { class_browser, table };
// Takes over from the NHS what it says otherwise.
void combine_with_nhs(std::vector<EditionRecord>& records, std::vector<EditionRecord> nhs,
                      NhsSource source, Notices& notices);

// Notices for the codes of both whose names differ unexpectedly.
void compare_editions(const Edition& older, const Edition& newer, Notices& notices);

// A code of any edition, with what the editions agree on.
struct ConceptRow {
  std::string_view code;
  std::string_view parent;
  // One for each edition; null where it does not have the code.
  std::vector<const EditionRecord*> records;
};

// Sorted by code. The editions must outlive the rows. A code whose parent no edition has hangs
// below nothing, and is counted in the notices. Errors: invalid: editions that disagree about a
// parent.
base::Result<std::vector<ConceptRow>> unite(const std::vector<Edition>& editions,
                                            CountedNotices& notices);

}  // namespace codelog::coding_systems::icd10
