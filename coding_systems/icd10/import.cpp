#include "coding_systems/icd10/import.h"

#include <utility>

#include "coding_systems/base/background_index.h"
#include "coding_systems/base/import_finish.h"
#include "coding_systems/base/release_writer.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/icd10/editions.h"
#include "coding_systems/icd10/import_sources.h"
#include "coding_systems/icd10/import_write.h"

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
    if (const auto* document = sources_.find(SourceRole::who_2016)) {
      auto edition = read_2016(*document);
      if (!edition) return edition.error();
      editions.push_back(std::move(*edition));
    }
    if (const auto* document = sources_.find(SourceRole::who_2019)) {
      auto claml = read_document(*document);
      if (!claml) return claml.error();
      auto records = icd10::expand_modifiers(std::move(*claml));
      if (!records) return records.error();
      editions.push_back({.id = std::string(icd10::edition_2019_id),
                          .version = 20190101,
                          .year = 2019,
                          .description = "WHO release of 2019 edition ICD-10, loaded from ClaML "
                                         "format from icd website.",
                          .records = std::move(*records)});
    }
    if (editions.size() == 2) icd10::compare_editions(editions[0], editions[1], notices_);
    if (auto proceed = stages_.advance_to(bytes_read_); !proceed) return proceed.error();
    return editions;
  }

 private:
  base::Result<Claml> read_document(const ImportSources::Document& document) {
    auto source = sources_.open(document);
    if (!source) return source.error();
    auto claml = icd10::read_claml(document.name, std::move(*source), stages_, bytes_read_);
    bytes_read_ += document.size_bytes;
    return claml;
  }

  base::Result<Edition> read_2016(const ImportSources::Document& document) {
    auto claml = read_document(document);
    if (!claml) return claml.error();
    const auto places = claml->modifiers.find(places_of_occurrence);
    const auto characters =
        places == claml->modifiers.end() ? decltype(places->second)() : places->second;
    auto records = icd10::expand_modifiers(std::move(*claml));
    if (!records) return records.error();
    Edition edition{.id = std::string(icd10::edition_2016_id),
                    .version = 20160101,
                    .year = 2016,
                    .description =
                        "WHO release of 2016 edition ICD-10 with the NHS's places of "
                        "occurrence, loaded from ClaML.",
                    .records = std::move(*records)};
    if (characters.empty()) {
      notices_.add("2016: there is no modifier S20W00_4: W00-Y34 have no places of occurrence", "");
    } else {
      icd10::apply_places_of_occurrence(edition.records, characters, notices_);
    }
    const auto* scrape = sources_.find(SourceRole::nhs_2016);
    if (scrape == nullptr) return edition;
    auto nhs = read_document(*scrape);
    if (!nhs) return nhs.error();
    auto nhs_records = icd10::expand_modifiers(std::move(*nhs));
    if (!nhs_records) return nhs_records.error();
    icd10::combine_with_nhs(edition.records, std::move(*nhs_records), notices_);
    edition.description =
        "Combined 2016 ICD-10 edition, loaded from WHO ClaML and scraped NHS "
        "Class Browser ClaML.";
    return edition;
  }

  const ImportSources& sources_;
  ImportStages& stages_;
  Notices& notices_;
  std::uint64_t bytes_read_ = 0;
};

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
  const auto concepts = icd10::unite(*editions);
  if (!concepts) return concepts.error();

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
