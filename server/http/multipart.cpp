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

constexpr std::size_t boundary_bytes_max = 70;       // RFC 2046, 5.1.1
constexpr std::size_t part_head_bytes_max = 8192;    // all header fields of one part
constexpr std::size_t parameters_of_field_max = 16;  // a Content-Disposition has three
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view white_space = " \t";

Error invalid(std::string detail) { return {ErrorCode::invalid, std::move(detail), {}}; }

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

// Takes a quoted string, including its quotes, off the front. A backslash escapes a quote or a
// backslash. Before any other character it stands for itself, since browsers on Windows sent whole
// paths.
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

// Returns nothing for a malformed value, a repeated parameter, or too many parameters.
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
    if (field.parameters.size() == parameters_of_field_max) return std::nullopt;
    field.parameters.emplace_back(std::move(name), std::move(value));
  }
  return field;
}

std::string utf8(std::string_view text) {
  std::string out;
  append_valid_utf8(text, out);
  return out;
}

// A safe file name: no folders, no control characters; "" if nothing is left.
std::string plain_file_name(std::string_view sent) {
  const std::size_t folder = sent.find_last_of("/\\");
  if (folder != std::string_view::npos) sent.remove_prefix(folder + 1);
  std::string name;
  for (const char c : sent) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte != 0x7F) name += c;
  }
  name = utf8(name);
  return name == "." || name == ".." ? std::string() : name;
}

// The client's name of the file, if the part is a file. Some clients send the name in a special
// encoding (RFC 8187) besides a plainer one. Nothing if that encoding is not UTF-8.
std::optional<std::string> sent_file_name(const FieldValue& disposition) {
  const std::string* const encoded = disposition.find("filename*");
  if (encoded == nullptr) return *disposition.find("filename");
  const std::size_t language = encoded->find('\'');
  const std::size_t text =
      language == std::string::npos ? language : encoded->find('\'', language + 1);
  if (text == std::string::npos ||
      !equals_ignoring_case(std::string_view(*encoded).substr(0, language), "utf-8")) {
    return std::nullopt;
  }
  std::string name;
  append_decoded(std::string_view(*encoded).substr(text + 1), PlusSign::literal, name);
  return name;
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
    // The first delimiter may lack the line end before it, since it starts the body.
    const std::string_view first = std::string_view(delimiter_).substr(line_end.size());
    const std::size_t begin = body_.starts_with(delimiter_) ? line_end.size() : 0;
    if (!body_.substr(begin).starts_with(first)) {
      return invalid("The form does not begin with its boundary.");
    }
    auto more = read_delimiter_line(begin + first.size());
    while (more && *more) {
      ++part_number_;
      more = read_part();
    }
    if (!more) return more.error();
    return std::move(form_);
  }

 private:
  // Reads the rest of a delimiter's line from `end`: "--" if the delimiter is the last one (returns
  // false), and the line end. Other text is refused, because parsers disagree on such lines:
  // content, or an end.
  Result<bool> read_delimiter_line(std::size_t end) {
    std::string_view after = body_.substr(end);
    const bool is_last = after.starts_with("--");
    if (is_last) after.remove_prefix(2);
    after.remove_prefix(std::min(after.find_first_not_of(white_space), after.size()));
    if (!after.starts_with(line_end) && !(is_last && after.empty())) {
      return invalid("A line of the form begins with its boundary, and does not end there.");
    }
    at_ = body_.size() - after.size() + (after.empty() ? 0 : line_end.size());
    return !is_last;
  }

  // Reads up to the next delimiter; returns nothing if there is none.
  std::optional<std::string_view> read_content() {
    // After an empty content, the delimiter begins with the line end already read.
    const std::size_t last = body_.find(delimiter_, at_ - line_end.size());
    if (last == std::string_view::npos) return std::nullopt;
    const std::size_t first = std::exchange(at_, last + delimiter_.size());
    return body_.substr(first, std::max(first, last) - first);
  }

  Error wrong_part(std::string_view what) const {
    return invalid("Part " + std::to_string(part_number_) + " of the form " + std::string(what) +
                   ".");
  }

  // Reads the part's header fields and the empty line after them; returns the fields.
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

  // The part's Content-Disposition. Refuses fields that would need decoding.
  Result<FieldValue> parse_head(std::string_view head) const {
    std::optional<FieldValue> disposition;
    while (!head.empty()) {
      const std::size_t end = std::min(head.find(line_end), head.size());
      const std::string_view line = head.substr(0, end);
      head.remove_prefix(std::min(end + line_end.size(), head.size()));
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) return wrong_part("has a header field without a ':'");
      const std::string_view name = line.substr(0, colon);
      if (name.find_first_of(white_space) != std::string_view::npos) {
        return wrong_part("has white space in the name of a header field");
      }
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

  // Returns true if another part follows.
  Result<bool> read_part() {
    const auto head = read_head();
    if (!head) return head.error();
    const auto disposition = parse_head(*head);
    if (!disposition) return disposition.error();
    const std::string* const name = disposition->find("name");
    if (name == nullptr) return wrong_part("does not say which field it is");
    const auto content = read_content();
    if (!content) return wrong_part("ends without the form's boundary: the form is not complete");
    const bool is_file = disposition->find("filename") || disposition->find("filename*");
    const auto kept =
        is_file ? keep_file(*name, *disposition, *content) : keep_field(*name, *content);
    if (!kept) return kept.error();
    return read_delimiter_line(at_);
  }

  Result<void> keep_file(std::string_view field, const FieldValue& disposition,
                         std::string_view content) {
    if (++files_count_ > form_files_max) {
      return invalid("The form has more than " + std::to_string(form_files_max) + " files.");
    }
    const auto sent = sent_file_name(disposition);
    if (!sent) return wrong_part("has a file name in another encoding than UTF-8");
    std::string name = plain_file_name(*sent);
    if (!name.empty()) form_.files.push_back({utf8(field), std::move(name), content});
    return {};
  }

  Result<void> keep_field(std::string_view name, std::string_view content) {
    fields_bytes_ += name.size() + content.size();
    if (fields_bytes_ > form_fields_bytes_max) {
      return invalid("The form has more than " + std::to_string(form_fields_bytes_max) +
                     " bytes besides its files.");
    }
    form_.fields.add(utf8(name), utf8(content));
    if (form_.fields.size() <= parameters_max) return {};
    return invalid("The form has more than " + std::to_string(parameters_max) + " fields.");
  }

  const std::string_view body_;
  const std::string delimiter_;  // including the line end before it
  std::size_t at_ = 0;           // end of the part of the body already read
  std::size_t part_number_ = 0;
  std::size_t files_count_ = 0;  // including empty file inputs
  std::size_t fields_bytes_ = 0;
  Form form_;
};

}  // namespace

const FormFile* Form::find_file(std::string_view field) const {
  const auto found = std::find_if(files.rbegin(), files.rend(),
                                  [&](const FormFile& file) { return file.field == field; });
  return found == files.rend() ? nullptr : &*found;
}

Result<Form> parse_multipart(const Request& request) {
  const auto types = request.headers("Content-Type");
  const auto type = types.size() == 1 ? parse_field_value(types.front()) : std::nullopt;
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
