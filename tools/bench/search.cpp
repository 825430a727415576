#include <algorithm>
#include <random>
#include <set>

#include "coding_systems/index/text_fold.h"
#include "events/base/text.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/release_sql.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::SearchMode;
using coding_systems::SearchQuery;

constexpr std::size_t candidates_max = 4000;
constexpr std::size_t terms_per_class_max = 16;
constexpr std::size_t mode_terms_max = 200;
constexpr int repeats = 25;  // of every term in every round
constexpr std::size_t like_terms_per_round = 5;
constexpr std::size_t like_terms_stride = 1009;

struct TermClass {
  std::size_t hits;  // approximate
  std::vector<Aim> p50_aims;
  std::vector<Aim> p99_aims;
  std::vector<std::string> terms = {};
};

std::vector<TermClass> term_classes() {
  const Aim fast{AimKind::at_most, 1};
  const Aim beats_like{AimKind::ratio_at_least, 100};
  const Aim bounded{AimKind::at_most, 10};
  return {{10, {fast, beats_like}, {}},
          {1'000, {fast, beats_like}, {}},
          {10'000, {}, {}},
          {50'000, {}, {bounded}}};
}

void choose_terms(const coding_systems::Release& release, std::vector<TermClass>& classes) {
  for (const std::string& term : candidate_terms(release, candidates_max)) {
    const std::size_t hits = release.search_by_term(term).size();
    for (TermClass& wanted : classes) {
      const bool fits = hits >= wanted.hits / 2 && hits <= wanted.hits * 3 / 2 && hits > 0;
      if (fits && wanted.terms.size() < terms_per_class_max) wanted.terms.push_back(term);
    }
  }
}

// Searches for the term, and runs the same search in SQL.
Result<double> milliseconds_by_like(const Subject& subject, const ReleaseSql& sql,
                                    const std::string& term) {
  const double before = thread_cpu_seconds();
  auto by_like = sql.codes_like({containing(term)});
  const double after = thread_cpu_seconds();
  if (!by_like) return by_like.error();
  const auto found = subject.release->search_by_term(term);
  if (!are_same_codes(*subject.release, found, std::move(*by_like))) {
    return Error{
        ErrorCode::corrupt, "the search for '" + term + "' and LIKE find different codes", {}};
  }
  return (after - before) * 1e3;
}

// Adds the median, with that of LIKE as baseline.
void add_median(Bench& bench, const std::string& name, const std::vector<double>& ours_ms,
                const std::vector<double>& like_ms, std::vector<Aim> aims) {
  const double p50 = median(ours_ms);
  const double like = median(like_ms);
  bench.figures.add({.name = name + ", p50",
                     .unit = "ms",
                     .measured = p50,
                     .aims = std::move(aims),
                     .ratio = like / p50,
                     .baseline = "LIKE: " + format_number(like) + " ms"});
}

Result<void> measure_class(Bench& bench, const ReleaseSql& sql, const TermClass& wanted) {
  const std::string name = "term search, ~" + format_count(wanted.hits) + " hits";
  if (wanted.terms.empty()) {
    bench.figures.leave_out(name, "the release is too small");
    return {};
  }
  std::vector<double> ours_ms;
  std::vector<double> like_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show(name, static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    for (const std::string& term : wanted.terms) {
      for (int i = 0; i < repeats; ++i) {
        const double before = thread_cpu_seconds();
        const auto found = bench.subject.release->search_by_term(term);
        ours_ms.push_back((thread_cpu_seconds() - before) * 1e3);
      }
    }
    const std::string& term = wanted.terms[static_cast<std::size_t>(round) % wanted.terms.size()];
    const auto beside = milliseconds_by_like(bench.subject, sql, term);
    if (!beside) return beside.error();
    like_ms.push_back(*beside);
  }
  add_median(bench, name, ours_ms, like_ms, wanted.p50_aims);
  bench.figures.add({.name = name + ", p99",
                     .unit = "ms",
                     .measured = percentile(ours_ms, 0.99),
                     .aims = wanted.p99_aims});
  return {};
}

struct ModeQuery {
  SearchQuery query;
  std::vector<std::string> like;  // the nearest query that SQL can express
};

struct MeasuredMode {
  const char* name;
  std::vector<Aim> p50_aims;
  std::vector<Aim> p99_aims;
  // makes a query from a term of three or more words
  ModeQuery (*make)(const std::vector<std::string>& words);
};

// Queries as people type them: two words of a term in reverse order, an unfinished word, and so on.
std::vector<MeasuredMode> measured_modes() {
  const std::vector<Aim> fast = {{AimKind::at_most, 1}, {AimKind::ratio_at_least, 100}};
  return {{"words search",
           fast,
           {},
           [](const std::vector<std::string>& words) -> ModeQuery {
             const std::string second = words[2].substr(0, 4);
             return {{.mode = SearchMode::words, .text = second + " " + words[0]},
                     {containing(words[0]), containing(second)}};
           }},
          {"phrase search",
           fast,
           {},
           [](const std::vector<std::string>& words) -> ModeQuery {
             const std::string phrase = words[1] + " " + words[2];
             return {{.mode = SearchMode::phrase, .text = phrase}, {containing(phrase)}};
           }},
          {"starts-with search",
           {{AimKind::at_most, 0.3}, {AimKind::ratio_at_least, 100}},
           {},
           [](const std::vector<std::string>& words) -> ModeQuery {
             const std::string start = words[0] + " " + words[1].substr(0, 3);
             return {{.mode = SearchMode::starts_with, .text = start}, {escaped(start) + "%"}};
           }},
          {"regex search",
           {{AimKind::at_most, 3}},
           {{AimKind::at_most, 20}},
           [](const std::vector<std::string>& words) -> ModeQuery {
             return {{.mode = SearchMode::regex, .text = words[0] + ".*" + words[2]},
                     {"%" + escaped(words[0]) + "%" + escaped(words[2]) + "%"}};
           }}};
}

// The words of some terms with three or more words; the same terms every time.
std::vector<std::vector<std::string>> terms_in_words(const coding_systems::Release& release) {
  std::mt19937_64 random(2);
  std::vector<std::vector<std::string>> found;
  for (std::size_t tries = 0; tries < 4 * candidates_max && found.size() < mode_terms_max;
       ++tries) {
    const auto node = static_cast<coding_systems::Node>(random() % release.hierarchy().size());
    const auto folded = coding_systems::fold_text(release.term(node));
    std::vector<std::string> words;
    for (const auto word : coding_systems::words_of(folded)) words.emplace_back(word);
    if (words.size() >= 3) found.push_back(std::move(words));
  }
  return found;
}

struct ModeTimes {
  std::vector<double> ours_ms, page_ms, like_ms;
};

Result<ModeTimes> time_mode(Bench& bench, const Subject& subject, const ReleaseSql& sql,
                            const MeasuredMode& mode,
                            const std::vector<std::vector<std::string>>& terms) {
  ModeTimes times;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show(subject.prefix + mode.name, static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    for (const auto& words : terms) {
      const ModeQuery wanted = mode.make(words);
      const double before = thread_cpu_seconds();
      const auto found = subject.release->search(wanted.query);
      const double between = thread_cpu_seconds();
      if (!found) return found.error();
      const auto page = subject.release->search_page(wanted.query, {.offset = 0, .limit = 50});
      times.page_ms.push_back((thread_cpu_seconds() - between) * 1e3);
      times.ours_ms.push_back((between - before) * 1e3);
    }
    const auto& words = terms[static_cast<std::size_t>(round) % terms.size()];
    const double before = thread_cpu_seconds();
    const auto by_like = sql.codes_like(mode.make(words).like);
    times.like_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    if (!by_like) return by_like.error();
  }
  return times;
}

Result<void> measure_mode(Bench& bench, const ReleaseSql& sql, const MeasuredMode& mode,
                          const std::vector<std::vector<std::string>>& terms) {
  const auto times = time_mode(bench, bench.subject, sql, mode, terms);
  if (!times) return times.error();
  const std::string name = mode.name;
  add_median(bench, name, times->ours_ms, times->like_ms, mode.p50_aims);
  bench.figures.add({.name = name + ", p99",
                     .unit = "ms",
                     .measured = percentile(times->ours_ms, 0.99),
                     .aims = mode.p99_aims});
  bench.figures.add(
      {.name = name + ", 50 best, p50", .unit = "ms", .measured = median(times->page_ms)});
  bench.figures.add({.name = name + ", 50 best, p99",
                     .unit = "ms",
                     .measured = percentile(times->page_ms, 0.99)});
  return {};
}

}  // namespace

std::vector<std::string> candidate_terms(const coding_systems::Release& release,
                                         std::size_t count) {
  std::mt19937_64 random(1);
  std::set<std::string> found;
  const std::size_t size = release.hierarchy().size();
  for (std::size_t tries = 0; tries < 4 * count && found.size() < count; ++tries) {
    const std::string term =
        base::ascii_lower(release.term(static_cast<coding_systems::Node>(random() % size)));
    const std::size_t first = random() % (term.size() + 1);
    const std::size_t length = 3 + random() % 16;
    const std::string piece = term.substr(first, length);
    const bool is_plain = std::ranges::all_of(piece, [](char c) { return (c & 0x80) == 0; });
    if (piece.size() >= 3 && is_plain) found.insert(piece);
  }
  return {found.begin(), found.end()};
}

// Searches for words and pieces of words as they come: most are in many terms, some in few.
Result<void> measure_contains(Bench& bench, const Subject& subject, const ReleaseSql& sql,
                              std::size_t terms_count, std::vector<Aim> p99_aims) {
  const std::vector<std::string> terms = candidate_terms(*subject.release, terms_count);
  std::vector<double> found_ms;
  std::vector<double> like_ms;
  for (std::size_t round = 0; round < static_cast<std::size_t>(bench.options.rounds_count);
       ++round) {
    bench.progress.show(subject.prefix + "contains", round,
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    for (const std::string& term : terms) {
      const double before = thread_cpu_seconds();
      const auto found = subject.release->search_by_term(term);
      found_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    }
    for (std::size_t i = 0; i < like_terms_per_round && !terms.empty(); ++i) {
      // Picks terms far apart, since the terms are sorted.
      const std::size_t at = (round * like_terms_per_round + i) * like_terms_stride % terms.size();
      const auto beside = milliseconds_by_like(subject, sql, terms[at]);
      if (!beside) return beside.error();
      like_ms.push_back(*beside);
    }
  }
  const std::string name =
      subject.prefix + "term search, " + format_count(terms.size()) + " pieces of terms";
  add_median(bench, name, found_ms, like_ms, {});
  bench.figures.add({.name = name + ", p99",
                     .unit = "ms",
                     .measured = percentile(found_ms, 0.99),
                     .aims = std::move(p99_aims)});
  return {};
}

Result<void> measure_words(Bench& bench, const Subject& subject, const ReleaseSql& sql) {
  const MeasuredMode words = measured_modes().front();
  const std::string name = subject.prefix + words.name;
  const auto terms = terms_in_words(*subject.release);
  if (terms.empty()) {
    bench.figures.leave_out(name, "the release has no terms of three words");
    return {};
  }
  const auto times = time_mode(bench, subject, sql, words, terms);
  if (!times) return times.error();
  add_median(bench, name, times->ours_ms, times->like_ms, {});
  return {};
}

Result<void> measure_search(Bench& bench) {
  bench.progress.show("choosing terms", 0, 0);
  std::vector<TermClass> classes = term_classes();
  choose_terms(*bench.subject.release, classes);
  const auto sql = ReleaseSql::open(bench.subject.system_id, bench.subject.database);
  if (!sql) return sql.error();
  for (const TermClass& wanted : classes) {
    if (const auto measured = measure_class(bench, *sql, wanted); !measured) return measured;
  }
  const auto terms = terms_in_words(*bench.subject.release);
  if (terms.empty()) {
    bench.figures.leave_out("other search modes", "the release has no terms of three words");
    return {};
  }
  for (const MeasuredMode& mode : measured_modes()) {
    if (const auto measured = measure_mode(bench, *sql, mode, terms); !measured) return measured;
  }
  return {};
}

}  // namespace codelog::tools::bench
