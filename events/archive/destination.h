// A place where archives are kept: a folder, or a bucket of an S3-compatible store. It holds named
// objects, which are whole or not there. Names are relative paths: parts of letters, digits, '-',
// '_' and '.', joined by '/'; no part is "." or "..". Implementations are safe from several
// threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::archive {

struct StoredObject {
  std::string bytes;
  std::string tag;  // changes with the bytes; means nothing else
};

struct ObjectName {
  std::string name;
  std::uint64_t size_bytes = 0;
};

class Destination {
 public:
  virtual ~Destination() = default;

  // For messages: "s3://bucket/prefix" or the folder's path; never a secret.
  virtual std::string describe() const = 0;

  // Stores an object, durably when it returns, over one of the same name. After an error the object
  // is there whole, or as it was. Errors: io (refused, no space), unavailable (no answer, try
  // later), forbidden.
  virtual base::Result<void> put(std::string_view name, std::string_view bytes) = 0;
  // As above, if the object's tag is still `expected_tag` (nullopt: if there is no such object).
  // Returns its new tag. Errors also: conflict (somebody else has changed it).
  virtual base::Result<std::string> put_if(std::string_view name, std::string_view bytes,
                                           const std::optional<std::string>& expected_tag) = 0;
  // As put(), with the bytes of a file, which may be larger than memory.
  virtual base::Result<void> put_file(std::string_view name, const std::filesystem::path& file) = 0;

  // Errors: not_found, too_large (over `size_max_bytes`), io, unavailable, forbidden.
  virtual base::Result<StoredObject> get(std::string_view name, std::uint64_t size_max_bytes) = 0;
  // Writes the object into a new file. Errors as above.
  virtual base::Result<void> get_file(std::string_view name, const std::filesystem::path& file) = 0;

  // All objects whose name begins with `prefix`, ordered by name. Errors: io, unavailable,
  // forbidden.
  virtual base::Result<std::vector<ObjectName>> list(std::string_view prefix) = 0;
  // No error when there is no such object. Errors: io, unavailable, forbidden.
  virtual base::Result<void> remove(std::string_view name) = 0;
};

}  // namespace codelog::archive
