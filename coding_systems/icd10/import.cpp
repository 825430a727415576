#include "coding_systems/icd10/import.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/icd10/editions.h"
#include "coding_systems/icd10/import_sources.h"
#include "coding_systems/icd10/import_write.h"
#include "coding_systems/icd10/nhs_table.h"
#include "coding_systems/importing/background_index.h"
#include "coding_systems/importing/import_finish.h"
#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems {
namespace {

using icd10::Claml;
using icd10::Edition;
using icd10::EditionRecord;
using icd10::ImportSources;
using icd10::Notices;
using icd10::SourceRole;

constexpr std::string_view places_of_occurrence = "S20W00_4";

class EditionsReader {
 public:
  EditionsReader(const ImportSources& sources, ImportStages& stages, Notices& notices)
      : sources_(sources), stages_(stages), notices_(notices) {}

  base::Result<std::vector<Edition>> read() {
    stages_.begin("reading", sources_.size_bytes());
    std::vector<Edition> editions;
    if (const auto* document = sources_.find(SourceRole::who_2019)) {
      auto records = read_document(*document);
      if (!records) return records.error();
      editions.push_back({.id = std::string(icd10::edition_2019_id),
                          .version = 20190101,
                          .year = 2019,
                          .description = "WHO release of 2019 edition ICD-10, loaded from ClaML "
                                         "format from icd website.",
                          .records = std::move(*records)});
    }
    const std::vector<EditionRecord> none;
    auto older = read_2016(editions.empty() ? none : editions.front().records);
    if (!older) return older.error();
    if (*older) editions.insert(editions.begin(), std::move(**older));
    if (editions.size() == 2) icd10::compare_editions(editions[0], editions[1], notices_);
    if (auto proceed = stages_.advance_to(bytes_read_); !proceed) return proceed.error();
    return editions;
  }

 private:
  base::Result<Claml> read_claml(const ImportSources::Document& document) {
    auto source = sources_.open(document);
    if (!source) return source.error();
    auto claml = icd10::read_claml(document.name, std::move(*source), stages_, bytes_read_,
                                   notices_.counted());
    bytes_read_ += document.size_bytes;
    return claml;
  }

  base::Result<std::vector<EditionRecord>> read_document(const ImportSources::Document& document) {
    auto claml = read_claml(document);
    if (!claml) return claml.error();
    return icd10::expand_modifiers(std::move(*claml), notices_.counted());
  }

  // The records get the same parents as in `known`.
  base::Result<std::vector<EditionRecord>> read_table(const ImportSources::Document& document,
                                                      const std::vector<EditionRecord>& known) {
    auto source = sources_.open(document);
    if (!source) return source.error();
    auto records = icd10::read_nhs_table(document.name, std::move(*source), stages_, bytes_read_,
                                         notices_.counted());
    if (!records) return records;
    bytes_read_ += document.size_bytes;
    icd10::hang_nhs_records(*records, known, notices_.counted());
    return records;
  }

  // Nothing if no document has it.
  base::Result<std::optional<Edition>> read_2016(const std::vector<EditionRecord>& newer) {
    const auto* table = sources_.find(SourceRole::nhs_table);
    const auto* who = sources_.find(SourceRole::who_2016);
    if (who != nullptr) {
      auto edition = read_who_2016(*who);
      if (!edition) return edition.error();
      const auto completed = complete_2016(*edition);
      if (!completed) return completed.error();
      return std::optional(std::move(*edition));
    }
    if (table == nullptr) return std::optional<Edition>();
    auto records = read_table(*table, newer);
    if (!records) return records.error();
    Edition edition = edition_2016("The NHS's 5th edition of ICD-10, loaded from TRUD's table.");
    edition.records = std::move(*records);
    return std::optional(std::move(edition));
  }

  static Edition edition_2016(std::string description) {
    return {.id = std::string(icd10::edition_2016_id),
            .version = 20160101,
            .year = 2016,
            .description = std::move(description),
            .records = {}};
  }

  base::Result<Edition> read_who_2016(const ImportSources::Document& document) {
    auto claml = read_claml(document);
    if (!claml) return claml.error();
    const auto places = claml->modifiers.find(places_of_occurrence);
    const auto characters =
        places == claml->modifiers.end() ? decltype(places->second)() : places->second;
    auto records = icd10::expand_modifiers(std::move(*claml), notices_.counted());
    if (!records) return records.error();
    Edition edition = edition_2016(
        "WHO release of 2016 edition ICD-10 with the NHS's places of occurrence, loaded from "
        "ClaML.");
    edition.records = std::move(*records);
    if (characters.empty()) {
      notices_.add("2016: there is no modifier S20W00_4: W00-Y34 have no places of occurrence", "");
    } else {
      icd10::apply_places_of_occurrence(edition.records, characters, notices_);
    }
    return edition;
  }

  // Adds the NHS's words, if given.
  base::Result<void> complete_2016(Edition& edition) {
    if (const auto* scrape = sources_.find(SourceRole::nhs_2016)) {
      auto nhs = read_document(*scrape);
      if (!nhs) return nhs.error();
      icd10::combine_with_nhs(edition.records, std::move(*nhs), icd10::NhsSource::class_browser,
                              notices_);
      edition.description =
          "Combined 2016 ICD-10 edition, loaded from WHO ClaML and scraped NHS "
          "Class Browser ClaML.";
    } else if (const auto* table = sources_.find(SourceRole::nhs_table)) {
      auto nhs = read_table(*table, edition.records);
      if (!nhs) return nhs.error();
      icd10::combine_with_nhs(edition.records, std::move(*nhs), icd10::NhsSource::table, notices_);
      edition.description =
          "Combined 2016 ICD-10 edition, loaded from WHO ClaML and the table of the NHS's 5th "
          "edition.";
    }
    return {};
  }

  const ImportSources& sources_;
  ImportStages& stages_;
  Notices& notices_;
  std::uint64_t bytes_read_ = 0;
};

// Notices about partners with the form of a code that no edition has. A range is not a code, and is
// kept as written.
void tell_lost_partners(const std::vector<Edition>& editions,
                        const std::vector<icd10::ConceptRow>& concepts, CountedNotices& notices) {
  const auto check = [&](std::string_view partner, std::string_view code) {
    const bool is_there =
        std::ranges::binary_search(concepts, partner, {}, &icd10::ConceptRow::code);
    if (is_there || icd10::level_of_code(partner) != icd10::Level::category) return;
    notices.add("dagger and asterisk codes have a partner that is in no edition, and no link to it",
                std::string(code) + " " + std::string(partner));
  };
  for (const Edition& edition : editions) {
    for (const icd10::CodePair& pair : icd10::pairs_of(edition)) {
      check(pair.asterisk_code, pair.dagger_code);
      check(pair.dagger_code, pair.asterisk_code);
    }
  }
}

}  // namespace

base::Result<ImportOutcome> import_icd10(const ImportRequest& request) {
  ImportStages stages(request);
  const auto sources = ImportSources::find(request.archive, request.limits);
  if (!sources) return sources.error();
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, icd10::release_schema);
  if (!writer) return writer.error();
  Notices notices;
  const auto editions = EditionsReader(*sources, stages, notices).read();
  if (!editions) return editions.error();
  const auto concepts = icd10::unite(*editions, notices.counted());
  if (!concepts) return concepts.error();
  tell_lost_partners(*editions, *concepts, notices.counted());

  BackgroundIndex index(icd10::system_id, [&editions, &concepts] {
    return icd10::index_source(*editions, *concepts);
  });
  const auto written = icd10::write_tables(**writer, *editions, *concepts, stages);
  if (!written) return written.error();
  const auto sealed = finish_import(**writer, index, stages, request.archive.filename().string());
  if (!sealed) return sealed.error();
  return ImportOutcome{.file = (*writer)->file(),
                       .file_digest = sealed->digest,
                       .source_bytes = sources->size_bytes(),
                       .concepts_count = concepts->size(),
                       .notices = notices.take(),
                       .stages = stages.take()};
}

}  // namespace codelog::coding_systems
