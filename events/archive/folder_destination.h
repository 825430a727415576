// Archives in a folder: an object is a file, readable only by its owner. An object is written
// beside its place, synced and renamed, so that it is whole or not there, even after a power cut.
// put_if() holds the lock of DEST/archive.lock, which works between processes. The folder is made
// by the first put.
#pragma once

#include <filesystem>
#include <memory>

#include "events/archive/destination.h"

namespace codelog::archive {

std::unique_ptr<Destination> make_folder_destination(std::filesystem::path folder);

}  // namespace codelog::archive
