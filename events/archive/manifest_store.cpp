#include "events/archive/manifest_store.h"

#include <array>
#include <random>

#include "events/archive/object_names.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t manifest_bytes_max = 256u << 20;

}  // namespace

Result<StoredManifest> load_manifest(Destination& destination) {
  auto object = destination.get(manifest_name, manifest_bytes_max);
  if (!object) {
    if (object.error().code != ErrorCode::not_found) return object.error();
    return Error{ErrorCode::not_found, "there is no archive in " + destination.describe(), {}};
  }
  auto manifest = decode_manifest(object->bytes);
  if (!manifest) {
    return Error{
        manifest.error().code, destination.describe() + ": " + manifest.error().detail, {}};
  }
  return StoredManifest{*std::move(manifest), std::move(object->tag)};
}

Result<void> store_manifest(Destination& destination, StoredManifest& stored,
                            const base::Clock& clock) {
  Manifest next = stored.manifest;
  ++next.generation;
  next.changed_at = clock.now();
  auto tag = destination.put_if(manifest_name, encode_manifest(next), stored.tag);
  if (!tag) return tag.error();
  stored = {std::move(next), *std::move(tag)};
  return {};
}

const std::string& process_owner_token() {
  static const std::string token = [] {
    std::random_device random;
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return base::to_hex(bytes);
  }();
  return token;
}

}  // namespace codelog::archive
