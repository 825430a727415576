#include "server/http/conditional.h"

#include <algorithm>

namespace codelog::http {
namespace {

// The tag without its end, so that a compressed variant compares equal: `"abc-gzip"` and `"abc"`
// both give `"abc`.
std::string_view state_of(std::string_view etag) {
  constexpr std::string_view mark = "-gzip\"";
  if (etag.ends_with(mark)) return etag.substr(0, etag.size() - mark.size());
  return etag.ends_with('"') ? etag.substr(0, etag.size() - 1) : etag;
}

enum class Comparison { strong, weak };

// The next tag of a list like `"a", W/"b"`, with quotes. Commas inside the quotes are part of the
// tag.
struct Tag {
  bool weak = false;
  std::string_view text;
};

std::optional<Tag> take_tag(std::string_view& list) {
  while (!list.empty() && (list.front() == ' ' || list.front() == '\t' || list.front() == ',')) {
    list.remove_prefix(1);
  }
  Tag tag;
  if (list.starts_with("W/")) {
    tag.weak = true;
    list.remove_prefix(2);
  }
  if (!list.starts_with('"')) return std::nullopt;
  const std::size_t close = list.find('"', 1);
  if (close == std::string_view::npos) return std::nullopt;
  tag.text = list.substr(0, close + 1);
  list.remove_prefix(close + 1);
  return tag;
}

bool lists(std::string_view list, std::string_view etag, Comparison comparison) {
  if (trim(list) == "*") return !etag.empty();
  while (const auto tag = take_tag(list)) {
    if (tag->weak && comparison == Comparison::strong) continue;
    if (!etag.empty() && state_of(tag->text) == state_of(etag)) return true;
  }
  return false;
}

// True if the list has exactly this tag, not the one of another variant.
bool has_exactly(std::string_view list, std::string_view etag) {
  while (const auto tag = take_tag(list)) {
    if (tag->text == etag) return true;
  }
  return false;
}

// A weight like "0.123", in thousandths; 0 (no preference) if the text is not a weight.
int parse_weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9' || unit == 0) return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, 1000);
}

}  // namespace

std::string gzip_tag(std::string_view etag) {
  return std::string(etag.substr(0, etag.size() - 1)) + "-gzip\"";
}

bool none_match_hits(const Request& request, std::string_view etag) {
  const auto fields = request.headers("If-None-Match");
  return std::ranges::any_of(
      fields, [&](std::string_view list) { return lists(list, etag, Comparison::weak); });
}

std::optional<Response> not_modified(const Request& request, std::string_view etag) {
  if (!none_match_hits(request, etag)) return std::nullopt;
  const std::string compressed = gzip_tag(etag);
  Response response;
  response.status = 304;
  const auto fields = request.headers("If-None-Match");
  const bool has_gzip = std::ranges::any_of(
      fields, [&](std::string_view list) { return has_exactly(list, compressed); });
  response.etag = has_gzip ? compressed : std::string(etag);
  response.add("Vary", "Accept-Encoding");
  return response;
}

bool if_match_holds(std::string_view tags, std::string_view etag) {
  return lists(tags, etag, Comparison::strong);
}

bool accepts_gzip(const Request& request) {
  auto rest = request.header("Accept-Encoding").value_or("");
  std::optional<int> named, any;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t semicolon = item.find(';');
    const std::string_view coding = trim(item.substr(0, semicolon));
    int weight = 1000;
    if (semicolon != std::string_view::npos) {
      const std::string_view parameter = trim(item.substr(semicolon + 1));
      const bool is_weight = parameter.starts_with("q=") || parameter.starts_with("Q=");
      weight = is_weight ? parse_weight(parameter.substr(2)) : 0;
    }
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
      named = std::max(named.value_or(0), weight);
    } else if (coding == "*") {
      any = weight;
    }
  }
  return named.value_or(any.value_or(0)) > 0;
}

}  // namespace codelog::http
