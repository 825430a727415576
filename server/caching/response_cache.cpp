#include "server/caching/response_cache.h"

#include "events/base/check.h"

namespace codelog::caching {
namespace {

// The structures around a body: list node, map node, response, headers.
constexpr std::size_t entry_overhead_bytes = 1024;

std::size_t size_of(std::string_view key, const http::Response& response) {
  const std::size_t compressed = response.shared_gzip ? response.shared_gzip->size() : 0;
  return response.shared_body->size() + compressed + key.size() + entry_overhead_bytes;
}

}  // namespace

bool ResponseCache::is_current(const Entry& entry) const {
  if (!entry.scope.codelist) return changes_.lists() <= entry.made_at;
  return changes_.codelist(*entry.scope.codelist) <= entry.made_at &&
         changes_.releases() <= entry.made_at;
}

void ResponseCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

std::optional<http::Response> ResponseCache::find(std::string_view key) {
  // keeps the response alive while it is copied without the lock
  std::shared_ptr<const http::Response> response;
  {
    const base::Lock lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    const Entries::iterator entry = found->second;
    if (!is_current(*entry)) {
      erase(entry);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    response = entry->response;
  }
  return *response;
}

void ResponseCache::keep(std::string_view key, const Scope& scope, base::Position made_at,
                         const http::Response& response) {
  CODELOG_CHECK(response.shared_body != nullptr, "a response to keep must have a shared body");
  Entry entry{std::string(key), scope, made_at, std::make_shared<const http::Response>(response),
              size_of(key, response)};
  if (entry.bytes > bytes_max_ / 4) return;
  const base::Lock lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) erase(found->second);
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > bytes_max_) erase(std::prev(entries_.end()));
}

std::size_t ResponseCache::bytes() const {
  const base::Lock lock(mutex_);
  return bytes_;
}

}  // namespace codelog::caching
