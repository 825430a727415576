// Blame, replays and changes, against going through the commits one by one.
#include <catch2/catch.hpp>
#include <set>

#include "projections/past.h"
#include "server/history/changes.h"
#include "server/history/code_life.h"
#include "server/history/provenance.h"
#include "server/history/replay.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::history_oracle_test {
namespace {

using base::CodeStatus;
using base::Position;
using base::VersionId;
using projections::Views;
using Statuses = std::map<std::string, CodeStatus>;

constexpr std::size_t codes_count = 60;
constexpr int steps_count = 1200;

struct Fixture {
  TemporaryFolder folder;
  unsigned seed = 0;
  std::unique_ptr<TestSite> site;

  void fill(unsigned with_seed) {
    seed = with_seed;
    site = std::make_unique<TestSite>(folder.path(), seed, codes_count);
    RandomHistory history(*site, seed);
    history.set_up();
    for (int i = 0; i < steps_count; ++i) history.step();
  }
  // From the commits alone.
  std::unique_ptr<projections::Store> state(base::CodelistId codelist, Position at) const {
    auto store =
        projections::views_as_of(site->log(), {.streams = {events::Stream::of_codelist(codelist)},
                                               .moment = at,
                                               .has_all_contents = true});
    REQUIRE(store);
    return std::move(*store);
  }
};

Statuses statuses_of(const Views& views, VersionId version) {
  Statuses statuses;
  for (const auto& code : views.codes(version)) statuses.emplace(code.code, code.status);
  return statuses;
}

// --- Blame, oldest commit first

struct Made {
  Position position;
  std::string code;
  CodeStatus status = CodeStatus::unresolved;
  bool is_given = false;
};
struct Line {
  Position begin;  // of this life of the version: a restore begins another
  base::CodelistId codelist;
  std::vector<Made> table;  // without codes: any code of a table
  std::vector<Made> made;
  std::map<Position, std::vector<std::pair<Position, bool>>> moves;  // by step: at, is undone

  bool is_undone(Position step, Position until) const {
    const auto found = moves.find(step);
    if (found == moves.end()) return false;
    bool undone = false;
    for (const auto& [at, is_undone] : found->second) {
      if (at <= until) undone = is_undone;
    }
    return undone;
  }
  // What counts as of a position.
  std::vector<Made> counting(Position until) const {
    std::vector<Made> all;
    for (const Made& one : table) all.push_back(one);
    for (const Made& one : made) {
      const bool counts =
          one.position <= until && (one.is_given || !is_undone(one.position, until));
      if (counts) all.push_back(one);
    }
    return all;
  }
};

class BlameOracle {
 public:
  void take(const events::Commit& commit) {
    std::optional<Position> restored;
    for (const events::Event& any : commit.content.events) {
      if (const auto* past = std::get_if<events::CodelistRestored>(&any)) restored = past->as_of;
      if (const auto* made = std::get_if<events::VersionCreated>(&any)) {
        create(commit.position, *made, restored);
      } else if (const auto* changed = std::get_if<events::StatusesChanged>(&any)) {
        for (const auto& update : changed->updates) {
          lines_[changed->version].back().made.push_back(
              {commit.position, update.code, update.status, false});
        }
      } else if (const auto* undone = std::get_if<events::DraftStepUndone>(&any)) {
        lines_[undone->version].back().moves[undone->step].emplace_back(commit.position, true);
      } else if (const auto* redone = std::get_if<events::DraftStepRedone>(&any)) {
        lines_[redone->version].back().moves[redone->step].emplace_back(commit.position, false);
      }
    }
  }

  std::optional<Made> decision(VersionId version, const std::string& code,
                               CodeStatus status) const {
    std::optional<Made> last;
    for (const Made& one : lines_.at(version).back().counting(Position(UINT64_MAX))) {
      if (one.code.empty() || (one.code == code && one.status == status)) last = one;
    }
    return last;
  }

 private:
  void create(Position position, const events::VersionCreated& event,
              const std::optional<Position>& restored) {
    Line line{position, event.codelist, {}, {}, {}};
    if (restored && lines_.contains(event.version)) {
      const Line* then = nullptr;
      for (const Line& life : lines_.at(event.version)) {
        if (life.begin <= *restored) then = &life;
      }
      REQUIRE(then != nullptr);
      line.made = then->counting(*restored);
    } else if (event.source && lines_.contains(*event.source) &&
               lines_.at(*event.source).back().codelist == event.codelist) {
      line.made = lines_.at(*event.source).back().counting(position);
    } else {
      for (const auto& code : event.codes) {
        line.made.push_back({position, code.code, code.status, true});
      }
      if (event.csv_data) line.table.push_back({position, "", CodeStatus::included, true});
    }
    lines_[event.version].push_back(std::move(line));
  }

  std::map<VersionId, std::vector<Line>> lines_;  // the lives of each version, oldest first
};

std::vector<events::Commit> commits_of(const events::Log& log) {
  std::vector<events::Commit> commits;
  const auto reader = log.read_all(Position(1), events::Direction::forward);
  while (auto commit = reader->next()) {
    REQUIRE(*commit);
    commits.push_back(std::move(**commit));
  }
  return commits;
}

void apply(Statuses& statuses, const std::vector<base::CodeChange>& changes, bool is_backward) {
  for (const base::CodeChange& change : changes) {
    const auto& status = is_backward ? change.before : change.after;
    if (status) {
      statuses[change.code] = *status;
    } else {
      statuses.erase(change.code);
    }
  }
}

}  // namespace

TEST_CASE_METHOD(Fixture, "blame names the decision that still counts", "[history][property]") {
  fill(GENERATE(1u, 2u, 3u));
  BlameOracle oracle;
  for (const events::Commit& commit : commits_of(site->log())) oracle.take(commit);
  const Views views = site->projections().views();
  std::size_t compared_count = 0;
  for (const auto& codelist : views.codelists()) {
    for (const auto& version : views.versions_of(codelist.id)) {
      if (version.has_csv_data) continue;
      const auto provenance = history::provenance_of(site->log(), views, version);
      REQUIRE(provenance);
      for (const auto& code : views.codes(version.id)) {
        if (!base::is_direct(code.status)) continue;
        CAPTURE(seed, version.id.value(), code.code);
        const auto expected = oracle.decision(version.id, code.code, code.status);
        const auto found = provenance->decisions.find(code.code);
        REQUIRE((found != provenance->decisions.end()) == expected.has_value());
        if (!expected) continue;
        CHECK(found->second.act.position == expected->position);
        CHECK(found->second.is_from_source == expected->is_given);
        ++compared_count;
      }
    }
  }
  CHECK(compared_count > 100);
}

TEST_CASE_METHOD(Fixture, "a code's life has its changes, and says which count",
                 "[history][property]") {
  fill(4);
  const Views views = site->projections().views();
  std::size_t events_count = 0;
  for (const auto& codelist : views.codelists()) {
    for (const auto& version : views.versions_of(codelist.id)) {
      const auto codes = views.codes(version.id);
      for (std::size_t i = 0; i < codes.size(); i += 9) {
        CAPTURE(version.id.value(), codes[i].code);
        const auto all = history::read_code_life(site->log(), views, version,
                                                 {.code = codes[i].code, .count_max = 1000});
        REQUIRE(all);
        REQUIRE_FALSE(all->events.empty());
        CHECK_FALSE(all->next);
        events_count += all->events.size();
        // The newest change gave the code the status that it has.
        const auto changed = std::ranges::find_if(
            all->events, [](const auto& event) { return event.deed.change.has_value(); });
        if (changed != all->events.end()) CHECK(changed->deed.change->after == codes[i].status);
        // Page by page, the same.
        std::vector<Position> paged;
        history::LifeQuery query{.code = codes[i].code, .count_max = 2};
        while (true) {
          const auto page = history::read_code_life(site->log(), views, version, query);
          REQUIRE(page);
          for (const auto& event : page->events) paged.push_back(event.act.position);
          if (!page->next) break;
          query.before = page->next;
        }
        std::vector<Position> expected;
        for (const auto& event : all->events) expected.push_back(event.act.position);
        CHECK(paged == expected);
      }
    }
  }
  CHECK(events_count > 100);
}

TEST_CASE_METHOD(Fixture, "a replay gives every state, in both directions", "[history][property]") {
  fill(5);
  const Views now = site->projections().views();
  std::size_t compared_count = 0;
  for (const auto& codelist : now.codelists()) {
    const auto stream = events::Stream::of_codelist(codelist.id);
    for (const auto direction : {events::Direction::forward, events::Direction::backward}) {
      const bool is_backward = direction == events::Direction::backward;
      history::ReplayQuery query{.direction = direction, .steps_max = 7};
      std::map<VersionId, Statuses> states;
      std::vector<Position> seen;
      while (true) {
        const auto page = history::read_replay(site->log(), now, codelist.id, query);
        REQUIRE(page);
        if (page->version && !page->version->has_csv_data) {
          const Views state(page->state->reader());
          const Statuses shown = statuses_of(state, page->version->id);
          const auto known = states.find(page->version->id);
          if (known != states.end()) CHECK(known->second == shown);
          states[page->version->id] = shown;
        }
        for (const history::ReplayStep& step : page->steps) {
          CAPTURE(codelist.id.value(), step.position.value(), is_backward);
          const auto store = state(codelist.id, step.position);
          const Views expected(store->reader());
          for (const history::VersionStep& version : step.versions) {
            CHECK(version.after == expected.version(version.version));
            if (version.after && version.after->has_csv_data) continue;
            const auto known = states.find(version.version);
            if (is_backward && known != states.end()) {
              if (version.after) CHECK(known->second == statuses_of(expected, version.version));
              apply(known->second, version.effect.changes, true);
              // What was before it was made, or ended, is another state.
              if (version.is_made || !version.after) states.erase(known);
            } else if (!is_backward && version.is_made) {
              states[version.version].clear();
              apply(states[version.version], version.effect.changes, false);
            } else if (!is_backward && known != states.end()) {
              apply(known->second, version.effect.changes, false);
            }
            if (!is_backward && version.after && states.contains(version.version)) {
              CHECK(states.at(version.version) == statuses_of(expected, version.version));
              ++compared_count;
            }
          }
          seen.push_back(step.position);
        }
        if (!page->next) break;
        query.from = page->next;
      }
      // Forward, the first commit made the first state.
      CHECK(seen.size() + (is_backward ? 0 : 1) == now.stream_version(stream).value());
    }
  }
  CHECK(compared_count > 200);
}

TEST_CASE_METHOD(Fixture, "changes lead from one state to the other", "[history][property]") {
  fill(6);
  const Views now = site->projections().views();
  const std::uint64_t head = now.checkpoint().value();
  std::mt19937 random(seed);
  const auto pick = [&] { return Position(1 + random() % head); };
  std::size_t compared_count = 0;
  for (const auto& codelist : now.codelists()) {
    for (int i = 0; i < 6; ++i) {
      const Position from = pick();
      const Position to = pick();
      CAPTURE(codelist.id.value(), from.value(), to.value());
      const auto changes = history::read_changes(site->log(), now, codelist.id, {from, to});
      REQUIRE(changes);
      const auto old_store = state(codelist.id, from);
      const auto new_store = state(codelist.id, to);
      const Views old(old_store->reader());
      const Views current(new_store->reader());
      CHECK(changes->before == old.codelist(codelist.id));
      CHECK(changes->after == current.codelist(codelist.id));
      std::set<VersionId> named;
      for (const history::VersionChanges& version : changes->versions) {
        const VersionId id = version.after ? version.after->id : version.before->id;
        named.insert(id);
        CHECK(version.before == old.version(id));
        CHECK(version.after == current.version(id));
        if (!version.contents || version.after->has_csv_data) continue;
        const auto other = version.compared_with ? *version.compared_with : id;
        const auto record = old.version(other);
        if (record && record->has_csv_data) continue;
        Statuses statuses = statuses_of(old, other);
        apply(statuses, version.contents->codes, false);
        CHECK(statuses == statuses_of(current, id));
        ++compared_count;
      }
      for (const auto& version : current.versions_of(codelist.id)) {
        if (!named.contains(version.id)) CHECK(old.version(version.id) == version);
      }
    }
  }
  CHECK(compared_count > 50);
}

}  // namespace codelog::tests::history_oracle_test
