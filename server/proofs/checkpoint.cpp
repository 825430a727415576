#include "server/proofs/checkpoint.h"

#include <algorithm>
#include <charconv>

#include "server/proofs/signed_note.h"

namespace codelog::proofs {
namespace {

// Removes a line and returns it without its end; nothing if there is no whole line.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + encode_base64(events::hash_bytes(root)) +
         "\n";
}

base::Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const base::Error bad{base::ErrorCode::invalid, "this is not the checkpoint of a log", {}};
  const auto origin = take_line(text);
  const auto size = take_line(text);
  const auto root = take_line(text);
  if (!origin || origin->empty() || !size || !root) return bad;
  Checkpoint checkpoint{std::string(*origin), 0, {}};
  const auto [end, error] =
      std::from_chars(size->data(), size->data() + size->size(), checkpoint.size);
  if (error != std::errc() || std::to_string(checkpoint.size) != *size) return bad;
  const auto bytes = decode_base64(*root);
  if (!bytes || bytes->size() != checkpoint.root.size()) return bad;
  std::copy(bytes->begin(), bytes->end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace codelog::proofs
