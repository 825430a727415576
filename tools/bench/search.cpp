#include <algorithm>
#include <random>
#include <set>

#include "coding_systems/base/sqlite_file.h"
#include "coding_systems/base/text_fold.h"
#include "events/base/text.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::SearchMode;
using coding_systems::SearchQuery;
using coding_systems::SqliteFile;
using coding_systems::SqliteRow;

constexpr std::size_t candidates_max = 4000;
constexpr std::size_t terms_per_class_max = 16;
constexpr std::size_t mode_terms_max = 200;
constexpr int repeats = 25;  // of every term in every round

struct TermClass {
  std::size_t hits;  // about
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

std::string escaped(std::string_view term) {
  std::string pattern;
  for (const char c : term) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    if (c == '\'') pattern += '\'';
    pattern += c;
  }
  return pattern;
}

// Descriptions that are like all of the patterns.
Result<std::size_t> count_by_like(const SqliteFile& file,
                                  const std::vector<std::string>& patterns) {
  std::string query = "SELECT DISTINCT concept_id FROM snomedct_description WHERE active";
  for (const std::string& pattern : patterns) {
    query += " AND term LIKE '" + pattern + "' ESCAPE '\\'";
  }
  std::size_t count = 0;
  const auto done = file.for_each_row(query, [&](const SqliteRow&) -> Result<void> {
    ++count;
    return {};
  });
  if (!done) return done.error();
  return count;
}

Result<void> measure_class(Bench& bench, const SqliteFile& file, const TermClass& wanted) {
  const std::string name = "term search, ~" + format_count(wanted.hits) + " hits";
  if (wanted.terms.empty()) {
    bench.figures.skip(name, "the release is too small for it");
    return {};
  }
  std::vector<double> ours_ms;
  std::vector<double> like_ms;
  Error failed;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show(name, static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    for (const std::string& term : wanted.terms) {
      for (int i = 0; i < repeats; ++i) {
        const double before = thread_cpu_seconds();
        const auto found = bench.release->search_by_term(term);
        ours_ms.push_back((thread_cpu_seconds() - before) * 1e3);
      }
    }
    const std::string& term = wanted.terms[static_cast<std::size_t>(round) % wanted.terms.size()];
    const double before = thread_cpu_seconds();
    const auto by_like = count_by_like(file, {"%" + escaped(term) + "%"});
    like_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    if (!by_like) return by_like.error();
    if (*by_like != bench.release->search_by_term(term).size()) {
      return Error{
          ErrorCode::corrupt, "the search for '" + term + "' finds other codes than LIKE", {}};
    }
  }
  const double p50 = median(ours_ms);
  const double like = median(like_ms);
  bench.figures.add({.name = name + ", p50",
                     .unit = "ms",
                     .measured = p50,
                     .aims = wanted.p50_aims,
                     .ratio = like / p50,
                     .baseline = "LIKE: " + format_number(like) + " ms"});
  bench.figures.add({.name = name + ", p99",
                     .unit = "ms",
                     .measured = percentile(ours_ms, 0.99),
                     .aims = wanted.p99_aims});
  return {};
}

struct ModeQuery {
  SearchQuery query;
  std::vector<std::string> like;  // what SQL can ask that comes nearest
};

struct MeasuredMode {
  const char* name;
  std::vector<Aim> p50_aims;
  ModeQuery (*make)(const std::vector<std::string>& words);  // of a term with three or more
};

std::string any(const std::string& text) { return "%" + escaped(text) + "%"; }

// As people type them: two words of a term in the other order, one not written out; and so on.
std::vector<MeasuredMode> measured_modes() {
  const std::vector<Aim> fast = {{AimKind::at_most, 1}, {AimKind::ratio_at_least, 100}};
  return {{"words search", fast,
           [](const std::vector<std::string>& words) -> ModeQuery {
             const std::string second = words[2].substr(0, 4);
             return {{.mode = SearchMode::words, .text = second + " " + words[0]},
                     {any(words[0]), any(second)}};
           }},
          {"phrase search", fast,
           [](const std::vector<std::string>& words) -> ModeQuery {
             const std::string phrase = words[1] + " " + words[2];
             return {{.mode = SearchMode::phrase, .text = phrase}, {any(phrase)}};
           }},
          {"starts-with search", fast,
           [](const std::vector<std::string>& words) -> ModeQuery {
             const std::string start = words[0] + " " + words[1].substr(0, 3);
             return {{.mode = SearchMode::starts_with, .text = start}, {escaped(start) + "%"}};
           }},
          {"regex search", {}, [](const std::vector<std::string>& words) -> ModeQuery {
             return {{.mode = SearchMode::regex, .text = words[0] + ".*" + words[2]},
                     {"%" + escaped(words[0]) + "%" + escaped(words[2]) + "%"}};
           }}};
}

// The words of some terms, of such as have three or more; the same ones every time.
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

Result<void> measure_mode(Bench& bench, const SqliteFile& file, const MeasuredMode& mode,
                          const std::vector<std::vector<std::string>>& terms) {
  std::vector<double> ours_ms, page_ms, like_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show(mode.name, static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    for (const auto& words : terms) {
      const ModeQuery wanted = mode.make(words);
      const double before = thread_cpu_seconds();
      const auto found = bench.release->search(wanted.query);
      const double between = thread_cpu_seconds();
      if (!found) return found.error();
      const auto page = bench.release->search_page(wanted.query, {.offset = 0, .limit = 50});
      page_ms.push_back((thread_cpu_seconds() - between) * 1e3);
      ours_ms.push_back((between - before) * 1e3);
    }
    const auto& words = terms[static_cast<std::size_t>(round) % terms.size()];
    const double before = thread_cpu_seconds();
    const auto by_like = count_by_like(file, mode.make(words).like);
    like_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    if (!by_like) return by_like.error();
  }
  const double p50 = median(ours_ms);
  const double like = median(like_ms);
  const std::string name = mode.name;
  bench.figures.add({.name = name + ", p50",
                     .unit = "ms",
                     .measured = p50,
                     .aims = mode.p50_aims,
                     .ratio = like / p50,
                     .baseline = "LIKE: " + format_number(like) + " ms"});
  bench.figures.add({.name = name + ", p99", .unit = "ms", .measured = percentile(ours_ms, 0.99)});
  bench.figures.add({.name = name + ", 50 best, p50", .unit = "ms", .measured = median(page_ms)});
  bench.figures.add(
      {.name = name + ", 50 best, p99", .unit = "ms", .measured = percentile(page_ms, 0.99)});
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

Result<void> measure_search(Bench& bench) {
  bench.progress.show("choosing terms", 0, 0);
  std::vector<TermClass> classes = term_classes();
  choose_terms(*bench.release, classes);
  auto file = SqliteFile::open(bench.database);
  if (!file) return file.error();
  // As much cache as OpenCodelists gives it, and warm.
  const auto ignore = [](const SqliteRow&) -> Result<void> { return {}; };
  if (const auto set = file->for_each_row("PRAGMA cache_size = -262144", ignore); !set) return set;
  if (const auto warm = count_by_like(*file, {"%warm%"}); !warm) return warm.error();
  for (const TermClass& wanted : classes) {
    if (const auto measured = measure_class(bench, *file, wanted); !measured) return measured;
  }
  const auto terms = terms_in_words(*bench.release);
  if (terms.empty()) {
    bench.figures.skip("other search modes", "the release has no terms of three words");
    return {};
  }
  for (const MeasuredMode& mode : measured_modes()) {
    if (const auto measured = measure_mode(bench, *file, mode, terms); !measured) return measured;
  }
  return {};
}

}  // namespace codelog::tools::bench
