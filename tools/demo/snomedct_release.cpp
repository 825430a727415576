// Writes a made-up terminology as RF2 Full files.
#include <array>
#include <random>

#include "events/base/check.h"
#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"
#include "tools/demo/snomedct_changes.h"
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
  std::string_view language;  // part of the file name
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

constexpr std::string_view association_header =
    "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponentId\r\n";

struct Module {
  std::string_view id;
  std::string_view folder;  // up to the date
  std::string_view hour;
  std::string_view view;
  std::string_view file_name_end;  // up to the date
};
constexpr std::array<Module, 3> modules = {{
    {"900000000000207008", "SnomedCT_InternationalRF2_PRODUCTION_", "T120000Z", "Full", "INT_"},
    {"999000011000000103", "SnomedCT_UKClinicalRF2_PRODUCTION_", "T000001Z", "UKCLFull",
     "GB1000000_"},
    {"999000041000000102", "SnomedCT_UKEditionRF2_PRODUCTION_", "T000001Z", "UKEDFull", "GB_"},
}};

// The dates of an edition: of the international part, and of the extensions that build on it.
struct EditionDays {
  std::string_view international;
  std::string_view extensions;
};
constexpr std::array<EditionDays, 2> edition_days = {
    {{"20230131", "20230412"}, {"20240131", "20240612"}}};

class ReleaseFiles {
 public:
  ReleaseFiles(std::uint64_t seed, const EditionDays& days) : days_(days), random_(seed) {
    for (auto& texts : texts_) {
      for (std::size_t part = 0; part < parts_count; ++part) texts[part] = part_files[part].header;
    }
  }

  void add(const Terminology& terminology) {
    for (ConceptNumber number = 0; number < terminology.size(); ++number) {
      add_whole(terminology, number);
    }
  }

  // Adds the changes up to the date of this edition to a terminology already written.
  void add_changes(Terminology& terminology) {
    changed_on_ = days_.international;
    module_ = 0;  // familiar concepts are international
    for (const FamiliarConcept& known : new_concepts()) {
      add_familiar(terminology, known);
      add_whole(terminology, static_cast<ConceptNumber>(terminology.size() - 1));
    }
    for (const RetiredConcept& change : retired_concepts()) retire(terminology, change);
    for (const RenamedConcept& change : renamed_concepts()) rename(terminology, change);
    for (const MovedConcept& change : moved_concepts()) move(terminology, change);
  }

  ZipWriter zip() {
    ZipWriter writer;
    for (std::size_t module = 0; module < modules.size(); ++module) {
      for (std::size_t part = 0; part < parts_count; ++part) {
        const auto& file = part_files[part];
        writer.add(path_of(module, "Terminology/sct2_" + std::string(file.name) + "_",
                           std::string(file.language) + "_"),
                   std::move(texts_[module][part]));
      }
    }
    if (!associations_.empty()) {
      writer.add(path_of(0, "Refset/Content/der2_cRefset_Association", "_"),
                 std::string(association_header) + associations_);
    }
    return writer;
  }

 private:
  // A description or relationship.
  struct Written {
    Part part = description_part;
    std::string id;
    std::string source_id;
    std::string_view type;
    std::string value;  // the text, or the destination
    std::string_view group = {};
  };

  std::string path_of(std::size_t number, const std::string& before_view,
                      const std::string& before_end) const {
    const Module& module = modules[number];
    const std::string day(number == 0 ? days_.international : days_.extensions);
    return std::string(module.folder) + day + std::string(module.hour) + "/Full/" + before_view +
           std::string(module.view) + before_end + std::string(module.file_name_end) + day + ".txt";
  }

  void add_whole(const Terminology& terminology, ConceptNumber number) {
    choose_module(terminology, number);
    add_concept(terminology[number]);
    add_descriptions(terminology[number]);
    add_relationships(terminology, number);
  }

  bool chance(unsigned percent) { return random_() % 100 < percent; }
  // New concepts have no past.
  bool has_past(unsigned percent) { return changed_on_.empty() && chance(percent); }

  // Dates of publication: one in each half of a year. In a real release, a component refers only to
  // earlier or equal dates. The importers do not check this, so dates here ignore it.
  std::string early_date() {
    if (!changed_on_.empty()) return changed_on_;
    return std::to_string(2002 + random_() % 12) + (chance(50) ? "0131" : "0731");
  }
  std::string late_date() {
    if (!changed_on_.empty()) return changed_on_;
    return std::to_string(2014 + random_() % 9) + (chance(50) ? "0131" : "0731");
  }

  // International concepts have only international parents; extensions add to them.
  void choose_module(const Terminology& terminology, ConceptNumber number) {
    const DemoConcept& described = terminology[number];
    std::uint8_t module = 0;
    if (described.is_generated && chance(10)) module = chance(20) ? 2 : 1;
    for (const ConceptNumber parent : described.parents) {
      module = std::max(module, module_of_[parent]);
    }
    module_of_.push_back(module);
    module_ = module;
  }

  void row(Part part, std::initializer_list<std::string_view> columns) {
    append_row(texts_[module_][part], columns);
  }

  static void append_row(std::string& text, std::initializer_list<std::string_view> columns) {
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
    } else if (has_past(15)) {
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
    const Written added = {.part = description_part,
                           .id = make_sctid(Component::description, ++descriptions_count_),
                           .source_id = described.id,
                           .type = type,
                           .value = text};
    Written first = added;
    if (was_renamed) first.value = "Old name of " + text;
    const std::string_view when_first = has_past(3) ? "0" : "1";
    const bool is_changed = was_renamed || when_first == "0" || has_past(8);
    add_state(first, early_date(), is_changed ? when_first : "1");
    if (is_changed) add_state(added, late_date(), "1");
    if (!described.is_generated) familiar_.push_back(added);
  }

  void add_state(const Written& written, std::string_view date, std::string_view active) {
    const auto& [part, id, source_id, type, value, group] = written;
    if (part == description_part) {
      row(part, {id, date, active, module_id(), source_id, "en", type, value, case_insensitive});
    } else {
      row(part, {id, date, active, module_id(), source_id, value, group, type,
                 part == stated_part ? stated : inferred, some});
    }
  }

  void add_relationships(const Terminology& terminology, ConceptNumber number) {
    const DemoConcept& described = terminology[number];
    for (const ConceptNumber parent : described.parents) {
      const std::string& parent_id = terminology[parent].id;
      add_relationship(stated_part, described, is_a, parent_id, "0", described.is_active);
      add_relationship(relationship_part, described, is_a, parent_id, "0", described.is_active);
      // The concept hung under a broader parent until the narrower parent was made.
      const auto& above = terminology[parent].parents;
      if (!above.empty() && has_past(15)) {
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
    const Written added = {.part = part,
                           .id = make_sctid(Component::relationship, ++relationships_count_),
                           .source_id = source.id,
                           .type = type,
                           .value = destination,
                           .group = group};
    add_state(added, early_date(), "1");
    if (!is_active) add_state(added, late_date(), "0");
    if (is_active && !source.is_generated) familiar_.push_back(added);
  }

  // Makes the concept of a change the current one.
  const DemoConcept& enter(const Terminology& terminology, std::string_view term) {
    const ConceptNumber number = find_concept(terminology, term);
    module_ = module_of_[number];
    return terminology[number];
  }

  // The active rows of the concept that is_chosen() accepts.
  template <class IsChosen>
  void end_rows(const DemoConcept& of, IsChosen is_chosen) {
    std::size_t count = 0;
    for (const Written& written : familiar_) {
      if (written.source_id != of.id || !is_chosen(written)) continue;
      add_state(written, changed_on_, "0");
      ++count;
    }
    CODELOG_CHECK(count > 0, "a change ends existing rows");
  }

  void retire(const Terminology& terminology, const RetiredConcept& change) {
    const DemoConcept& retired = enter(terminology, change.term);
    row(concept_part, {retired.id, changed_on_, "0", module_id(), primitive});
    end_rows(retired, [](const Written& written) { return written.part != description_part; });
    for (const std::string_view term : change.successors) {
      if (term.empty()) continue;
      const std::string& successor_id = terminology[find_concept(terminology, term)].id;
      append_row(associations_, {make_uuid(random_), changed_on_, "1", module_id(),
                                 change.refset_id, retired.id, successor_id});
    }
  }

  // The old term stays a synonym.
  void rename(const Terminology& terminology, const RenamedConcept& change) {
    const DemoConcept& renamed = enter(terminology, change.term);
    end_rows(renamed, [](const Written& written) {
      return written.part == description_part && written.type == fully_specified_name;
    });
    const std::string term(change.new_term);
    add_description(renamed, fully_specified_name, term + " (" + renamed.tag + ")", false);
    add_description(renamed, synonym, term, false);
  }

  void move(const Terminology& terminology, const MovedConcept& change) {
    const DemoConcept& moved = enter(terminology, change.term);
    const std::string& before = terminology[find_concept(terminology, change.parent_before)].id;
    end_rows(moved, [&](const Written& written) {
      return written.type == is_a && written.value == before;
    });
    const std::string& parent = terminology[find_concept(terminology, change.parent)].id;
    add_relationship(stated_part, moved, is_a, parent, "0", true);
    add_relationship(relationship_part, moved, is_a, parent, "0", true);
  }

  const EditionDays days_;
  std::mt19937_64 random_;
  std::array<std::array<std::string, parts_count>, modules.size()> texts_;
  std::vector<std::uint8_t> module_of_;
  std::uint8_t module_ = 0;        // of the concept being written
  std::vector<Written> familiar_;  // rows of familiar concepts, as they were made
  std::string changed_on_;    // the second edition's date while its changes are added; else empty
  std::string associations_;  // rows of the refset
  std::uint32_t descriptions_count_ = 0;
  std::uint32_t relationships_count_ = 0;
};

}  // namespace

base::Result<void> make_snomedct_archive(const std::filesystem::path& path,
                                         const SnomedctSize& size) {
  CODELOG_CHECK(size.edition == 1 || size.edition == 2, "there are two editions");
  const bool is_later = size.edition == 2;
  ReleaseFiles files(size.seed, edition_days[is_later ? 1 : 0]);
  Terminology terminology = make_terminology(size.concepts_count, size.seed);
  files.add(terminology);
  if (is_later) files.add_changes(terminology);
  return files.zip().write(path);
}

}  // namespace codelog::demo
