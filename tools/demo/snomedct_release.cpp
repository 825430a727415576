// Writes a made-up terminology as RF2 Full files.
#include <array>
#include <random>

#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"
#include "tools/demo/snomedct_terminology.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

constexpr std::string_view primitive = "900000000000074008";
constexpr std::string_view defined = "900000000000073002";
constexpr std::string_view fully_specified_name = "900000000000003001";
constexpr std::string_view synonym = "900000000000013009";
constexpr std::string_view case_insensitive = "900000000000448009";
constexpr std::string_view stated = "900000000000010007";
constexpr std::string_view inferred = "900000000000011006";
constexpr std::string_view some = "900000000000451002";
constexpr std::string_view is_a = "116680003";
constexpr std::string_view finding_site = "363698007";
constexpr std::string_view associated_morphology = "116676008";

enum Part { concept_part, description_part, stated_part, relationship_part, parts_count };

struct PartFile {
  std::string_view name;
  std::string_view language;  // in the file's name
  std::string_view header;
};
constexpr std::string_view relationship_header =
    "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\t"
    "characteristicTypeId\tmodifierId\r\n";
constexpr std::array<PartFile, parts_count> part_files = {{
    {"Concept", "", "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\r\n"},
    {"Description", "-en",
     "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\t"
     "caseSignificanceId\r\n"},
    {"StatedRelationship", "", relationship_header},
    {"Relationship", "", relationship_header},
}};

struct Module {
  std::string_view id;
  std::string_view folder;
  std::string_view file_name_start;  // between part and language
  std::string_view file_name_end;
};
constexpr std::array<Module, 3> modules = {{
    {"900000000000207008", "SnomedCT_InternationalRF2_PRODUCTION_20230131T120000Z", "Full",
     "INT_20230131"},
    {"999000011000000103", "SnomedCT_UKClinicalRF2_PRODUCTION_20230412T000001Z", "UKCLFull",
     "GB1000000_20230412"},
    {"999000041000000102", "SnomedCT_UKEditionRF2_PRODUCTION_20230412T000001Z", "UKEDFull",
     "GB_20230412"},
}};

class ReleaseFiles {
 public:
  explicit ReleaseFiles(std::uint64_t seed) : random_(seed) {
    for (auto& texts : texts_) {
      for (std::size_t part = 0; part < parts_count; ++part) texts[part] = part_files[part].header;
    }
  }

  void add(const Terminology& terminology) {
    module_of_.assign(terminology.size(), 0);
    for (ConceptNumber number = 0; number < terminology.size(); ++number) {
      choose_module(terminology, number);
      add_concept(terminology[number]);
      add_descriptions(terminology[number]);
      add_relationships(terminology, number);
    }
  }

  ZipWriter zip() {
    ZipWriter writer;
    for (std::size_t module = 0; module < modules.size(); ++module) {
      for (std::size_t part = 0; part < parts_count; ++part) {
        const auto& file = part_files[part];
        const std::string name =
            std::string(modules[module].folder) + "/Full/Terminology/sct2_" +
            std::string(file.name) + "_" + std::string(modules[module].file_name_start) +
            std::string(file.language) + "_" + std::string(modules[module].file_name_end) + ".txt";
        writer.add(name, std::move(texts_[module][part]));
      }
    }
    return writer;
  }

 private:
  bool chance(unsigned percent) { return random_() % 100 < percent; }

  // Days of publication: one in each half of a year. Later components may only refer to what is
  // there, but the importers do not look at that, and so neither does this.
  std::string early_date() {
    return std::to_string(2002 + random_() % 12) + (chance(50) ? "0131" : "0731");
  }
  std::string late_date() {
    return std::to_string(2014 + random_() % 9) + (chance(50) ? "0131" : "0731");
  }

  // International concepts have only international parents; extensions extend.
  void choose_module(const Terminology& terminology, ConceptNumber number) {
    const DemoConcept& described = terminology[number];
    std::uint8_t module = 0;
    if (described.is_generated && chance(10)) module = chance(20) ? 2 : 1;
    for (const ConceptNumber parent : described.parents) {
      module = std::max(module, module_of_[parent]);
    }
    module_of_[number] = module;
    module_ = module;
  }

  void row(Part part, std::initializer_list<std::string_view> columns) {
    std::string& text = texts_[module_][part];
    for (const std::string_view column : columns) {
      text += column;
      text += '\t';
    }
    text.back() = '\r';
    text += '\n';
  }

  std::string_view module_id() const { return modules[module_].id; }

  void add_concept(const DemoConcept& described) {
    row(concept_part, {described.id, early_date(), "1", module_id(), primitive});
    if (!described.is_active) {
      row(concept_part, {described.id, late_date(), "0", module_id(), primitive});
    } else if (chance(15)) {
      row(concept_part, {described.id, late_date(), "1", module_id(), defined});
    }
  }

  void add_descriptions(const DemoConcept& described) {
    const std::string name = described.term + " (" + described.tag + ")";
    const bool was_renamed = described.is_generated && chance(5);
    add_description(described, fully_specified_name, name, was_renamed);
    add_description(described, synonym, described.term, false);
    for (const std::string& text : described.synonyms) {
      add_description(described, synonym, text, false);
    }
  }

  void add_description(const DemoConcept& described, std::string_view type, const std::string& text,
                       bool was_renamed) {
    const std::string id = make_sctid(Component::description, ++descriptions_count_);
    const std::string first = was_renamed ? "Old name of " + text : text;
    const std::string_view when_first = chance(3) ? "0" : "1";
    const bool is_changed = was_renamed || when_first == "0" || chance(8);
    row(description_part, {id, early_date(), is_changed ? when_first : "1", module_id(),
                           described.id, "en", type, first, case_insensitive});
    if (!is_changed) return;
    row(description_part,
        {id, late_date(), "1", module_id(), described.id, "en", type, text, case_insensitive});
  }

  void add_relationships(const Terminology& terminology, ConceptNumber number) {
    const DemoConcept& described = terminology[number];
    for (const ConceptNumber parent : described.parents) {
      const std::string& parent_id = terminology[parent].id;
      add_relationship(stated_part, described, is_a, parent_id, "0", described.is_active);
      add_relationship(relationship_part, described, is_a, parent_id, "0", described.is_active);
      // Where a broader parent stood before a narrower one was made.
      const auto& above = terminology[parent].parents;
      if (!above.empty() && chance(15)) {
        add_relationship(relationship_part, described, is_a, terminology[above.front()].id, "0",
                         false);
      }
    }
    if (described.finding_site) {
      add_relationship(relationship_part, described, finding_site,
                       terminology[*described.finding_site].id, "1", described.is_active);
    }
    if (described.morphology) {
      add_relationship(relationship_part, described, associated_morphology,
                       terminology[*described.morphology].id, "1", described.is_active);
    }
  }

  void add_relationship(Part part, const DemoConcept& source, std::string_view type,
                        const std::string& destination, std::string_view group, bool is_active) {
    const std::string id = make_sctid(Component::relationship, ++relationships_count_);
    const std::string_view characteristic = part == stated_part ? stated : inferred;
    row(part, {id, early_date(), "1", module_id(), source.id, destination, group, type,
               characteristic, some});
    if (is_active) return;
    row(part, {id, late_date(), "0", module_id(), source.id, destination, group, type,
               characteristic, some});
  }

  std::mt19937_64 random_;
  std::array<std::array<std::string, parts_count>, modules.size()> texts_;
  std::vector<std::uint8_t> module_of_;
  std::uint8_t module_ = 0;  // of the concept being written
  std::uint32_t descriptions_count_ = 0;
  std::uint32_t relationships_count_ = 0;
};

}  // namespace

base::Result<void> make_snomedct_archive(const std::filesystem::path& path,
                                         const SnomedctSize& size) {
  ReleaseFiles files(size.seed);
  files.add(make_terminology(size.concepts_count, size.seed));
  return files.zip().write(path);
}

}  // namespace codelog::demo
