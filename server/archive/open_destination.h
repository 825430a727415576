// A destination of archives by its name on the command line.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "events/archive/destination.h"

namespace codelog::archive {

// A folder's path, or "s3://bucket/prefix" with the credentials of the environment. `stop` ends
// requests that wait for a store. Errors: invalid (not such a text, or of a kind that is not
// known), unauthenticated (no credentials).
base::Result<std::unique_ptr<Destination>> open_destination(const std::string& text,
                                                            const std::stop_token& stop = {});

// True for a text that names a store, and so cannot be a folder: "s3://bucket/prefix".
bool is_store_address(const std::string& text);

}  // namespace codelog::archive
