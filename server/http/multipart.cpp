#include "server/http/multipart.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "events/base/text.h"

namespace codelog::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t boundary_bytes_max = 70;     // RFC 2046, 5.1.1
constexpr std::size_t part_head_bytes_max = 8192;  // of all header fields of one part
constexpr std::size_t file_name_bytes_max = 255;   // of one name in Linux's file systems
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view white_space = " \t";

Error invalid(std::string detail) { return {ErrorCode::invalid, std::move(detail), {}}; }

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

// A header field's value: `form-data; name="a"; filename="b.csv"`.
struct FieldValue {
  std::string value;  // lower case
  std::vector<std::pair<std::string, std::string>> parameters;

  const std::string* find(std::string_view name) const {
    const auto found =
        std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
    return found == parameters.end() ? nullptr : &found->second;
  }
};

// Takes a quoted string, its quotes included, off the front. A backslash quotes a quote or a
// backslash; before anything else it stands for itself, since browsers of Windows sent whole paths.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    const bool escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escapes) ++i;
    out += text[i];
  }
  return std::nullopt;
}

// Nothing for what is malformed, a repeated parameter included.
std::optional<FieldValue> parse_field_value(std::string_view text) {
  std::size_t end = std::min(text.find(';'), text.size());
  FieldValue field{base::ascii_lower(trim(text.substr(0, end))), {}};
  text.remove_prefix(end);
  while (!text.empty()) {
    text = trim(text.substr(1));  // after the ';'
    if (text.empty()) break;
    const std::size_t equals = text.find_first_of("=;");
    if (equals == std::string_view::npos || text[equals] == ';') return std::nullopt;
    std::string name = base::ascii_lower(trim(text.substr(0, equals)));
    text = trim(text.substr(equals + 1));
    std::string value;
    if (text.starts_with('"')) {
      auto quoted = take_quoted(text);
      if (!quoted) return std::nullopt;
      value = std::move(*quoted);
      text = trim(text);
      if (!text.empty() && text.front() != ';') return std::nullopt;
    } else {
      end = std::min(text.find(';'), text.size());
      value = trim(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (name.empty() || field.find(name) != nullptr) return std::nullopt;
    field.parameters.emplace_back(std::move(name), std::move(value));
  }
  return field;
}

std::string utf8(std::string_view text) {
  std::string out;
  append_valid_utf8(text, out);
  return out;
}

// What is safe to call a file: no folders, no control characters; "" for what names none.
std::string plain_file_name(std::string_view sent) {
  const std::size_t folder = sent.find_last_of("/\\");
  if (folder != std::string_view::npos) sent.remove_prefix(folder + 1);
  std::string name;
  for (const char c : sent.substr(0, file_name_bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte != 0x7F) name += c;
  }
  name = utf8(name);
  return name == "." || name == ".." ? std::string() : name;
}

bool is_plain_encoding(std::string_view name) {
  return equals_ignoring_case(name, "binary") || equals_ignoring_case(name, "8bit") ||
         equals_ignoring_case(name, "7bit");
}

class Parser {
 public:
  Parser(std::string_view body, std::string boundary)
      : body_(body), delimiter_("\r\n--" + std::move(boundary)) {}

  Result<Form> parse() {
    // The first delimiter may be the body's first line, without a line end before it.
    const std::string_view first = std::string_view(delimiter_).substr(line_end.size());
    std::optional<bool> more;
    if (body_.starts_with(first)) more = read_delimiter_line(first.size());
    if (!more) {
      const auto preamble = read_content(0);
      if (!preamble) return invalid("The form does not begin with its boundary.");
      more = preamble->part_follows;
    }
    while (*more) {
      ++part_number_;
      const auto part = read_part();
      if (!part) return part.error();
      more = *part;
    }
    return std::move(form_);
  }

 private:
  struct Content {
    std::string_view bytes;
    bool part_follows;
  };

  // Reads what follows a delimiter that ends at `end`: "--" if it is the last one (false), or the
  // end of its line (true). Nothing, and reads nothing, if that is no delimiter after all.
  std::optional<bool> read_delimiter_line(std::size_t end) {
    const std::string_view after = body_.substr(end);
    if (after.starts_with("--")) {
      at_ = body_.size();
      return false;
    }
    const std::size_t padding = std::min(after.find_first_not_of(white_space), after.size());
    if (!after.substr(padding).starts_with(line_end)) return std::nullopt;
    at_ = end + padding + line_end.size();
    return true;
  }

  // Reads up to and with the next delimiter, whose line end may be at `from` at the earliest;
  // nothing if there is none.
  std::optional<Content> read_content(std::size_t from) {
    const std::size_t first = at_;
    for (;;) {
      const std::size_t last = body_.find(delimiter_, from);
      if (last == std::string_view::npos) return std::nullopt;
      if (const auto part_follows = read_delimiter_line(last + delimiter_.size())) {
        return Content{body_.substr(first, std::max(first, last) - first), *part_follows};
      }
      from = last + line_end.size();
    }
  }

  Error wrong_part(std::string_view what) const {
    return invalid("Part " + std::to_string(part_number_) + " of the form " + std::string(what) +
                   ".");
  }

  // The part's header fields, without the empty line behind them, which is read too.
  Result<std::string_view> read_head() {
    const std::string_view rest = body_.substr(at_, part_head_bytes_max);
    if (rest.starts_with(line_end)) {
      at_ += line_end.size();
      return std::string_view();
    }
    const std::size_t end = rest.find(head_end);
    if (end == std::string_view::npos) {
      return wrong_part("has no end of its header within " + std::to_string(part_head_bytes_max) +
                        " bytes");
    }
    at_ += end + head_end.size();
    return rest.substr(0, end);
  }

  // The part's Content-Disposition. Refuses what would need decoding.
  Result<FieldValue> parse_head(std::string_view head) const {
    std::optional<FieldValue> disposition;
    while (!head.empty()) {
      const std::size_t end = std::min(head.find(line_end), head.size());
      const std::string_view line = head.substr(0, end);
      head.remove_prefix(std::min(end + line_end.size(), head.size()));
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) return wrong_part("has a header field without a ':'");
      const std::string_view name = line.substr(0, colon);
      const std::string_view value = trim(line.substr(colon + 1));
      if (equals_ignoring_case(name, "Content-Transfer-Encoding") && !is_plain_encoding(value)) {
        return wrong_part("is in a transfer encoding; send the bytes as they are");
      }
      if (!equals_ignoring_case(name, "Content-Disposition")) continue;
      if (disposition) return wrong_part("has two fields Content-Disposition");
      disposition = parse_field_value(value);
      if (!disposition) return wrong_part("has a malformed Content-Disposition");
    }
    if (!disposition || disposition->value != "form-data") {
      return wrong_part("has no Content-Disposition: form-data");
    }
    return std::move(*disposition);
  }

  // True if another part follows.
  Result<bool> read_part() {
    const auto head = read_head();
    if (!head) return head.error();
    const auto disposition = parse_head(*head);
    if (!disposition) return disposition.error();
    const std::string* const name = disposition->find("name");
    if (name == nullptr) return wrong_part("does not say which field it is");
    // The delimiter behind an empty content begins with the line end before it.
    const auto content = read_content(at_ - line_end.size());
    if (!content) return wrong_part("ends without the form's boundary: the form is not complete");
    if (const std::string* const file_name = disposition->find("filename")) {
      std::string plain = plain_file_name(*file_name);
      if (!plain.empty()) form_.files.push_back({utf8(*name), std::move(plain), content->bytes});
    } else {
      form_.fields.add(utf8(*name), utf8(content->bytes));
    }
    if (form_.files.size() > form_files_max) {
      return invalid("The form has more than " + std::to_string(form_files_max) + " files.");
    }
    if (form_.fields.size() > parameters_max) {
      return invalid("The form has more than " + std::to_string(parameters_max) + " fields.");
    }
    return content->part_follows;
  }

  const std::string_view body_;
  const std::string delimiter_;  // with the line end before it
  std::size_t at_ = 0;           // up to where the body is read
  std::size_t part_number_ = 0;
  Form form_;
};

}  // namespace

const FormFile* Form::find_file(std::string_view field) const {
  const auto found = std::find_if(files.rbegin(), files.rend(),
                                  [&](const FormFile& file) { return file.field == field; });
  return found == files.rend() ? nullptr : &*found;
}

Result<Form> parse_multipart(const Request& request) {
  const auto type = parse_field_value(request.header("Content-Type").value_or(""));
  if (!type || type->value != "multipart/form-data") {
    return invalid("The body must be multipart/form-data.");
  }
  const std::string* const boundary = type->find("boundary");
  if (boundary == nullptr || boundary->empty() || boundary->size() > boundary_bytes_max) {
    return invalid("Content-Type: multipart/form-data needs a boundary of 1 to " +
                   std::to_string(boundary_bytes_max) + " characters.");
  }
  return Parser(request.body, *boundary).parse();
}

}  // namespace codelog::http
