// The storage of views: an ordered map of bytes. RocksStore keeps the site's views. MemoryStore
// keeps the views of one codelist while its history is replayed to an earlier moment. The same
// projector writes both and the same views read both, so the same code computes past and present.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/base/result.h"
#include "events/base/thrown_error.h"

namespace codelog::projections {

// Thrown when a stored view differs from what was written. Such views cannot answer anything; they
// must be made again from the log. Only readers of a store and Views throw this.
class DamagedViews final : public base::ThrownError {
 public:
  explicit DamagedViews(std::string cause);
};

// An ordered list of changes, applied all or none.
class Batch {
 public:
  struct Put {
    std::string key, value;
  };
  struct Erase {
    std::string key;
  };
  struct ErasePrefix {
    std::string prefix;
  };
  using Change = std::variant<Put, Erase, ErasePrefix>;

  void put(std::string key, std::string value) {
    bytes_ += key.size() + value.size();
    changes_.push_back(Put{std::move(key), std::move(value)});
  }
  void erase(std::string key) {
    bytes_ += key.size();
    changes_.push_back(Erase{std::move(key)});
  }
  void erase_prefix(std::string prefix) {
    bytes_ += prefix.size();
    changes_.push_back(ErasePrefix{std::move(prefix)});
  }
  void clear() {
    changes_.clear();
    bytes_ = 0;
  }
  const std::vector<Change>& changes() const { return changes_; }
  // The size of all keys and values together.
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<Change> changes_;
  std::size_t bytes_ = 0;
};

// Reads a store as of one moment, while writing continues. Safe from one thread at a time. Throws
// DamagedViews if the store is damaged, and base::ThrownError (unavailable) if it cannot be read
// now: the process has no more open files or memory, or the disk fails.
class StoreReader {
 public:
  virtual ~StoreReader() = default;
  // Reports damage found in an entry to the store's owner, and throws DamagedViews.
  [[noreturn]] void report_damage(const std::string& cause) const {
    on_damage(cause);
    throw DamagedViews(cause);
  }
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  // Calls visit with every entry whose key starts with the prefix, in key order (or the reverse),
  // until it returns false. The passed views are valid only during the call.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual void scan(std::string_view prefix, const Visit& visit) const = 0;
  virtual void scan_backward(std::string_view prefix, const Visit& visit) const = 0;

 protected:
  virtual void on_damage(const std::string& cause) const = 0;
};

enum class WriteMode {
  live,  // survives the end of the process; a power cut may lose the newest writes (the log has
         // them)
  bulk,  // survives only after sync(): for rebuilding
};

class Store {
 public:
  virtual ~Store() = default;
  virtual std::unique_ptr<StoreReader> reader() const = 0;
  virtual base::Result<void> write(const Batch& batch, WriteMode mode) = 0;
  virtual base::Result<void> sync() = 0;
};

// The smallest key greater than every key with this prefix; empty if there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace codelog::projections
