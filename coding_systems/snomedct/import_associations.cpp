#include "coding_systems/snomedct/import_associations.h"

#include <limits>
#include <optional>
#include <tuple>

namespace codelog::coding_systems::snomedct {
namespace {

// The last column had another name before 2014.
constexpr std::array<std::string_view, 2> headers = {
    "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponentId",
    "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponent"};

struct State {
  AssociationRow row;
  std::uint32_t sequence = 0;  // of its row, over all members
  bool is_wanted = false;      // active, and of a known kind
};
static_assert(sizeof(State) <= 48);

constexpr std::string_view missing_target =
    "historical associations are left out, since the concept that they lead to is in no file";
constexpr std::string_view missing_source =
    "historical associations are left out, since the concept that they are about is in no file";
constexpr std::string_view own_successor =
    "historical associations are left out, since no concept succeeds itself";

}  // namespace

base::Result<std::vector<AssociationRow>> read_associations(Rf2Rows& rows, Rf2Fields& fields,
                                                            const std::vector<ZipMember>& members,
                                                            const IdMap& concept_rows,
                                                            CountedNotices& notices) {
  std::vector<State> states;
  const auto read = rows.read<7>(members, headers, [&](const auto& columns) {
    State state;
    state.row.id = fields.uuid("id", columns[0]);
    state.row.effective_time = fields.date(columns[1]);
    const bool is_active = fields.active(columns[2]);
    fields.sctid("moduleId", columns[3]);
    const std::uint64_t refset = fields.sctid("refsetId", columns[4]);
    state.row.source = fields.sctid("referencedComponentId", columns[5]);
    state.row.target = fields.sctid("targetComponentId", columns[6]);
    if (states.size() == std::numeric_limits<std::uint32_t>::max()) {
      fields.refuse("id", columns[0], "is one row more than an import can hold");
    }
    if (!fields.wrong().empty()) return;
    const auto kind = find_historical_association(refset);
    state.row.kind = kind.value_or(HistoricalAssociation::replaced_by);
    state.sequence = static_cast<std::uint32_t>(states.size());
    state.is_wanted = is_active && kind;
    states.push_back(state);
  });
  if (!read) return read.error();
  // Latest state first; of several on one day, the first one read, as for every other table.
  std::ranges::sort(states, [](const State& left, const State& right) {
    return std::tuple(left.row.id, right.row.effective_time, left.sequence) <
           std::tuple(right.row.id, left.row.effective_time, right.sequence);
  });
  // Adds a notice if an end is not a concept, or if both ends are the same.
  const auto is_between_concepts = [&](const AssociationRow& row) {
    const bool has_source = concept_rows.find(row.source).has_value();
    const bool has_both = has_source && concept_rows.find(row.target).has_value();
    if (has_both && row.source != row.target) return true;
    const auto id = uuid_text(row.id);
    notices.add(has_both     ? own_successor
                : has_source ? missing_target
                             : missing_source,
                {id.data(), id.size()});
    return false;
  };
  std::vector<AssociationRow> kept;
  std::optional<Uuid> last;
  for (const State& state : states) {
    if (state.row.id != last && state.is_wanted && is_between_concepts(state.row)) {
      kept.push_back(state.row);
    }
    last = state.row.id;
  }
  return kept;
}

}  // namespace codelog::coding_systems::snomedct
