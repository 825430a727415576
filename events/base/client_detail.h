// Decides, in one place, how much of an error a client may read. Pure.
#pragma once

#include <string>

#include "events/base/result.h"

namespace codelog::base {

// The error's detail if the client can act on it. For corrupt and io, and for an unavailable error
// that may name a file of the server (its detail has a slash), gives a sentence that refers the
// reader to the server's log; callers write the whole detail there.
std::string client_detail(const Error& error);
// True if client_detail() is not the detail itself.
bool is_for_log_only(const Error& error);

}  // namespace codelog::base
