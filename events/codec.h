// Commits to stored bytes and back. The bytes are a FlatBuffer of schema/events.fbs, whose rules
// keep old bytes readable for ever.
//
// Pure functions, safe from any thread; linear in the size of the commit. Equal drafts give equal
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "events/base/result.h"
#include "events/commit.h"

namespace codelog::events {

// Errors: invalid (a text is not UTF-8; a code or a stream's name contains a line feed or NUL),
// too_large (beyond commit_bytes_max or commit_events_max).
base::Result<std::string> encode(const CommitDraft& draft);

// Errors: corrupt (not a well-formed commit; an event type or an enumeration's value that this
// program does not know, by its number). Any bytes may be given.
base::Result<CommitDraft> decode(std::string_view bytes);

// The same into an object that is there already, whose memory is used again: replaying many small
// commits takes half the time. After an error the content of `draft` is unspecified.
base::Result<void> decode_into(std::string_view bytes, CommitDraft& draft);

}  // namespace codelog::events
