// Caches whole responses by request until the data they show changes.
//
// Each entry records the position of the views that it was made from, and its scope. It is returned
// only while the ChangeWatch reports no later change in that scope. Bodies are shared, compressed
// once, and bounded in total: the least recently used entries are removed first. Safe from any
// thread; a hit costs one look-up under a short lock.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/mutex.h"
#include "events/base/strong.h"
#include "server/caching/change_watch.h"
#include "server/http/response.h"

namespace codelog::caching {

class ResponseCache {
 public:
  ResponseCache(const ChangeWatch& changes, std::size_t bytes_max)
      : changes_(changes), bytes_max_(bytes_max) {}

  // The content of a response: some codelist's versions, or a list of codelists.
  struct Scope {
    std::optional<base::CodelistId> codelist;  // nothing: the response is a list
  };

  std::optional<http::Response> find(std::string_view key);
  // `response` must have a shared body. `made_at` is the checkpoint of the views it was made from.
  // A response larger than a quarter of the cache is not kept.
  void keep(std::string_view key, const Scope& scope, base::Position made_at,
            const http::Response& response);

  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    Scope scope;
    base::Position made_at;
    std::shared_ptr<const http::Response> response;  // a find() may be copying it
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  bool is_current(const Entry& entry) const;
  void erase(Entries::iterator entry) REQUIRES(mutex_);

  const ChangeWatch& changes_;
  const std::size_t bytes_max_;
  mutable base::Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);  // the one used last comes first
  // Views of the entries' keys. A tree, because clients can choose keys that all have one hash.
  std::map<std::string_view, Entries::iterator> by_key_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::caching
