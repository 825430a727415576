// Readers over the store, up to a fixed head.
#pragma once

#include <memory>
#include <string>

#include "events/log.h"
#include "events/log_store.h"

namespace codelog::events {

// One commit. Errors: corrupt (missing or damaged), io.
base::Result<void> read_commit(const LogStore& store, base::Position position, Commit& commit);
base::Result<std::string> read_commit_bytes(const LogStore& store, base::Position position);

// By position, batch by batch: no iterator lives longer than it takes to copy one batch.
std::unique_ptr<CommitReader> make_log_reader(const LogStore& store, base::Position first,
                                              base::Position head, Direction direction);

// Of one stream, by point reads.
std::unique_ptr<CommitReader> make_stream_reader(const LogStore& store, std::string stream,
                                                 StreamVersion first, base::Position head,
                                                 Direction direction);

}  // namespace codelog::events
