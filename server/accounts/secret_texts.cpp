#include "server/accounts/secret_texts.h"

#include <sodium.h>

namespace codelog::accounts {
namespace {

constexpr int url_safe = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string encode_base64_url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), url_safe), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), url_safe);
  text.pop_back();  // the zero byte
  return text;
}

std::optional<std::string> decode_base64_url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, url_safe) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

bool are_equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace codelog::accounts
