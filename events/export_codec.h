// Commits with their positions as one FlatBuffer of schema/export.fbs, for files that others read.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "events/base/result.h"
#include "events/commit.h"

namespace codelog::events {

// One thread. Together, the commits must stay below commit_bytes_max.
class CommitsEncoder {
 public:
  CommitsEncoder();
  ~CommitsEncoder();
  CommitsEncoder(const CommitsEncoder&) = delete;
  CommitsEncoder& operator=(const CommitsEncoder&) = delete;

  // Errors: those of encode().
  base::Result<void> add(const Commit& commit);
  std::size_t size_bytes() const;
  // The bytes of the file.
  std::string finish();

 private:
  class Builder;
  std::unique_ptr<Builder> builder_;
};

}  // namespace codelog::events
