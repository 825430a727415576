// Written from "Create a signed AWS API request" in Amazon's IAM guide, not from a client's code.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <sstream>

#include "events/base/digest.h"
#include "tests/server/made_store.h"

namespace codelog::tests {
namespace {

std::string hmac(const std::string& key, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hex(const std::string& bytes) {
  return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string encode(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded += c;
      continue;
    }
    constexpr const char* digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 15U];
  }
  return encoded;
}

// The value of "name=…" in the header Authorization.
std::string part_of(const std::string& authorization, const std::string& name) {
  const std::size_t start = authorization.find(name + "=");
  if (start == std::string::npos) return {};
  const std::size_t first = start + name.size() + 1;
  return authorization.substr(first, authorization.find(',', first) - first);
}

}  // namespace

std::string StoreRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string expected_signature(const StoreRequest& request, const std::string& secret) {
  const std::string authorization = request.header("authorization");
  const std::string scope_with_key = part_of(authorization, "Credential");
  const std::string scope = scope_with_key.substr(scope_with_key.find('/') + 1);
  const std::string signed_names = part_of(authorization, "SignedHeaders");

  std::string canonical = request.method + "\n" + request.path + "\n";
  std::string separator;
  for (const auto& [name, value] : request.query) {
    canonical += separator + encode(name) + "=" + encode(value);
    separator = "&";
  }
  canonical += "\n";
  std::istringstream names(signed_names);
  for (std::string name; std::getline(names, name, ';');) {
    canonical += name + ":" + request.header(name) + "\n";
  }
  canonical += "\n" + signed_names + "\n" + base::to_hex(base::sha256(request.body));

  const std::string to_sign = "AWS4-HMAC-SHA256\n" + request.header("x-amz-date") + "\n" + scope +
                              "\n" + base::to_hex(base::sha256(canonical));
  std::string key = "AWS4" + secret;
  std::istringstream parts(scope);  // day/region/service/aws4_request
  for (std::string part; std::getline(parts, part, '/');) key = hmac(key, part);
  return hex(hmac(key, to_sign));
}

}  // namespace codelog::tests
