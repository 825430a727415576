#include "server/finding/catalogue.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "coding_systems/base/coding_system.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "events/base/thrown_error.h"
#include "server/commands/newest_release.h"
#include "server/commands/version_contents.h"

namespace codelog::finding {
namespace {

using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;
using ListedPointer = std::shared_ptr<const ListedCodelist>;

constexpr std::chrono::milliseconds wait_max{2'000};
// With more changed codelists, the thread does not wait for a request that wants them: after a bulk
// import, the next request would wait long.
constexpr std::size_t unread_max = 64;
constexpr std::size_t excerpt_bytes_max = 300;
// Each search reads all descriptions, but nobody looks for the end of a long one.
constexpr std::size_t searched_bytes_max = 4096;

std::string excerpt_of(std::string_view description) {
  const std::string_view cut = base::utf8_prefix(description, excerpt_bytes_max);
  return cut.size() < description.size() ? std::string(cut) + "…" : std::string(cut);
}

std::optional<base::CodelistId> begun_from(const Views& views, const VersionRecord& first) {
  if (!first.source) return std::nullopt;
  const auto source = views.codelist_of_version(*first.source);
  return source == first.codelist ? std::nullopt : source;
}

// Nothing for a codelist that lists leave out.
ListedPointer read_listed(const Views& views, base::CodelistId id) {
  const auto record = views.codelist(id);
  if (!record || record->is_private) return nullptr;
  auto newest = views.newest_published_of(id);
  if (!newest) return nullptr;
  const std::string description = record->description.value_or("");
  // Shared by contents of several moments.
  auto listed = std::make_shared<ListedCodelist>();
  listed->id = id;
  listed->handle = record->handle();
  listed->coding_system = record->coding_system;
  listed->excerpt = excerpt_of(description);
  // Of the content that is shown; older sign-offs do not know theirs.
  listed->signoffs_count = static_cast<std::size_t>(
      std::ranges::count_if(record->signoffs, [&](const events::SignOff& signoff) {
        return signoff.content_digest == base::Sha256{} ||
               signoff.content_digest == newest->content_digest;
      }));
  listed->begun_from = begun_from(views, views.versions_of(id).front());
  listed->newest = std::move(*newest);
  listed->is_restricted = views.is_restricted(id) || views.is_restricted(record->handle().owner);
  listed->name = base::ascii_lower(record->handle().name);
  listed->description = base::ascii_lower(base::utf8_prefix(description, searched_bytes_max));
  return listed;
}

bool comes_before(const ListedPointer& one, const ListedPointer& other) {
  return std::tie(one->name, one->id) < std::tie(other->name, other->id);
}

// The lower, the better; nothing if a word is missing.
std::optional<int> rank_of(const ListedCodelist& codelist, const std::vector<std::string>& words,
                           const std::string& whole) {
  const auto in_name = [&](const std::string& word) {
    return codelist.name.find(word) != std::string::npos;
  };
  for (const std::string& word : words) {
    if (!in_name(word) && codelist.description.find(word) == std::string::npos) {
      return std::nullopt;
    }
  }
  if (in_name(whole)) return 1;
  if (std::ranges::all_of(words, in_name)) return 2;
  return std::ranges::any_of(words, in_name) ? 3 : 4;
}

bool changes_readers(const events::Event& event) {
  return std::holds_alternative<events::OwnerAccessChanged>(event);
}

bool changes_releases(const events::Event& event) {
  return std::holds_alternative<events::ReleaseRegistered>(event);
}

}  // namespace

bool Readable::has(const ListedCodelist& codelist) {
  if (!codelist.is_restricted) return true;
  const auto [known, is_new] = restricted_.try_emplace(codelist.id, false);
  if (is_new) known->second = views_.may_read(codelist.id);
  return known->second;
}

const ListedCodelist* Contents::find(base::CodelistId id) const {
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : found->second.get();
}

Catalogue::Catalogue(ReadViews read_views, const events::Log& log, std::size_t index_bytes_max)
    : read_views_(std::move(read_views)),
      log_(log),
      codes_(index_bytes_max),
      contents_(std::make_shared<const Contents>()) {
  changes_.in_all = true;
  changes_.in_releases = true;
  thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

Catalogue::~Catalogue() {
  thread_.request_stop();
  const base::Lock lock(mutex_);
  is_ending_ = true;
  changed_.notify_all();
}

void Catalogue::take_in(std::span<const events::Commit> commits) {
  const base::Lock lock(mutex_);
  for (const events::Commit& commit : commits) {
    for (const events::StreamExpectation& touched : commit.content.streams) {
      if (const auto id = touched.stream.codelist()) changes_.codelists.insert(*id);
    }
    const auto& events = commit.content.events;
    changes_.in_all = changes_.in_all || std::ranges::any_of(events, changes_readers);
    changes_.in_releases = changes_.in_releases || std::ranges::any_of(events, changes_releases);
  }
  ++changes_count_;
  if (changes_.codelists.size() > unread_max) changed_.notify_all();
}

base::Result<std::shared_ptr<const Contents>> Catalogue::now() {
  const auto end = std::chrono::steady_clock::now() + wait_max;
  base::Lock lock(mutex_);
  const std::uint64_t wanted = changes_count_;
  while (done_count_ < wanted) {
    is_wanted_ = true;
    changed_.notify_all();
    if (!done_.wait_until(lock, end)) {
      return base::Error{base::ErrorCode::unavailable,
                         "the catalogue of codelists is being read; ask again in a few seconds",
                         {}};
    }
  }
  return contents_;
}

void Catalogue::follow(const std::stop_token& stop) {
  base::Lock lock(mutex_);
  while (!is_ending_) {
    const bool is_first = done_count_ == 0;
    const bool is_much = changes_.in_all || changes_.codelists.size() > unread_max;
    if (done_count_ == changes_count_ || !(is_first || is_wanted_ || is_much)) {
      changed_.wait(lock);
      continue;
    }
    const Changes changes = std::exchange(changes_, {});
    const std::uint64_t taken = changes_count_;
    const auto before = contents_;
    is_wanted_ = false;
    lock.unlock();
    std::shared_ptr<const Contents> after;
    try {
      after = changed_contents(*before, changes, stop);
    } catch (const base::ThrownError&) {
      // Every request that reads the views now gets the same error, and the server's log has it.
    }
    lock.lock();
    if (after) {
      contents_ = std::move(after);
      done_count_ = taken;
      done_.notify_all();
    } else {
      changes_.in_all = true;
      changes_.in_releases = true;
      // The next attempt is that of the next request.
      if (!is_ending_) changed_.wait(lock);
    }
  }
}

std::shared_ptr<const Contents> Catalogue::changed_contents(const Contents& before,
                                                            const Changes& changes,
                                                            const std::stop_token& stop) {
  const Views views = read_views_();
  auto contents = std::make_shared<Contents>(before);
  if (changes.in_releases) {
    contents->newest_releases.clear();
    for (const auto& system : coding_systems::all_coding_systems()) {
      auto newest = commands::newest_release(log_, views, system.id);
      if (!newest || !commands::has_release_file(views, system.id, newest->alias)) continue;
      contents->newest_releases.push_back(std::move(*newest));
    }
  }
  std::set<base::CodelistId> ids = changes.codelists;
  if (changes.in_all) {
    for (const base::CodelistId id : views.codelist_ids()) ids.insert(id);
    for (const auto& [id, codelist] : before.by_id) ids.insert(id);
  }
  for (const base::CodelistId id : ids) {
    if (stop.stop_requested()) return nullptr;
    read(views, id, *contents);
  }
  auto& by_name = contents->by_name;
  std::erase_if(by_name, [&](const ListedPointer& old) { return ids.contains(old->id); });
  const auto kept = static_cast<std::ptrdiff_t>(by_name.size());
  for (const base::CodelistId id : ids) {
    const auto found = contents->by_id.find(id);
    if (found != contents->by_id.end()) by_name.push_back(found->second);
  }
  std::sort(by_name.begin() + kept, by_name.end(), comes_before);
  std::inplace_merge(by_name.begin(), by_name.begin() + kept, by_name.end(), comes_before);
  contents->uses.clear();
  for (const ListedPointer& codelist : by_name) {
    if (codelist->begun_from && !codelist->is_restricted) ++contents->uses[*codelist->begun_from];
  }
  return contents;
}

void Catalogue::read(const Views& views, base::CodelistId id, Contents& contents) {
  ListedPointer listed = read_listed(views, id);
  const ListedCodelist* const before = contents.find(id);
  if (!listed) {
    if (before != nullptr) codes_.remove(id);
    contents.by_id.erase(id);
    return;
  }
  // The codes of a published version never change.
  if (before == nullptr || before->newest.id != listed->newest.id) read_codes(views, *listed);
  contents.by_id[id] = std::move(listed);
}

void Catalogue::read_codes(const Views& views, const ListedCodelist& codelist) {
  // A table that cannot be read has no codes, here as on its page.
  auto codes = commands::included_codes(views, codelist.newest);
  std::vector<std::string> known;
  if (codes) known = std::move(*codes);
  if (codelist.newest.has_csv_data) {
    for (std::string& code : known) {
      code = coding_systems::normal_code(codelist.coding_system, code);
    }
    std::ranges::sort(known);
    known.erase(std::unique(known.begin(), known.end()), known.end());
  }
  codes_.put(codelist.id, codelist.coding_system, known);
}

std::optional<std::string> refuse_query(std::string_view query) {
  if (query.size() > query_bytes_max) {
    return "must have at most " + std::to_string(query_bytes_max) + " bytes";
  }
  if (words_of_query(query).size() > query_words_max) {
    return "must have at most " + std::to_string(query_words_max) +
           " words; put those in quotes that stand together";
  }
  return std::nullopt;
}

std::vector<std::string> words_of_query(std::string_view query) {
  std::vector<std::string> words;
  std::string rest;
  // Texts between two quotes first.
  while (true) {
    const std::size_t open = query.find('"');
    const std::size_t close = open == query.npos ? query.npos : query.find('"', open + 1);
    rest.append(query.substr(0, close == query.npos ? query.npos : open)).append(" ");
    if (close == query.npos) break;
    words.push_back(base::ascii_lower(query.substr(open + 1, close - open - 1)));
    query.remove_prefix(close + 1);
  }
  std::string_view left = rest;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find_first_of(" \t\n\r"), left.size());
    if (end > 0) words.push_back(base::ascii_lower(left.substr(0, end)));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return words;
}

std::vector<const ListedCodelist*> find_codelists(const Contents& contents,
                                                  std::string_view query) {
  const std::vector<std::string> words = words_of_query(query);
  std::string whole = base::ascii_lower(base::trim_unicode_space(query));
  if (whole.size() > 1 && whole.starts_with('"') && whole.ends_with('"')) {
    whole = whole.substr(1, whole.size() - 2);
  }
  std::vector<std::pair<int, const ListedCodelist*>> ranked;
  for (const ListedPointer& codelist : contents.by_name) {
    if (const auto rank = rank_of(*codelist, words, whole)) {
      ranked.emplace_back(*rank, codelist.get());
    }
  }
  std::ranges::stable_sort(ranked, {}, &std::pair<int, const ListedCodelist*>::first);
  std::vector<const ListedCodelist*> found;
  for (const auto& [rank, codelist] : ranked) found.push_back(codelist);
  return found;
}

std::size_t included_count(const ListedCodelist& codelist, const CodeIndex& codes) {
  if (codelist.newest.has_csv_data) return codes.codes_count(codelist.id);
  const auto& counts = codelist.newest.counts;
  return counts[static_cast<std::size_t>(base::CodeStatus::included)] +
         counts[static_cast<std::size_t>(base::CodeStatus::included_by_ancestor)];
}

}  // namespace codelog::finding
