// The manifest at its destination, and who may change it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "events/archive/destination.h"
#include "events/archive/manifest.h"
#include "events/base/clock.h"

namespace codelog::archive {

// A manifest as it was read or written last; a change succeeds only if it still is.
struct StoredManifest {
  Manifest manifest;
  std::optional<std::string> tag;  // nothing if there is none yet
};

// Errors: not_found (there is no archive), corrupt, invalid (of a later format), and those of
// Destination::get().
base::Result<StoredManifest> load_manifest(Destination& destination);

// Writes the manifest with the next generation. Errors: conflict (somebody else has changed it),
// and those of Destination::put_if().
base::Result<void> store_manifest(Destination& destination, StoredManifest& stored,
                                  const base::Clock& clock);

// A random text that no other process has; always the same in this one.
const std::string& process_owner_token();

}  // namespace codelog::archive
