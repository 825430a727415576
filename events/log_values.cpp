#include "events/log_values.h"

namespace codelog::events {

std::optional<base::Result<Commit>> CommitReader::next() {
  Commit commit;
  const auto read = next_into(commit);
  if (!read) return base::Result<Commit>(read.error());
  if (!*read) return std::nullopt;
  return base::Result<Commit>(std::move(commit));
}

}  // namespace codelog::events
