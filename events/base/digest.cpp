#include "events/base/digest.h"

#include <openssl/evp.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "events/base/file_digest.h"

namespace codelog::base {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Fetching an algorithm takes longer than hashing a commit, so each is fetched once.
const EVP_MD* algorithm(const char* name) {
  const EVP_MD* fetched = EVP_MD_fetch(nullptr, name, nullptr);
  CODELOG_CHECK(fetched != nullptr, "OpenSSL lacks a digest it must have");
  return fetched;
}

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const fetched = algorithm("SHA256");
  return fetched;
}

EVP_MD_CTX* thread_context() {
  thread_local const Context context(EVP_MD_CTX_new());
  return context.get();
}

void must(int openssl_result) { CODELOG_CHECK(openssl_result == 1, "OpenSSL digest failed"); }

}  // namespace

Sha256 sha256(std::initializer_list<std::string_view> pieces) {
  EVP_MD_CTX* const context = thread_context();
  must(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr));
  for (const std::string_view piece : pieces) {
    must(EVP_DigestUpdate(context, piece.data(), piece.size()));
  }
  Sha256 digest;
  must(EVP_DigestFinal_ex(context, digest.data(), nullptr));
  return digest;
}

Sha256 sha256(std::string_view bytes) { return sha256({bytes}); }

Result<Sha256> sha256_file(const std::filesystem::path& path) { return sha256_file(path, {}); }

Result<Sha256> sha256_file(const std::filesystem::path& path, const std::stop_token& stop) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return Error{code, "cannot open " + path.string() + ": " + std::strerror(errno), {}};
  }
  EVP_MD_CTX* const context = thread_context();
  must(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr));
  std::vector<char> block(1 << 20);
  for (;;) {
    const std::size_t size = std::fread(block.data(), 1, block.size(), file.get());
    if (size == 0) break;
    if (stop.stop_requested()) {
      return Error{ErrorCode::unavailable, "stopped reading " + path.string(), {}};
    }
    must(EVP_DigestUpdate(context, block.data(), size));
  }
  if (std::ferror(file.get())) return Error{ErrorCode::io, "cannot read " + path.string(), {}};
  Sha256 digest;
  must(EVP_DigestFinal_ex(context, digest.data(), nullptr));
  return digest;
}

std::string sha1_hex(std::string_view bytes) {
  static const EVP_MD* const sha1 = algorithm("SHA1");
  EVP_MD_CTX* const context = thread_context();
  std::array<std::uint8_t, 20> digest{};
  must(EVP_DigestInit_ex2(context, sha1, nullptr));
  must(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
  must(EVP_DigestFinal_ex(context, digest.data(), nullptr));
  return to_hex(digest);
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
  Sha256 digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* digits = hex.data() + 2 * i;
    const auto [after, error] = std::from_chars(digits, digits + 2, digest[i], 16);
    if (error != std::errc() || after != digits + 2) return std::nullopt;
  }
  return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += hex[byte >> 4];
    text += hex[byte & 15];
  }
  return text;
}

}  // namespace codelog::base
