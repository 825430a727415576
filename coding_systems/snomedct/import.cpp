#include "coding_systems/snomedct/import.h"

#include <utility>

#include "coding_systems/importing/import_finish.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import_layout.h"
#include "coding_systems/snomedct/import_tables.h"
#include "coding_systems/snomedct/import_write.h"

namespace codelog::coding_systems {
namespace {

constexpr std::string_view lost_descriptions =
    "descriptions are not searched, since their concept is in no file";
constexpr std::string_view lost_children =
    "is-a relationships are left out of the hierarchy, since their child is in no file";
constexpr std::string_view lost_parents =
    "is-a relationships are left out of the hierarchy, since their parent is in no file";

// The same source as read_index_source() would read from the written release file. Borrows the
// texts of the tables, which must stay in place. Adds notices about references to missing rows.
IndexSource index_source(const snomedct::Tables& tables, CountedNotices& notices) {
  IndexSource source;
  source.set_root(snomedct::root_code);
  source.borrow_texts(tables.terms);
  // Concepts come first and without repeats, so a concept's row number is the number of its code.
  for (const snomedct::ConceptRow& row : tables.concepts) {
    source.add_concept(std::to_string(row.id),
                       row.is_active ? snomedct::active_concept : snomedct::inactive_concept);
  }
  for (const snomedct::RelationshipRow& row : tables.relationships) {
    if (!tables.is_edge(row)) continue;
    const auto parent = tables.concept_rows.find(row.destination);
    const auto child = tables.concept_rows.find(row.source);
    if (parent && child) {
      source.add_edge(*parent, *child);
    } else {
      notices.add(child ? lost_parents : lost_children, std::to_string(row.id));
    }
  }
  for (const snomedct::DescriptionRow& row : tables.descriptions) {
    if (!row.is_active) continue;
    const auto concept_row = tables.concept_rows.find(row.concept_id);
    if (!concept_row) {
      notices.add(lost_descriptions, std::to_string(row.id));
      continue;
    }
    source.add_borrowed_text(*concept_row, snomedct::role_of(tables.dictionary.text(row.type)),
                             row.term_first, row.term_bytes);
  }
  for (const snomedct::AssociationRow& row : tables.associations) {
    source.add_link(*tables.concept_rows.find(row.source), static_cast<LinkKind>(row.kind),
                    *tables.concept_rows.find(row.target));
  }
  return source;
}

}  // namespace

base::Result<ImportOutcome> import_snomedct(const ImportRequest& request) {
  ImportStages stages(request);
  const auto archive = ZipArchive::open(request.archive, request.limits);
  if (!archive) return archive.error();
  const auto members = snomedct::find_rf2_members(*archive);
  if (!members) return members.error();
  auto writer =
      ReleaseWriter::create(request.target_folder, request.alias, snomedct::release_schema);
  if (!writer) return writer.error();
  snomedct::Tables tables;
  tables.notices = members->notices;
  snomedct::TablesWriter out(**writer, tables);
  const auto read = snomedct::read_tables(*archive, *members, stages, tables,
                                          [&out](snomedct::EarlyTable table) { out.begin(table); });
  if (!read) return read.error();
  ImportOutcome outcome{.file = (*writer)->file(),
                        .source_bytes = tables.source_bytes,
                        .concepts_count = tables.concepts.size(),
                        .descriptions_count = tables.descriptions.size(),
                        .relationships_count = tables.relationships.size(),
                        .associations_count = tables.associations.size(),
                        .layout = members->layout};

  // Made before the last rows are written, so that each table can be freed after it is written.
  IndexSource source = index_source(tables, tables.notices);
  outcome.notices = tables.notices.take();
  tables.concept_rows = {};
  BackgroundIndex index(snomedct::system_id, [&source] { return std::move(source); });
  const auto written = out.finish(stages);
  if (!written) return written.error();
  const auto sealed = finish_import(**writer, index, stages, archive->name());
  if (!sealed) return sealed.error();
  outcome.file_digest = sealed->digest;
  outcome.stages = stages.take();
  return outcome;
}

}  // namespace codelog::coding_systems
