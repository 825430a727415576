// Reads any bytes as the manifest of an archive (as they are, and with the right digest behind
// them), as a segment, and as the content of one: gives a value, or a reason.
#include <cstdint>
#include <string>
#include <string_view>

#include "events/archive/manifest.h"
#include "events/archive/segment.h"
#include "events/base/check.h"

namespace {

namespace archive = codelog::archive;

void read_manifest(const std::string& text) {
  const auto manifest = archive::decode_manifest(text);
  if (!manifest) {
    CODELOG_CHECK(!manifest.error().detail.empty(), "a refusal says why");
    return;
  }
  const auto again = archive::decode_manifest(archive::encode_manifest(*manifest));
  CODELOG_CHECK(again && *again == *manifest, "a manifest's text gives another manifest");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_manifest(text);
  const std::string digest = codelog::base::to_hex(codelog::base::sha256(text));
  read_manifest(text + ",\n \"sha256\": \"" + digest + "\"\n}\n");
  (void)archive::parse_segment(text);
  archive::SegmentHeader header;
  header.first = codelog::base::Position(1);
  header.last = codelog::base::Position(~std::uint64_t{0});
  (void)archive::read_commits(header, text);
  (void)archive::decompress(text, size * 4, nullptr);
  return 0;
}
