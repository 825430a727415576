#include "coding_systems/snomedct/import_tables.h"

#include <algorithm>
#include <limits>

#include "coding_systems/snomedct/coding_system.h"

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::string_view concept_header =
    "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId";
constexpr std::string_view description_header =
    "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\t"
    "caseSignificanceId";
constexpr std::string_view relationship_header =
    "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\t"
    "characteristicTypeId\tmodifierId";

constexpr std::uint64_t lines_per_progress = 4096;
// Rows are reserved by the size of the files, so that they are never moved; what is not used costs
// no memory.
constexpr std::uint64_t reserve_bytes_max = 1ULL << 30;

std::uint64_t size_of(const std::vector<ZipMember>& members) {
  std::uint64_t bytes = 0;
  for (const ZipMember& member : members) bytes += member.size_bytes;
  return bytes;
}

// Keeps the latest state of each id, in the place of the first.
template <class Row>
class LatestStates {
 public:
  LatestStates(std::vector<Row>& rows, IdMap& row_numbers)
      : rows_(rows), row_numbers_(row_numbers) {}

  // The row to be replaced by a state of this id and day, a new one if the id is new; nullptr if
  // the state is not later than the one there.
  Row* find_place(std::uint64_t id, std::uint32_t effective_time) {
    const auto next = static_cast<std::uint32_t>(rows_.size());
    const auto [number, is_new] = row_numbers_.find_or_add(id, next);
    if (is_new) return &rows_.emplace_back();
    Row& row = rows_[number];
    return effective_time > row.effective_time ? &row : nullptr;
  }

 private:
  std::vector<Row>& rows_;
  IdMap& row_numbers_;
};

class TablesReader {
 public:
  TablesReader(const ZipArchive& archive, const Rf2Members& members, ImportStages& stages)
      : archive_(archive), members_(members), stages_(stages), fields_(tables_.dictionary) {}

  base::Result<Tables> read() {
    stages_.begin("reading", size_of(members_.concepts) + size_of(members_.descriptions) +
                                 size_of(members_.relationships));
    for (const auto read_table : {&TablesReader::read_concepts, &TablesReader::read_descriptions,
                                  &TablesReader::read_relationships}) {
      const auto done = (this->*read_table)();
      if (!done) return done.error();
    }
    const auto checked = check_edges();
    if (!checked) return checked.error();
    return std::move(tables_);
  }

 private:
  base::Result<void> read_concepts() {
    LatestStates states(tables_.concepts, tables_.concept_rows);
    reserve(tables_.concepts, members_.concepts, 45);
    const auto read = read_members<5>(
        members_.concepts, concept_header, [&](const auto& columns, std::size_t, std::uint64_t) {
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
    return {};
  }

  base::Result<void> read_descriptions() {
    IdMap row_numbers;
    LatestStates states(tables_.descriptions, row_numbers);
    reserve(tables_.descriptions, members_.descriptions, 90);
    tables_.terms.reserve(std::min(size_of(members_.descriptions) / 3, reserve_bytes_max));
    return read_members<9>(members_.descriptions, description_header,
                           [&](const auto& columns, std::size_t, std::uint64_t) {
                             DescriptionRow state = parse_description(columns);
                             if (!fields_.wrong().empty()) return;
                             DescriptionRow* const place =
                                 states.find_place(state.id, state.effective_time);
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

  // Most states of a description have the term of the state before.
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
    IdMap row_numbers;
    LatestStates states(tables_.relationships, row_numbers);
    reserve(tables_.relationships, members_.relationships, 110);
    return read_members<10>(members_.relationships, relationship_header,
                            [&](const auto& columns, std::size_t member, std::uint64_t line) {
                              RelationshipRow state = parse_relationship(columns);
                              if (!fields_.wrong().empty()) return;
                              state.member = static_cast<std::uint8_t>(member);
                              state.line = static_cast<std::uint32_t>(line);
                              RelationshipRow* const place =
                                  states.find_place(state.id, state.effective_time);
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

  // Calls parse_row(columns, member, line) for every row of the members.
  template <std::size_t columns_count, class ParseRow>
  base::Result<void> read_members(const std::vector<ZipMember>& members, std::string_view header,
                                  ParseRow parse_row) {
    LineReader lines(archive_, members);
    std::array<std::string_view, columns_count> columns;
    for (std::size_t member = 0; member < members.size(); ++member) {
      lines.begin_member();
      const auto started = check_header(lines, header);
      if (!started) return started;
      for (;;) {
        const auto line = lines.next_line();
        if (!line) return line.error();
        if (!*line) break;
        fields_.begin_row();
        if (!split_columns(**line, columns)) {
          return lines.error_here("the row does not have " + std::to_string(columns_count) +
                                  " columns");
        }
        parse_row(columns, member, lines.line_number());
        if (!fields_.wrong().empty()) return lines.error_here(fields_.wrong());
        if (lines.line_number() % lines_per_progress != 0) continue;
        const auto advanced = stages_.advance_to(tables_.source_bytes + lines.bytes_read());
        if (!advanced) return advanced;
      }
    }
    tables_.source_bytes += lines.bytes_read();
    return stages_.advance_to(tables_.source_bytes);
  }

  base::Result<void> check_header(LineReader& lines, std::string_view header) {
    const auto line = lines.next_line();
    if (!line) return line.error();
    if (!*line) return lines.error_here("the file is empty: its header is missing");
    std::string_view found = **line;
    if (found.starts_with("\xEF\xBB\xBF")) found.remove_prefix(3);
    if (found == header) return {};
    std::string expected(header);
    std::replace(expected.begin(), expected.end(), '\t', ' ');
    return lines.error_here("the header is not: " + expected);
  }

  base::Result<void> check_edges() const {
    for (const RelationshipRow& row : tables_.relationships) {
      if (!tables_.is_edge(row)) continue;
      for (const std::uint64_t end : {row.source, row.destination}) {
        if (tables_.concept_rows.find(end)) continue;
        return base::Error{base::ErrorCode::invalid,
                           archive_.name() + ": member " + members_.relationships[row.member].name +
                               ", line " + std::to_string(row.line) + ": the " +
                               (end == row.source ? "child " : "parent ") + std::to_string(end) +
                               " of the is-a relationship " + std::to_string(row.id) +
                               " is not a concept of this release",
                           {}};
      }
    }
    return {};
  }

  const ZipArchive& archive_;
  const Rf2Members& members_;
  ImportStages& stages_;
  Tables tables_;
  Rf2Fields fields_;
};

}  // namespace

bool Tables::is_edge(const RelationshipRow& row) const {
  return row.is_active && dictionary.text(row.type) == is_a_type;
}

base::Result<Tables> read_tables(const ZipArchive& archive, const Rf2Members& members,
                                 ImportStages& stages) {
  return TablesReader(archive, members, stages).read();
}

}  // namespace codelog::coding_systems::snomedct
