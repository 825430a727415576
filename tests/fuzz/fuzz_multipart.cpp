// Reads any bytes as a form: gives fields and files, or an error. Files are parts of the bytes, in
// order.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "events/base/check.h"
#include "events/base/text.h"
#include "server/http/multipart.h"

namespace {

namespace base = codelog::base;
namespace http = codelog::http;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first line is the Content-Type, if a header can hold it.
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const http::Request request =
      http::make_request(http::Method::post, "/", {{"Content-Type", text.substr(0, line)}},
                         text.substr(std::min(line + 1, text.size())));
  const auto form = http::parse_multipart(request);
  if (!form) {
    CODELOG_CHECK(!form.error().detail.empty(), "a refusal says why");
    return 0;
  }
  for (const auto& field : form->fields.entries()) {
    CODELOG_CHECK(base::is_utf8(field.name) && base::is_utf8(field.value), "a field is not UTF-8");
  }
  const char* after = request.body.data();
  for (const http::FormFile& file : form->files) {
    CODELOG_CHECK(base::is_utf8(file.field) && base::is_utf8(file.file_name), "nor is a name");
    const bool is_plain = std::ranges::none_of(file.file_name, [](unsigned char c) {
      return c < ' ' || c == 0x7F || c == '/' || c == '\\';
    });
    CODELOG_CHECK(!file.file_name.empty() && is_plain, "a file has no plain name");
    CODELOG_CHECK(std::greater_equal<>()(file.content.data(), after), "files overlap");
    after = file.content.data() + file.content.size();
  }
  CODELOG_CHECK(std::less_equal<>()(after, request.body.data() + request.body.size()),
                "a file goes beyond the body");
  return 0;
}
