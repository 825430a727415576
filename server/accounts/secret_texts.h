// Texts that travel in links and cookies. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codelog::accounts {

// Base64 with '-' and '_' and without padding (RFC 4648, 5), for use in addresses and cookies.
std::string encode_base64_url(std::string_view bytes);
std::optional<std::string> decode_base64_url(std::string_view text);

// Takes as long wherever the texts differ.
bool are_equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace codelog::accounts
