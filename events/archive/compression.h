// zstd with a trained dictionary, which makes short runs of small commits several times smaller.
// Functions without state; safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::archive {

// Prepared for use; immutable, so that threads can share it.
class Dictionary {
 public:
  explicit Dictionary(std::string bytes);
  ~Dictionary();
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  const std::string& bytes() const { return bytes_; }
  const base::Sha256& digest() const { return digest_; }

 private:
  friend std::string compress(std::string_view raw, const Dictionary* dictionary);
  friend base::Result<std::string> decompress(std::string_view stored, std::uint64_t raw_bytes,
                                              const Dictionary* dictionary);
  struct Prepared;

  const std::string bytes_;
  const base::Sha256 digest_;
  std::unique_ptr<Prepared> prepared_;
};

// Returns the bytes of a dictionary; nothing if the samples are too few or too different.
std::optional<std::string> train_dictionary(const std::vector<std::string>& samples,
                                            std::size_t size_max_bytes);

// Without a dictionary if it is null.
std::string compress(std::string_view raw, const Dictionary* dictionary);
// Errors: corrupt (not such bytes, or not `raw_bytes` of them).
base::Result<std::string> decompress(std::string_view stored, std::uint64_t raw_bytes,
                                     const Dictionary* dictionary);

}  // namespace codelog::archive
