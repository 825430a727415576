#include "server/proofs/log_keys.h"

#include <algorithm>
#include <sstream>

#include "events/base/file.h"

namespace codelog::proofs {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view keys_head = "codelog log keys v1";
constexpr unsigned keys_file_mode = 0600;

std::filesystem::path keys_file(const std::filesystem::path& folder) {
  return folder / "log-signing";
}
std::filesystem::path cosigners_file(const std::filesystem::path& folder) {
  return folder / "log-cosigners";
}

template <std::size_t size>
std::string_view key_view(const std::array<std::uint8_t, size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string line_of(const LogKey& key) {
  const std::string line = key.verifier.text() + " " + base::format_timestamp(key.made_at);
  return key.seed ? "signs " + line + " " + encode_base64(key_view(*key.seed)) + "\n"
                  : "retired " + line + "\n";
}

// The verifier key has a digest of itself, and shows whether the seed is the right one.
std::optional<LogKey> parse_line(const std::string& line) {
  std::istringstream words(line);
  std::string kind;
  std::string key_text;
  std::string time_text;
  std::string seed_text;
  words >> kind >> key_text >> time_text >> seed_text;
  const auto verifier = parse_verifier_key(key_text);
  const auto time = base::parse_timestamp(time_text);
  if (!verifier || verifier->kind != KeyKind::log || !time) return std::nullopt;
  LogKey key{*verifier, std::nullopt, *time};
  if (kind == "retired" && seed_text.empty()) return key;
  const auto bytes = decode_base64(seed_text);
  if (kind != "signs" || !bytes || bytes->size() != std::tuple_size_v<Seed>) return std::nullopt;
  key.seed.emplace();
  std::copy(bytes->begin(), bytes->end(), key.seed->begin());
  const auto derived = signing_key_of(verifier->name, KeyKind::log, *key.seed).verifier;
  return derived == *verifier ? std::optional(key) : std::nullopt;
}

Result<std::vector<std::string>> lines_of(const std::filesystem::path& file) {
  const auto text = base::read_file(file);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return std::vector<std::string>();
    return text.error();
  }
  std::vector<std::string> lines;
  std::istringstream stream(*text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Error damaged(const std::filesystem::path& file) {
  return {ErrorCode::corrupt,
          "the file " + file.string() +
              " is damaged: put it back from a copy; if there is none, move it away, and a new key "
              "will sign from then on",
          {}};
}

}  // namespace

Result<LogKeys> LogKeys::open(const std::filesystem::path& folder) {
  LogKeys keys(folder);
  if (const auto read = keys.read_keys(); !read) return read.error();
  if (const auto read = keys.read_cosigners(); !read) return read.error();
  return keys;
}

Result<void> LogKeys::read_keys() {
  const auto lines = lines_of(keys_file(folder_));
  if (!lines) return lines.error();
  if (lines->empty()) return {};
  if (lines->front() != keys_head || lines->size() < 2) return damaged(keys_file(folder_));
  for (std::size_t i = 1; i < lines->size(); ++i) {
    auto key = parse_line((*lines)[i]);
    if (!key) return damaged(keys_file(folder_));
    keys_.push_back(*std::move(key));
  }
  return {};
}

Result<void> LogKeys::read_cosigners() {
  const auto lines = lines_of(cosigners_file(folder_));
  if (!lines) return lines.error();
  for (const std::string& line : *lines) {
    const auto key = parse_verifier_key(line);
    if (!key) return damaged(cosigners_file(folder_));
    cosigners_.push_back(*key);
  }
  return {};
}

Result<void> LogKeys::add(const std::string& name, OldKeys old_keys, base::Timestamp now) {
  if (const auto good = check_key_name(name); !good) return good;
  const SigningKey made = make_signing_key(name, KeyKind::log);
  std::vector<LogKey> keys = {{made.verifier, made.seed, now}};
  keys.insert(keys.end(), keys_.begin(), keys_.end());
  if (old_keys == OldKeys::retire) {
    for (auto key = keys.begin() + 1; key != keys.end(); ++key) key->seed.reset();
  }
  const auto signing = std::ranges::count_if(keys, [](const LogKey& key) { return !!key.seed; });
  if (static_cast<std::size_t>(signing) > signing_max) {
    return Error{ErrorCode::conflict,
                 std::to_string(signing_max) + " keys sign already: retire the old ones",
                 {}};
  }
  std::string text = std::string(keys_head) + "\n";
  for (const LogKey& key : keys) text += line_of(key);
  const auto written = base::write_file_durably(keys_file(folder_), text, keys_file_mode);
  if (!written) return written;
  keys_ = std::move(keys);
  return {};
}

Result<void> LogKeys::trust(const VerifierKey& cosigner) {
  if (cosigner.kind != KeyKind::cosigner) {
    return base::field_error(ErrorCode::invalid, "key",
                             "is the key of a log, not of a cosigner (which has the kind 4)");
  }
  std::vector<VerifierKey> all = cosigners_;
  std::erase_if(all, [&](const VerifierKey& other) { return other.name == cosigner.name; });
  if (all.size() >= note_signatures_max / 4) {
    return Error{ErrorCode::conflict, "there are too many cosigners: remove one first", {}};
  }
  all.push_back(cosigner);
  return write_cosigners(std::move(all));
}

Result<void> LogKeys::distrust(const std::string& name) {
  std::vector<VerifierKey> all = cosigners_;
  if (std::erase_if(all, [&](const VerifierKey& other) { return other.name == name; }) == 0) {
    return Error{ErrorCode::not_found, "there is no cosigner " + name, {}};
  }
  return write_cosigners(std::move(all));
}

Result<void> LogKeys::write_cosigners(std::vector<VerifierKey> cosigners) {
  std::string text;
  for (const VerifierKey& key : cosigners) text += key.text() + "\n";
  const auto written = base::write_file_durably(cosigners_file(folder_), text, keys_file_mode);
  if (written) cosigners_ = std::move(cosigners);
  return written;
}

std::vector<NoteSignature> LogKeys::sign(std::string_view text) const {
  std::vector<NoteSignature> signatures;
  for (const LogKey& key : keys_) {
    if (is_signing(key)) {
      signatures.push_back(proofs::sign({key.verifier, *key.seed}, text));
    }
  }
  return signatures;
}

}  // namespace codelog::proofs
