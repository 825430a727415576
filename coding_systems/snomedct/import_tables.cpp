#include "coding_systems/snomedct/import_tables.h"

#include <algorithm>
#include <limits>

#include "coding_systems/snomedct/coding_system.h"

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::array<std::string_view, 1> concept_headers = {
    "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId"};
constexpr std::array<std::string_view, 1> description_headers = {
    "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\t"
    "caseSignificanceId"};
constexpr std::array<std::string_view, 1> relationship_headers = {
    "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\t"
    "characteristicTypeId\tmodifierId"};

// Reserves rows by the size of the files, so that rows never move; unused space costs no memory.
constexpr std::uint64_t reserve_bytes_max = 1ULL << 30;

std::uint64_t size_of(const std::vector<ZipMember>& members) {
  std::uint64_t bytes = 0;
  for (const ZipMember& member : members) bytes += member.size_bytes;
  return bytes;
}

// Keeps the latest state of each id, in the place of the first. A hash table of row numbers, 4
// bytes a slot; the ids themselves are in the rows.
template <class Row>
class LatestStates {
 public:
  explicit LatestStates(std::vector<Row>& rows) : rows_(rows), slots_(1024, no_row) {}

  // The row for a state of this id and day: a new row if the id is new, nullptr if the state is not
  // later than the stored one.
  Row* find_place(std::uint64_t id, std::uint32_t effective_time) {
    if ((rows_.size() + 1) * 10 > slots_.size() * 7) grow();
    std::uint32_t& slot = slots_[slot_of(id)];
    if (slot == no_row) {
      slot = static_cast<std::uint32_t>(rows_.size());
      return &rows_.emplace_back();
    }
    Row& row = rows_[slot];
    return effective_time > row.effective_time ? &row : nullptr;
  }

 private:
  static constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

  // The slot of the id, or the free slot where the id belongs.
  std::size_t slot_of(std::uint64_t id) const {
    const std::size_t mask = slots_.size() - 1;
    // Fibonacci hashing; the product's high half is the well-mixed one.
    std::size_t slot = (id * 0x9E3779B97F4A7C15ULL) >> 32 & mask;
    while (slots_[slot] != no_row && rows_[slots_[slot]].id != id) slot = (slot + 1) & mask;
    return slot;
  }

  // Call only when every row has its id.
  void grow() {
    const std::size_t size = slots_.size() * 2;
    slots_ = {};  // freed before the new ones are allocated
    slots_.assign(size, no_row);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      slots_[slot_of(rows_[row].id)] = static_cast<std::uint32_t>(row);
    }
  }

  std::vector<Row>& rows_;
  std::vector<std::uint32_t> slots_;  // a power of two
};

class TablesReader {
 public:
  TablesReader(const ZipArchive& archive, const Rf2Members& members, ImportStages& stages,
               Tables& tables)
      : archive_(archive),
        members_(members),
        stages_(stages),
        tables_(tables),
        fields_(tables.dictionary),
        rows_(archive, stages, fields_) {}

  base::Result<void> read(const std::function<void(EarlyTable)>& on_table_read) {
    stages_.begin("reading", size_of(members_.concepts) + size_of(members_.descriptions) +
                                 size_of(members_.relationships) + size_of(members_.associations));
    if (auto done = read_concepts(); !done) return done;
    on_table_read(EarlyTable::concepts);
    if (auto done = read_descriptions(); !done) return done;
    on_table_read(EarlyTable::descriptions);
    if (auto done = read_relationships(); !done) return done;
    on_table_read(EarlyTable::relationships);
    auto associations = read_associations(rows_, fields_, members_.associations,
                                          tables_.concept_rows, tables_.notices);
    if (!associations) return associations.error();
    tables_.associations = std::move(*associations);
    tables_.source_bytes = rows_.bytes_read();
    return {};
  }

 private:
  base::Result<void> read_concepts() {
    LatestStates states(tables_.concepts);
    reserve(tables_.concepts, members_.concepts, 45);
    const auto read = rows_.read<5>(members_.concepts, concept_headers, [&](const auto& columns) {
      ConceptRow state;
      state.id = fields_.sctid("id", columns[0]);
      state.effective_time = fields_.date(columns[1]);
      state.is_active = fields_.active(columns[2]);
      state.module = fields_.coded("moduleId", columns[3]);
      state.definition_status = fields_.coded("definitionStatusId", columns[4]);
      if (!fields_.wrong().empty()) return;
      ConceptRow* const place = states.find_place(state.id, state.effective_time);
      if (place != nullptr) *place = state;
    });
    if (!read) return read;
    if (tables_.concepts.empty()) {
      return base::Error{base::ErrorCode::invalid, archive_.name() + ": has no concepts", {}};
    }
    for (std::uint32_t row = 0; row < tables_.concepts.size(); ++row) {
      tables_.concept_rows.find_or_add(tables_.concepts[row].id, row);
    }
    return {};
  }

  base::Result<void> read_descriptions() {
    LatestStates states(tables_.descriptions);
    reserve(tables_.descriptions, members_.descriptions, 90);
    tables_.terms.reserve(std::min(size_of(members_.descriptions) / 3, reserve_bytes_max));
    return rows_.read<9>(members_.descriptions, description_headers, [&](const auto& columns) {
      DescriptionRow state = parse_description(columns);
      if (!fields_.wrong().empty()) return;
      DescriptionRow* const place = states.find_place(state.id, state.effective_time);
      if (place == nullptr) return;
      keep_term(columns[7], *place, state);
      *place = state;
    });
  }

  DescriptionRow parse_description(const std::array<std::string_view, 9>& columns) {
    DescriptionRow state;
    state.id = fields_.sctid("id", columns[0]);
    state.effective_time = fields_.date(columns[1]);
    state.is_active = fields_.active(columns[2]);
    state.module = fields_.coded("moduleId", columns[3]);
    state.concept_id = fields_.sctid("conceptId", columns[4]);
    state.language = fields_.language(columns[5]);
    state.type = fields_.coded("typeId", columns[6]);
    fields_.check_term(columns[7]);
    state.case_significance = fields_.coded("caseSignificanceId", columns[8]);
    return state;
  }

  // Most states of a description have the same term as the previous state.
  void keep_term(std::string_view term, const DescriptionRow& old, DescriptionRow& state) {
    state.term_first = old.term_first;
    state.term_bytes = static_cast<std::uint16_t>(term.size());
    if (old.term_bytes > 0 && tables_.term(old) == term) return;
    if (tables_.terms.size() + term.size() > std::numeric_limits<std::uint32_t>::max()) {
      fields_.refuse("term", "", "is beyond the 4 GiB of terms that a release may have");
      return;
    }
    state.term_first = static_cast<std::uint32_t>(tables_.terms.size());
    tables_.terms += term;
  }

  base::Result<void> read_relationships() {
    LatestStates states(tables_.relationships);
    reserve(tables_.relationships, members_.relationships, 110);
    return rows_.read<10>(members_.relationships, relationship_headers, [&](const auto& columns) {
      RelationshipRow state = parse_relationship(columns);
      if (!fields_.wrong().empty()) return;
      RelationshipRow* const place = states.find_place(state.id, state.effective_time);
      if (place != nullptr) *place = state;
    });
  }

  RelationshipRow parse_relationship(const std::array<std::string_view, 10>& columns) {
    RelationshipRow state;
    state.id = fields_.sctid("id", columns[0]);
    state.effective_time = fields_.date(columns[1]);
    state.is_active = fields_.active(columns[2]);
    state.module = fields_.coded("moduleId", columns[3]);
    state.source = fields_.sctid("sourceId", columns[4]);
    state.destination = fields_.sctid("destinationId", columns[5]);
    state.group = fields_.group(columns[6]);
    state.type = fields_.coded("typeId", columns[7]);
    state.characteristic_type = fields_.coded("characteristicTypeId", columns[8]);
    state.modifier = fields_.coded("modifierId", columns[9]);
    return state;
  }

  template <class Row>
  void reserve(std::vector<Row>& rows, const std::vector<ZipMember>& members,
               std::uint64_t row_bytes) {
    rows.reserve(std::min(size_of(members) / row_bytes, reserve_bytes_max / sizeof(Row)));
  }

  const ZipArchive& archive_;
  const Rf2Members& members_;
  ImportStages& stages_;
  Tables& tables_;
  Rf2Fields fields_;
  Rf2Rows rows_;
};

}  // namespace

bool Tables::is_edge(const RelationshipRow& row) const {
  return row.is_active && dictionary.text(row.type) == is_a_type;
}

base::Result<void> read_tables(const ZipArchive& archive, const Rf2Members& members,
                               ImportStages& stages, Tables& tables,
                               const std::function<void(EarlyTable)>& on_table_read) {
  return TablesReader(archive, members, stages, tables).read(on_table_read);
}

}  // namespace codelog::coding_systems::snomedct
