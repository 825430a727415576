// Decides, in one place, how much of an error a client may read. Pure.
#pragma once

#include <string>

#include "events/base/result.h"

namespace codelog::base {

// The error's detail if the client can act on it. For corrupt and io, and for an unavailable error
// that names a path of the server or a file of its log or views, gives a sentence that refers the
// reader to the server's log; callers write the whole detail there. A name within the data folder
// ("coding_systems/bnf/…") is no path of the server.
std::string client_detail(const Error& error);
// True if client_detail() is not the detail itself.
bool is_for_log_only(const Error& error);

}  // namespace codelog::base
