// A mail as the bytes that travel (RFC 5322, RFC 2045, RFC 2047). Pure.
#pragma once

#include <string>
#include <string_view>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace codelog::mail {

struct Mail {
  std::string to;       // an address, without a name
  std::string subject;  // one line of UTF-8
  std::string text;     // UTF-8, lines end with '\n'
};

// Has it the form that mail servers take without quotes: printable ASCII with one '@' inside?
bool is_address(std::string_view text);

// `id` is unique, and becomes the part of the Message-ID before the sender's domain. Errors:
// invalid (an address or a subject with a line break or another control character, which would add
// lines to the head).
base::Result<std::string> make_message(const Mail& mail, const std::string& from,
                                       base::Timestamp time, const std::string& id);

}  // namespace codelog::mail
