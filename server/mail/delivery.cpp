#include "server/mail/delivery.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "events/base/digest.h"
#include "events/base/file.h"
#include "server/curl/curl_handle.h"

namespace codelog::mail {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string random_name() {
  std::array<std::uint8_t, 8> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base::to_hex(bytes);
}

// Gives libcurl the next bytes of the message.
std::size_t read_message(char* target, std::size_t size, std::size_t count, void* source) {
  auto& rest = *static_cast<std::string_view*>(source);
  const std::size_t bytes = std::min(size * count, rest.size());
  std::memcpy(target, rest.data(), bytes);
  rest.remove_prefix(bytes);
  return bytes;
}

Result<void> send(const SmtpOptions& options, const std::string& from, const std::string& to,
                  std::string_view message) {
  const curl::Handle handle = curl::make_handle();
  curl::List receivers;
  curl::append(receivers, ("<" + to + ">").c_str());
  std::array<char, CURL_ERROR_SIZE> problem{};
  const std::string sender = "<" + from + ">";
  const long tls = options.needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY;
  set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(handle, CURLOPT_URL, options.url.c_str());
  set(handle, CURLOPT_USE_SSL, tls);
  set(handle, CURLOPT_MAIL_FROM, sender.c_str());
  set(handle, CURLOPT_MAIL_RCPT, receivers.get());
  set(handle, CURLOPT_READFUNCTION, &read_message);
  set(handle, CURLOPT_READDATA, &message);
  set(handle, CURLOPT_UPLOAD, 1L);
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(handle, CURLOPT_ERRORBUFFER, problem.data());
  if (!options.username.empty()) {
    set(handle, CURLOPT_USERNAME, options.username.c_str());
    set(handle, CURLOPT_PASSWORD, options.password.c_str());
  }
  const CURLcode result = curl_easy_perform(handle.get());
  if (result == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer);
  const bool is_final = answer >= 500 && answer < 600;
  const std::string why = problem[0] != '\0' ? problem.data() : curl_easy_strerror(result);
  return Error{is_final ? ErrorCode::invalid : ErrorCode::unavailable,
               "the mail server did not take a mail: " + why,
               {}};
}

}  // namespace

Delivery deliver_to_folder(std::filesystem::path folder) {
  return [folder = std::move(folder)](const std::string&, const std::string&,
                                      const std::string& message) -> Result<void> {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    if (error) {
      return Error{
          ErrorCode::unavailable, "cannot make the folder for mails: " + error.message(), {}};
    }
    return base::write_file_durably(folder / (random_name() + ".eml"), message, 0600);
  };
}

Delivery deliver_by_smtp(SmtpOptions options) {
  return [options = std::move(options)](const std::string& from, const std::string& to,
                                        const std::string& message) {
    return send(options, from, to, message);
  };
}

}  // namespace codelog::mail
