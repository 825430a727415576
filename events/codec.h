// Commits to stored bytes and back. The bytes are a FlatBuffer of schema/events.fbs, whose rules
// keep old bytes readable for ever.
//
// Pure functions, safe from any thread; linear in the size of the commit. Equal drafts (with equal
// blindings) give equal bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/base/result.h"
#include "events/commit.h"

namespace codelog::events {

// Errors: invalid (a text is not UTF-8; a code or a stream's name contains a line feed or NUL),
// too_large (over commit_bytes_max or commit_events_max).
base::Result<std::string> encode(const CommitDraft& draft);

// Random bytes in a stored commit. The commitments to all commits are public (merkle.h). With
// these, nobody can find out from a commitment whether a guess of the commit is right.
using Blinding = std::array<std::uint8_t, 16>;
base::Result<std::string> encode_blinded(const CommitDraft& draft, const Blinding& blinding);

// Accepts any bytes. Errors: corrupt (not a well-formed commit, or an event type or enumeration
// value unknown to this program; the detail gives its number).
base::Result<CommitDraft> decode(std::string_view bytes);

// As decode(), but reuses the memory of `draft`: replaying many small commits takes half the time.
// After an error the content of `draft` is unspecified.
base::Result<void> decode_into(std::string_view bytes, CommitDraft& draft);

}  // namespace codelog::events
