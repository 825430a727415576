// The one place that decides how much of an error a client may read. Pure.
#pragma once

#include <string>

#include "events/base/result.h"

namespace codelog::base {

// The error's detail where the client can act on it. For corrupt and io, and for an unavailable
// detail that may name a file of the server (it has a slash), a sentence that sends the reader to
// the server's log instead; callers write the whole detail there.
std::string client_detail(const Error& error);
// True where client_detail() is not the detail itself.
bool is_for_log_only(const Error& error);

}  // namespace codelog::base
