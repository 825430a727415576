#include "projections/memory_store.h"

namespace codelog::projections {
namespace {

class MemoryReader final : public StoreReader {
 public:
  explicit MemoryReader(const MemoryStore::Entries& entries) : entries_(entries) {}

  std::optional<std::string> get(std::string_view key) const override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
  }

  void scan(std::string_view prefix, const Visit& visit) const override {
    for (auto at = entries_.lower_bound(prefix);
         at != entries_.end() && at->first.starts_with(prefix); ++at) {
      if (!visit(at->first, at->second)) return;
    }
  }

  void scan_backward(std::string_view prefix, const Visit& visit) const override {
    const std::string after = after_prefix(prefix);
    auto at = after.empty() ? entries_.end() : entries_.lower_bound(after);
    while (at != entries_.begin()) {
      --at;
      if (!at->first.starts_with(prefix) || !visit(at->first, at->second)) return;
    }
  }

 private:
  void on_damage(const std::string&) const override {}

  const MemoryStore::Entries& entries_;
};

}  // namespace

DamagedViews::DamagedViews(std::string cause)
    : ThrownError({base::ErrorCode::unavailable,
                   "the views are damaged; restart the server to build them again",
                   {}},
                  std::move(cause)) {}

std::string after_prefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && static_cast<unsigned char>(after.back()) == 0xff) after.pop_back();
  if (!after.empty())
    after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
  return after;
}

std::unique_ptr<StoreReader> MemoryStore::reader() const {
  return std::make_unique<MemoryReader>(entries_);
}

base::Result<void> MemoryStore::write(const Batch& batch, WriteMode) {
  for (const Batch::Change& change : batch.changes()) {
    if (const auto* put = std::get_if<Batch::Put>(&change)) {
      entries_.insert_or_assign(put->key, put->value);
    } else if (const auto* erase = std::get_if<Batch::Erase>(&change)) {
      entries_.erase(erase->key);
    } else {
      const std::string& prefix = std::get<Batch::ErasePrefix>(change).prefix;
      const std::string after = after_prefix(prefix);
      entries_.erase(entries_.lower_bound(prefix),
                     after.empty() ? entries_.end() : entries_.lower_bound(after));
    }
  }
  return {};
}

}  // namespace codelog::projections
