// The published codelists in memory, for lists and searches of the site, and the index from codes
// to them. A thread of its own reads them when the server starts, and later those that commits have
// changed; a request only waits for that. Safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "events/base/mutex.h"
#include "events/commit.h"
#include "events/log.h"
#include "projections/views.h"
#include "server/finding/code_index.h"

namespace codelog::finding {

// A codelist with a published version that lists of codelists show.
struct ListedCodelist {
  base::CodelistId id;
  projections::Handle handle;
  std::string coding_system;
  std::string excerpt;  // the description, or its beginning
  std::size_t signoffs_count = 0;
  projections::VersionRecord newest;  // of those that are published
  // The other codelist from which its first version was made.
  std::optional<base::CodelistId> begun_from;
  bool is_restricted = false;  // or all codelists of its owner are
  // In lower case, for searching.
  std::string name;
  std::string description;  // only the beginning of a long one
};

// Which codelists the views' reader may read. It takes several look-ups of a restricted one, so it
// is remembered: make one for each request. The views must outlive it.
class Readable {
 public:
  explicit Readable(const projections::Views& views) : views_(views) {}

  bool has(const ListedCodelist& codelist);
  const projections::Views& views() const { return views_; }

 private:
  const projections::Views& views_;
  std::unordered_map<base::CodelistId, bool> restricted_;
};

// The codelists at one moment.
struct Contents {
  std::vector<std::shared_ptr<const ListedCodelist>> by_name;
  std::unordered_map<base::CodelistId, std::shared_ptr<const ListedCodelist>> by_id;
  // How many codelists were begun from this one; restricted ones do not count.
  std::unordered_map<base::CodelistId, std::size_t> uses;
  // Of each coding system with release files, in the order of all_coding_systems().
  std::vector<projections::ReleaseRecord> newest_releases;

  const ListedCodelist* find(base::CodelistId id) const;
};

class Catalogue {
 public:
  using ReadViews = std::function<projections::Views()>;

  // `read_views` gives all views, for nobody in particular. Both must outlive the catalogue.
  Catalogue(ReadViews read_views, const events::Log& log, std::size_t index_bytes_max);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  // Call with commits that the views show.
  void take_in(std::span<const events::Commit> commits);

  // With all commits taken in so far. Waits for the thread if it must. Errors: unavailable (the
  // thread needs long, or the views cannot be read).
  base::Result<std::shared_ptr<const Contents>> now();
  // The codes of the newest published versions; as new as the contents that now() gave.
  const CodeIndex& codes() const { return codes_; }

 private:
  struct Changes {
    std::set<base::CodelistId> codelists;
    bool in_all = false;  // of who may read what, or when nothing has been read yet
    bool in_releases = false;
  };

  void follow(const std::stop_token& stop);
  std::shared_ptr<const Contents> changed_contents(const Contents& before, const Changes& changes,
                                                   const std::stop_token& stop);
  void read(const projections::Views& views, base::CodelistId id, Contents& contents);
  void read_codes(const projections::Views& views, const ListedCodelist& codelist);

  const ReadViews read_views_;
  const events::Log& log_;
  CodeIndex codes_;
  base::Mutex mutex_;
  base::Condition changed_;
  base::Condition done_;
  Changes changes_ GUARDED_BY(mutex_);                  // not yet in contents_
  std::uint64_t changes_count_ GUARDED_BY(mutex_) = 1;  // calls that brought some
  std::uint64_t done_count_ GUARDED_BY(mutex_) = 0;     // those in contents_
  bool is_wanted_ GUARDED_BY(mutex_) = false;
  bool is_ending_ GUARDED_BY(mutex_) = false;
  std::shared_ptr<const Contents> contents_ GUARDED_BY(mutex_);  // shared with requests
  std::jthread thread_;  // last: it must end before the members that it uses
};

// Each word of a query is looked for in all names and descriptions.
inline constexpr std::size_t query_bytes_max = 256;
inline constexpr std::size_t query_words_max = 16;
// What a query that is larger must have: "must have at most 16 words; …". Nothing for others.
std::optional<std::string> refuse_query(std::string_view query);

// Words of a query must all be in a codelist's name or description; text in quotes is one word. In
// lower case.
std::vector<std::string> words_of_query(std::string_view query);

// The codelists that have all words, the best first: the whole query in the name, all words in the
// name, any word in the name, any in the description.
std::vector<const ListedCodelist*> find_codelists(const Contents& contents, std::string_view query);
// The number of codes that its newest published version includes.
std::size_t included_count(const ListedCodelist& codelist, const CodeIndex& codes);

}  // namespace codelog::finding
