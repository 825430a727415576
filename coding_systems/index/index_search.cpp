#include "coding_systems/index/index_search.h"

#include <time.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "coding_systems/base/type_table.h"
#include "coding_systems/index/code_search.h"
#include "coding_systems/index/regex_search.h"
#include "coding_systems/index/search_text.h"
#include "coding_systems/index/text_fold.h"
#include "coding_systems/index/text_search.h"
#include "coding_systems/index/word_search.h"
#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

// Memory is fetched this many texts ahead.
constexpr std::size_t texts_ahead = 16;
// A regular expression is matched against this many texts at once, to rule them out: about 1 KB.
constexpr TextNumber texts_per_block = 24;

// The words that a text must have, in the modes words and phrase.
std::vector<WantedWord> wanted_words(const SearchQuery& query, const std::string& folded) {
  std::vector<WantedWord> wanted;
  for (const auto word : words_of(folded)) {
    wanted.push_back({std::string(word), query.mode == SearchMode::words});
  }
  std::ranges::sort(wanted);
  const auto repeats = std::ranges::unique(wanted);
  wanted.erase(repeats.begin(), repeats.end());
  if (query.mode != SearchMode::words) return wanted;
  // After sorting, a word stands before the words that it starts; a text with those has it too.
  std::vector<WantedWord> needed;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i + 1 < wanted.size() && wanted[i + 1].word.starts_with(wanted[i].word)) continue;
    needed.push_back(std::move(wanted[i]));
  }
  return needed;
}

// The words of texts, in reused memory.
class TextWords {
 public:
  // Valid until the next call. The words of the text without its apostrophes come second.
  const std::vector<std::string_view>& all(std::string_view text) {
    plain(text);
    if (has_apostrophe(folded_)) {
      without(more_);
      words_.insert(words_.end(), more_.begin(), more_.end());
    }
    return words_;
  }
  const std::vector<std::string_view>& plain(std::string_view text) {
    folded_.clear();
    append_folded(text, folded_);
    find_words(folded_, words_);
    return words_;
  }
  // About the last text passed to plain().
  bool has_apostrophes() const { return has_apostrophe(folded_); }
  const std::vector<std::string_view>& without_apostrophes_in_it() {
    without(more_);
    return more_;
  }

 private:
  void without(std::vector<std::string_view>& words) {
    without_ = without_apostrophes(folded_);
    find_words(without_, words);
  }

  std::string folded_, without_;
  std::vector<std::string_view> words_, more_;
};

bool has_phrase(std::span<const std::string_view> words, std::span<const std::string_view> phrase) {
  return !std::ranges::search(words, phrase).empty();
}

// Removes the texts for which is_wanted(text) is false, fetching their memory ahead.
template <class IsWanted>
void keep_texts(const ReleaseIndex& index, std::vector<TextNumber>& texts, IsWanted is_wanted) {
  auto kept = texts.begin();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i + texts_ahead < texts.size()) {
      __builtin_prefetch(index.text_place(texts[i + texts_ahead]));
    }
    const TextNumber text = texts[i];
    if (is_wanted(index.text(text))) *kept++ = text;
  }
  texts.erase(kept, texts.end());
}

void keep_with_word(const ReleaseIndex& index, std::vector<TextNumber>& texts,
                    const WantedWord& wanted) {
  const std::string_view word = wanted.word;
  const WordSearch search({&word, 1}, wanted.is_prefix);
  TextWords words;
  keep_texts(index, texts, [&](std::string_view text) {
    const auto answer = search.look(text);
    if (answer != WordSearch::Answer::unknown) return answer == WordSearch::Answer::yes;
    return has_word(words.all(text), wanted);
  });
}

void keep_with_phrase(const ReleaseIndex& index, std::vector<TextNumber>& texts,
                      std::span<const std::string_view> phrase) {
  if (texts.empty()) return;
  const WordSearch search(phrase, false);
  TextWords words;
  keep_texts(index, texts, [&](std::string_view text) {
    const auto answer = search.look(text);
    if (answer != WordSearch::Answer::unknown) return answer == WordSearch::Answer::yes;
    if (has_phrase(words.plain(text), phrase)) return true;
    return words.has_apostrophes() && has_phrase(words.without_apostrophes_in_it(), phrase);
  });
}

// The description without surrounding characters, for comparing it with hits.
std::string folded_term(std::string_view text) {
  auto folded = fold_text(text);
  const auto first = folded.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return folded.substr(first, folded.find_last_not_of(' ') - first + 1);
}

base::Error too_much_work() {
  return base::field_error(base::ErrorCode::too_large, "text",
                           "takes too long on this release: add more consecutive letters or digits "
                           "that every match must have");
}

base::Result<void> check_query(const SearchQuery& query) {
  // Regular expressions are checked when compiled.
  const bool is_regex = query.mode == SearchMode::regex;
  return check_search_text(is_regex ? SearchMode::contains : query.mode, query.text);
}

}  // namespace

std::chrono::nanoseconds thread_work_time() {
  timespec time{};
  const int read = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  CODELOG_CHECK(read == 0, "every thread has a clock of its work");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// A compiled regular expression, and the work still allowed for it.
class IndexSearch::RegexWork {
 public:
  RegexWork(RegexSearch regex, const RegexLimits& limits)
      : regex_(std::move(regex)), limits_(limits), begun_(limits.work_time()) {}

  const RegexSearch& regex() const { return regex_; }
  bool is_beyond_hope(std::uint64_t bytes) const {
    return bytes * regex_.steps_per_byte() > limits_.steps_max;
  }
  // Asked before each text is read.
  bool is_too_much(std::string_view text) {
    steps_ += (text.size() + 1) * regex_.steps_per_byte();
    if (steps_ < limits_.steps_between_looks) return false;
    steps_ = 0;
    return limits_.work_time() - begun_ > limits_.work_max;
  }
  TextStart start_of(std::string_view text) const {
    const auto match = regex_.match(text);
    if (match == RegexSearch::Match::whole) return TextStart::same;
    return match == RegexSearch::Match::start ? TextStart::longer : TextStart::other;
  }

 private:
  RegexSearch regex_;
  const RegexLimits& limits_;
  std::chrono::nanoseconds begun_;
  std::uint64_t steps_ = 0;  // since the clock was last read
};

// The nodes that a query allows, whatever their texts.
class IndexSearch::Filter {
 public:
  static base::Result<Filter> make(const Release& release, const SearchQuery& query) {
    Filter filter(release, query);
    for (const std::string& title : query.types) {
      const auto numbers = release.types().find(title);
      if (numbers.empty()) {
        return base::field_error(base::ErrorCode::invalid, "types",
                                 "'" + title + "' is not a type of " + release.alias());
      }
      filter.types_.insert(filter.types_.end(), numbers.begin(), numbers.end());
    }
    return filter;
  }

  bool takes(Node node) const {
    if (active_ && release_.is_active(node) != *active_) return false;
    if (needs_term_ && !release_.is_found_by_term(node)) return false;
    if (is_by_code_ && !release_.is_found_by_code(node)) return false;
    return types_.empty() || has_type(node);
  }

 private:
  Filter(const Release& release, const SearchQuery& query)
      : release_(release),
        active_(query.active),
        is_by_code_(is_by_code(query.mode)),
        needs_term_(!is_by_code_ && (query.mode == SearchMode::contains || query.types.empty())) {}

  bool has_type(Node node) const {
    return std::ranges::any_of(release_.types().types_of(node), [&](std::uint32_t type) {
      return std::ranges::find(types_, type) != types_.end();
    });
  }

  const Release& release_;
  std::optional<bool> active_;
  bool is_by_code_;
  bool needs_term_;
  std::vector<std::uint32_t> types_;
};

// Collects the best text of each node, and sorts the nodes.
class IndexSearch::Ranking {
 public:
  Ranking(const Release& release, const ReleaseIndex& index) : release_(release), index_(index) {}

  // How well a text fits: smaller is better.
  struct Fit {
    TextStart start = TextStart::other;
    std::uint32_t bytes = 0;
    TextNumber text = 0;
    auto operator<=>(const Fit&) const = default;
  };

  // Nodes come in increasing order; each may come with several texts.
  void add(Node node, TextNumber text, TextStart start) {
    const Fit fit{start, static_cast<std::uint32_t>(index_.text(text).size()), text};
    if (!ranked_.empty() && ranked_.back().node == node) {
      ranked_.back().fit = std::min(ranked_.back().fit, fit);
    } else {
      ranked_.push_back({node, release_.is_active(node), fit});
    }
  }

  SearchHits page(SearchPage page) {
    const auto size = ranked_.size();
    const std::size_t first = std::min(page.offset, size);
    const std::size_t after = first + std::min(page.limit, size - first);
    std::ranges::partial_sort(ranked_, ranked_.begin() + static_cast<std::ptrdiff_t>(after),
                              [&](const Ranked& a, const Ranked& b) { return is_better(a, b); });
    SearchHits found{size, {}};
    for (std::size_t i = first; i < after; ++i) {
      const auto text = ranked_[i].fit.text;
      found.hits.push_back({ranked_[i].node, index_.text(text), index_.role(text)});
    }
    return found;
  }

 private:
  struct Ranked {
    Node node = 0;
    bool is_active = true;
    Fit fit;
  };

  bool is_better(const Ranked& a, const Ranked& b) const {
    const auto key = [](const Ranked& ranked) {
      return std::tuple(ranked.fit.start, ranked.fit.bytes, !ranked.is_active);
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return is_code_before(index_.code(a.node), index_.code(b.node));
  }

  const Release& release_;
  const ReleaseIndex& index_;
  std::vector<Ranked> ranked_;
};

base::Result<std::vector<Node>> IndexSearch::nodes_by_code(const SearchQuery& query) const {
  const LastCode last_code = [this](Node node) { return release_.last_code(node); };
  if (query.mode == SearchMode::code_prefix) {
    return find_code_prefix(index_, query.text, last_code);
  }
  if (query.mode == SearchMode::code_range) {
    const auto range = parse_code_range(query.text);
    if (!range) return range.error();
    return find_code_range(index_, *range, last_code);
  }
  std::vector<Node> nodes;
  for (const std::string& code : release_.search_by_code(query.text)) {
    if (const auto node = index_.find(code)) nodes.push_back(*node);
  }
  std::ranges::sort(nodes,
                    [&](Node a, Node b) { return is_code_before(index_.code(a), index_.code(b)); });
  const auto repeats = std::ranges::unique(nodes);
  nodes.erase(repeats.begin(), repeats.end());
  return nodes;
}

std::vector<Node> IndexSearch::nodes_by_start(const SearchQuery& query) const {
  const auto texts = index_.texts_that_start_with(fold_text(query.text));
  std::vector<Node> nodes;
  nodes.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i + texts_ahead < texts.size()) index_.prefetch_node_of(texts[i + texts_ahead]);
    nodes.push_back(index_.node_of(texts[i]));
  }
  return sorted_numbers(nodes, index_.node_count());
}

std::vector<TextNumber> IndexSearch::texts_by_start(const SearchQuery& query) const {
  return sorted_numbers(index_.texts_that_start_with(fold_text(query.text)), index_.text_count());
}

std::vector<TextNumber> IndexSearch::texts_by_words(const SearchQuery& query) const {
  const auto folded = fold_text(query.text);
  auto texts = index_.tokens().texts_with_all(
      wanted_words(query, folded),
      [&](std::vector<TextNumber>& candidates, const WantedWord& wanted) {
        keep_with_word(index_, candidates, wanted);
      });
  if (query.mode == SearchMode::phrase) keep_with_phrase(index_, texts, words_of(folded));
  return texts;
}

std::vector<TextNumber> IndexSearch::texts_that_contain(std::span<const Node> nodes,
                                                        std::string_view term) const {
  const TextSearch search(base::ascii_lower(term), 0);
  std::vector<TextNumber> texts;
  ReleaseIndex::Texts of_node;
  for (const Node node : nodes) {
    of_node = index_.texts_of(node, of_node.after);
    for (TextNumber text = of_node.first; text < of_node.after; ++text) {
      if (index_.is_searched(text) && search.is_in(index_.text(text))) texts.push_back(text);
    }
  }
  return texts;
}

base::Result<std::vector<TextNumber>> IndexSearch::texts_by_regex(RegexWork& work,
                                                                  Wanted wanted) const {
  const auto candidates = work.regex().candidates(index_.terms(), index_.node_count());
  if (!candidates) return all_texts_by_regex(work, wanted);
  std::uint64_t bytes = 0;
  for (const Node node : *candidates) bytes += index_.texts_bytes(node);
  if (work.is_beyond_hope(bytes)) return too_much_work();
  std::vector<TextNumber> texts;
  ReleaseIndex::Texts of_node;
  for (std::size_t i = 0; i < candidates->size(); ++i) {
    if (i + texts_ahead < candidates->size()) {
      index_.prefetch_texts((*candidates)[i + texts_ahead]);
    }
    of_node = index_.texts_of((*candidates)[i], of_node.after);
    if (!add_matches(work, of_node, wanted, texts)) return too_much_work();
  }
  return texts;
}

base::Result<std::vector<TextNumber>> IndexSearch::all_texts_by_regex(RegexWork& work,
                                                                      Wanted wanted) const {
  const auto count = static_cast<TextNumber>(index_.text_count());
  if (work.is_beyond_hope(index_.text_block({0, count}).size())) return too_much_work();
  std::vector<TextNumber> texts;
  ReleaseIndex::Texts block;
  for (; block.first < count; block.first = block.after) {
    block.after = std::min(count, block.first + texts_per_block);
    if (work.regex().matches_in_context()) {
      const auto together = index_.text_block(block);
      if (work.is_too_much(together)) return too_much_work();
      if (!work.regex().matches(together)) continue;
    }
    if (!add_matches(work, block, wanted, texts)) return too_much_work();
  }
  return texts;
}

bool IndexSearch::add_matches(RegexWork& work, ReleaseIndex::Texts among, Wanted wanted,
                              std::vector<TextNumber>& texts) const {
  for (TextNumber text = among.first; text < among.after; ++text) {
    if (!index_.is_searched(text)) continue;
    if (work.is_too_much(index_.text(text))) return false;
    if (!work.regex().matches(index_.text(text))) continue;
    texts.push_back(text);
    if (wanted == Wanted::all_texts) continue;
    const Node node = index_.node_of(text);
    while (text + 1 < among.after && index_.node_of(text + 1) == node) ++text;
  }
  return true;
}

base::Result<std::optional<IndexSearch::RegexWork>> IndexSearch::compile(
    const SearchQuery& query) const {
  if (query.mode != SearchMode::regex) return std::optional<RegexWork>();
  auto regex = RegexSearch::compile(query.text);
  if (!regex) return regex.error();
  return std::optional<RegexWork>(std::in_place, std::move(*regex), limits_);
}

base::Result<std::vector<TextNumber>> IndexSearch::matching_texts(const SearchQuery& query,
                                                                  std::optional<RegexWork>& regex,
                                                                  Wanted wanted) const {
  if (regex) return texts_by_regex(*regex, wanted);
  if (query.mode == SearchMode::starts_with) return texts_by_start(query);
  if (query.mode != SearchMode::contains) return texts_by_words(query);
  return texts_that_contain(release_.search_by_term(query.text), query.text);
}

base::Result<std::vector<Node>> IndexSearch::find(const SearchQuery& query) const {
  if (const auto good = check_query(query); !good) return good.error();
  const auto filter = Filter::make(release_, query);
  if (!filter) return filter.error();
  std::vector<Node> nodes;
  if (query.mode == SearchMode::contains) {
    nodes = release_.search_by_term(query.text);
  } else if (query.mode == SearchMode::starts_with) {
    nodes = nodes_by_start(query);
  } else if (is_by_code(query.mode)) {
    auto found = nodes_by_code(query);
    if (!found) return found.error();
    nodes = std::move(*found);
    std::ranges::sort(nodes);
  } else {
    auto regex = compile(query);
    if (!regex) return regex.error();
    const auto texts = matching_texts(query, *regex, Wanted::one_text_of_each_node);
    if (!texts) return texts.error();
    for (const TextNumber text : *texts) {
      const Node node = index_.node_of(text);
      if (nodes.empty() || nodes.back() != node) nodes.push_back(node);
    }
  }
  std::erase_if(nodes, [&](Node node) { return !filter->takes(node); });
  return nodes;
}

base::Result<SearchHits> IndexSearch::page_of_codes(const SearchQuery& query, const Filter& filter,
                                                    SearchPage page) const {
  auto nodes = nodes_by_code(query);
  if (!nodes) return nodes.error();
  std::erase_if(*nodes, [&](Node node) { return !filter.takes(node); });
  SearchHits found{nodes->size(), {}};
  for (std::size_t i = std::min(page.offset, nodes->size()); i < nodes->size(); ++i) {
    if (found.hits.size() == page.limit) break;
    found.hits.push_back({(*nodes)[i], index_.name((*nodes)[i]), TextRole::name});
  }
  return found;
}

base::Result<SearchHits> IndexSearch::find_page(const SearchQuery& query, SearchPage page) const {
  if (const auto good = check_query(query); !good) return good.error();
  const auto filter = Filter::make(release_, query);
  if (!filter) return filter.error();
  if (is_by_code(query.mode)) return page_of_codes(query, *filter, page);
  auto regex = compile(query);
  if (!regex) return regex.error();
  const auto texts = matching_texts(query, *regex, Wanted::all_texts);
  if (!texts) return texts.error();
  const auto folded = folded_term(query.text);
  Ranking ranking(release_, index_);
  for (std::size_t i = 0; i < texts->size(); ++i) {
    if (i + texts_ahead < texts->size()) {
      __builtin_prefetch(index_.text_place((*texts)[i + texts_ahead]));
    }
    const TextNumber text = (*texts)[i];
    const Node node = index_.node_of(text);
    if (!filter->takes(node)) continue;
    const std::string_view description = index_.text(text);
    if (*regex && (*regex)->is_too_much(description)) return too_much_work();
    ranking.add(node, text,
                *regex ? (*regex)->start_of(description) : compare_start(description, folded));
  }
  return ranking.page(page);
}

}  // namespace codelog::coding_systems
