// What every place for archives promises (events/archive/destination.h), as checks for a test case
// of each kind of place:
//
//   TEST_CASE("a folder keeps the contract of a destination") {
//     conforms_to_destination([&] { return open_folder(path); });
//   }
#pragma once

#include <functional>
#include <memory>

#include "events/archive/destination.h"

namespace codelog::tests {

// Each call opens the same place again, empty at the first call, as another process would.
using OpenDestination = std::function<std::unique_ptr<archive::Destination>()>;

// Has sections of Catch2. No object has the name of another one and a '/' behind it: a folder
// cannot have both. `large_bytes`: the size of a file that goes another way than small ones.
void conforms_to_destination(const OpenDestination& open, std::size_t large_bytes);

}  // namespace codelog::tests
