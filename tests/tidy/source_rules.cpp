#include "tests/tidy/source_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "events/base/text.h"

namespace codelog::tests {
namespace {

constexpr std::size_t line_columns_max = 100;
constexpr std::size_t file_lines_max = 500;
constexpr std::size_t function_lines_max = 70;

// The end of the comment, literal or preprocessor line that starts at `at`; `at` if none does.
std::size_t skipped_until(const std::string& text, std::size_t at) {
  const auto end_of = [&](const std::string& mark, std::size_t from) {
    const auto found = text.find(mark, from);
    return found == std::string::npos ? text.size() : found + mark.size();
  };
  const auto rest = std::string_view(text).substr(at);
  const char before = at == 0 ? '\n' : text[at - 1];
  if (rest.starts_with("//")) return end_of("\n", at) - 1;
  if (rest.starts_with("/*")) return end_of("*/", at + 2);
  if (rest.starts_with("R\"")) {
    const auto open = rest.find('(');
    return end_of(")" + std::string(rest.substr(2, open - 2)) + "\"", at + open);
  }
  const bool digit_separator = rest[0] == '\'' && std::isalnum(static_cast<unsigned char>(before));
  if ((rest[0] == '"' || rest[0] == '\'') && !digit_separator) {
    auto end = at + 1;
    while (end < text.size() && text[end] != rest[0]) end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
  }
  if (rest[0] != '#' || before != '\n') return at;
  auto end = end_of("\n", at);
  while (text.compare(end - 2, 2, "\\\n") == 0 && end < text.size()) end = end_of("\n", end);
  return end - 1;
}

// Finds functions by walking the braces of code: a brace after a parenthesis opens a function,
// unless it is inside another function. The function begins with the statement that its brace ends.
class FunctionLengths {
 public:
  std::vector<std::size_t> first_lines_of_too_long(const std::string& code) {
    for (std::size_t at = 0; at < code.size(); ++at) {
      if (code[at] == '\n') ++line_;
      if (code[at] == '}') {
        close(code, at);
      } else if (code[at] != '{') {
        extend_head(code[at]);
      } else if (depth_ > 0 || head_.find('(') != std::string::npos) {
        ++depth_;
      } else {
        head_.clear();
      }
    }
    return found_;
  }

 private:
  void close(const std::string& code, std::size_t at) {
    if (depth_ > 0 && --depth_ > 0) return;
    // After the initialiser of a member or a parameter, the function continues.
    const auto next = code.find_first_not_of(" \n", at + 1);
    if (next != std::string::npos && code.find_first_of(",{)", at + 1) == next) return;
    if (!head_.empty() && line_ - first_line_ >= function_lines_max) found_.push_back(first_line_);
    head_.clear();
  }

  void extend_head(char c) {
    if (depth_ > 0 || (head_.empty() && std::isspace(static_cast<unsigned char>(c)))) return;
    if (head_.empty()) first_line_ = line_;
    head_ += c;
    static const std::set<std::string> labels{"public:", "protected:", "private:"};
    if (c == ';' || labels.contains(head_)) head_.clear();
  }

  std::size_t line_ = 1;
  std::size_t depth_ = 0;  // braces open since the function's own
  std::string head_;       // the code between the last statement and this place
  std::size_t first_line_ = 1;
  std::vector<std::size_t> found_;
};

}  // namespace

std::string code_only(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = skipped_until(text, at);
    if (end == at) ++at;
    for (; at < end; ++at) {
      if (text[at] != '\n') text[at] = ' ';
    }
  }
  return text;
}

std::vector<std::string> breaches_in(std::string_view path, const std::string& text) {
  std::vector<std::string> breaches;
  const auto add = [&](std::size_t line, const std::string& what) {
    breaches.push_back(std::to_string(line) + ": " + what);
  };
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  // Reports lines that match the pattern but not the exception.
  const auto forbid = [&](const std::string& pattern, const std::string& what,
                          const std::string& exception = "") {
    const RE2 expression(pattern), allowed(exception);
    for (std::size_t index = 0; index < lines.size(); ++index) {
      if (!RE2::PartialMatch(lines[index], expression)) continue;
      if (exception.empty() || !RE2::PartialMatch(lines[index], allowed)) add(index + 1, what);
    }
  };
  if (!base::is_utf8(text)) add(1, "not UTF-8");
  forbid("[ \t\r]$", "white space at the end");
  forbid("(^|[^\\w.])/(home|root|work|Users)/", "a path of one machine");
  if (path.ends_with(".md") || path.ends_with("LICENSE")) return breaches;
  // The word is split, so that this line does not break the rule itself.
  forbid(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b",
      "left for later");
  if (lines.size() > file_lines_max) add(lines.size(), "more than 500 lines");
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const auto columns = base::count_code_points(lines[index]);
    if (columns > line_columns_max) add(index + 1, "more than 100 columns");
  }
  if (!path.ends_with(".cpp") && !path.ends_with(".h")) return breaches;
  forbid("^#include <(cassert|assert\\.h)>", "<cassert>");
  // A mutex without guarded members may only be a local variable.
  if (!path.starts_with("tests/") && path != "events/base/mutex.h") {
    forbid("^  (mutable )?std::(shared_)?mutex \\w+_;", "a mutex that clang does not check");
  }
  const char* const literals = "using namespace std::(\\w+::)*\\w*literals;";
  forbid("^\\s*using namespace ", "using namespace", path.starts_with("tests/") ? literals : "");
  for (const auto line : FunctionLengths().first_lines_of_too_long(code_only(text))) {
    add(line, "a function of more than 70 lines");
  }
  return breaches;
}

}  // namespace codelog::tests
