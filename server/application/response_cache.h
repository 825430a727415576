// Whole responses by what was asked for, for as long as they are right.
//
// An answer is kept with the position of the views that it was made from and with what it shows; it
// is given again only while the ChangeWatch says that this has not changed since. Bodies are
// shared, compressed once, and bounded in total: the answers used least recently go first. Safe
// from any thread; a hit costs a look-up under a short lock.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/base/mutex.h"
#include "events/base/strong.h"
#include "server/application/change_watch.h"
#include "server/http/response.h"

namespace codelog::application {

class ResponseCache {
 public:
  ResponseCache(const ChangeWatch& changes, std::size_t bytes_max)
      : changes_(changes), bytes_max_(bytes_max) {}

  // What a response shows: some codelist's versions, or a list of codelists.
  struct Scope {
    std::optional<base::CodelistId> codelist;  // nothing: a list
  };

  std::optional<http::Response> find(std::string_view key);
  // `response` has a shared body. `made_at` is the checkpoint of the views it was made from. Too
  // large ones (a quarter of everything) are not kept.
  void keep(std::string_view key, const Scope& scope, base::Position made_at,
            const http::Response& response);

  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    Scope scope;
    base::Position made_at;
    std::shared_ptr<const http::Response> response;  // shared with a find() that is copying it
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  bool is_current(const Entry& entry) const;
  void erase(Entries::iterator entry) REQUIRES(mutex_);

  const ChangeWatch& changes_;
  const std::size_t bytes_max_;
  mutable base::Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);  // the one used last comes first
  // Views of the entries' keys.
  std::unordered_map<std::string_view, Entries::iterator> by_key_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::application
