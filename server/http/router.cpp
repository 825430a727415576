#include "server/http/router.h"

#include <algorithm>

#include "events/base/check.h"

namespace codelog::http {
namespace {

constexpr std::uint8_t is_slug_bit = 1, is_digit_bit = 2;

// A table, because this look-up runs for each byte of every parameter of every request.
constexpr std::array<std::uint8_t, 256> byte_classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (digit) table[c] |= is_digit_bit;
    if (digit || letter || c == '-' || c == '_') table[c] |= is_slug_bit;
  }
  return table;
}();

bool all_of_class(std::string_view text, std::uint8_t bit) {
  return std::all_of(text.begin(), text.end(), [bit](char c) {
    return (byte_classes[static_cast<unsigned char>(c)] & bit) != 0;
  });
}

}  // namespace

std::string_view PathParameters::operator[](std::string_view name) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (entries_[i].name == name) return entries_[i].value;
  }
  CODELOG_CHECK(false, "a path parameter that the route's pattern does not have");
}

void PathParameters::add(std::string_view name, std::string_view value) {
  CODELOG_CHECK(size_ < entries_.size(), "more path parameters than a pattern may have");
  entries_[size_++] = {name, value};
}

enum class SegmentKind : std::uint8_t { literal, any, slug, digits, rest };

struct Router::Segment {
  SegmentKind kind = SegmentKind::literal;
  std::string text;  // the literal, or the parameter's name in the pattern's first route
};

struct Router::Pattern {
  struct Choice {
    const Route* route = nullptr;
    std::size_t number = 0;
    std::vector<std::string> names;  // this route's own names for the parameters
  };
  std::vector<Segment> segments;
  std::array<Choice, methods_count> by_method;
  Choice any_method;
  std::vector<Method> listed;  // in the order added
  std::string allow;
  ImpliedMethods implied = ImpliedMethods::head_and_options;

  bool ends_in_rest() const { return segments.back().kind == SegmentKind::rest; }
  bool lists(Method method) const {
    return std::find(listed.begin(), listed.end(), method) != listed.end();
  }

  std::string allow_text() const {
    std::vector<Method> all = listed;
    if (implied == ImpliedMethods::head_and_options) {
      if (lists(Method::get) && !lists(Method::head)) all.push_back(Method::head);
      if (!lists(Method::options)) all.push_back(Method::options);
    }
    std::string text;
    for (const Method method : all) {
      if (!text.empty()) text += ", ";
      text += to_string(method);
    }
    return text;
  }
};

// A path cut at its slashes: "/a/b/" is "a", "b", "". In a path with more segments, the last
// segment holds the whole rest.
struct Router::Segments {
  explicit Segments(std::string_view path) {
    if (!path.starts_with('/')) return;
    path.remove_prefix(1);
    while (count < path_segments_max) {
      const std::size_t slash = path.find('/');
      parts[count++] = path.substr(0, slash);
      if (slash == std::string_view::npos) return;
      path.remove_prefix(slash + 1);
    }
    parts[count++] = path;
  }

  std::array<std::string_view, path_segments_max + 1> parts;
  std::size_t count = 0;
};

namespace {

std::pair<SegmentKind, std::string> parse_parameter(std::string_view inside) {
  const std::size_t colon = inside.find(':');
  const std::string_view name = inside.substr(0, colon);
  CODELOG_CHECK(!name.empty(), "a route's parameter without a name");
  if (colon == std::string_view::npos) return {SegmentKind::any, std::string(name)};
  const std::string_view kind = inside.substr(colon + 1);
  if (kind == "slug") return {SegmentKind::slug, std::string(name)};
  if (kind == "digits") return {SegmentKind::digits, std::string(name)};
  CODELOG_CHECK(kind == "rest", "a route's parameter of unknown kind: " + std::string(kind));
  return {SegmentKind::rest, std::string(name)};
}

}  // namespace

Router::Router() = default;
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Router::Pattern& Router::pattern_of(const std::string& text) {
  auto pattern = std::make_unique<Pattern>();
  const Segments parts(text);
  CODELOG_CHECK(parts.count > 0, "a route's pattern must start with '/': " + text);
  CODELOG_CHECK(parts.count <= path_segments_max, "a route's pattern is too long: " + text);
  for (std::size_t i = 0; i < parts.count; ++i) {
    const std::string_view part = parts.parts[i];
    Segment segment{SegmentKind::literal, std::string(part)};
    if (part.starts_with('{') && part.ends_with('}')) {
      std::tie(segment.kind, segment.text) = parse_parameter(part.substr(1, part.size() - 2));
    } else {
      const bool has_brace = part.find_first_of("{}") != std::string_view::npos;
      CODELOG_CHECK(!has_brace, "a parameter must be a whole segment: " + text);
    }
    const bool is_last = i + 1 == parts.count;
    CODELOG_CHECK(segment.kind != SegmentKind::rest || is_last,
                  "{:rest} must end its pattern: " + text);
    pattern->segments.push_back(std::move(segment));
  }
  const auto same_shape = [&](const std::unique_ptr<Pattern>& other) {
    return std::equal(other->segments.begin(), other->segments.end(), pattern->segments.begin(),
                      pattern->segments.end(), [](const Segment& a, const Segment& b) {
                        return a.kind == b.kind &&
                               (a.kind != SegmentKind::literal || a.text == b.text);
                      });
  };
  const auto found = std::find_if(patterns_.begin(), patterns_.end(), same_shape);
  if (found != patterns_.end()) return **found;
  const std::size_t size = pattern->segments.size();
  const std::size_t after = pattern->ends_in_rest() ? by_size_.size() : size + 1;
  for (std::size_t i = size; i < after; ++i) by_size_[i].push_back(pattern.get());
  patterns_.push_back(std::move(pattern));
  return *patterns_.back();
}

void Router::add(Route route) {
  CODELOG_CHECK(route.handler != nullptr, "a route without a handler: " + route.pattern);
  const std::size_t number = routes_.size();
  routes_.push_back(std::move(route));
  const Route& added = routes_.back();
  Pattern& pattern = pattern_of(added.pattern);
  Pattern::Choice choice{&added, number, {}};
  const Segments parts(added.pattern);
  for (std::size_t i = 0; i < parts.count; ++i) {
    const std::string_view part = parts.parts[i];
    if (!part.starts_with('{')) continue;
    choice.names.push_back(parse_parameter(part.substr(1, part.size() - 2)).second);
  }
  CODELOG_CHECK(choice.names.size() <= path_parameters_max,
                "too many parameters: " + added.pattern);
  if (added.methods.empty()) {
    CODELOG_CHECK(pattern.any_method.route == nullptr, "two routes for " + added.pattern);
    pattern.any_method = choice;
  }
  for (const Method method : added.methods) {
    Pattern::Choice& slot = pattern.by_method[static_cast<std::size_t>(method)];
    CODELOG_CHECK(method != Method::other, "a route lists an unnamed method: " + added.pattern);
    CODELOG_CHECK(slot.route == nullptr, "two routes for one method of " + added.pattern);
    slot = choice;
    pattern.listed.push_back(method);
  }
  const bool is_first = pattern.allow.empty();
  CODELOG_CHECK(is_first || pattern.implied == added.implied,
                "routes of one pattern that differ in implied methods: " + added.pattern);
  pattern.implied = added.implied;
  pattern.allow = pattern.allow_text();
}

bool Router::matches(const Pattern& pattern, const Segments& segments) {
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const Segment& segment = pattern.segments[i];
    const std::string_view part = segments.parts[i];
    switch (segment.kind) {
      case SegmentKind::literal:
        if (part != segment.text) return false;
        break;
      case SegmentKind::any:
        if (part.empty()) return false;
        break;
      case SegmentKind::slug:
        if (part.empty() || !all_of_class(part, is_slug_bit)) return false;
        break;
      case SegmentKind::digits:
        if (part.empty() || !all_of_class(part, is_digit_bit)) return false;
        break;
      case SegmentKind::rest:
        return !part.empty() || i + 1 < segments.count;
    }
  }
  return true;
}

const Router::Pattern* Router::find(const Segments& segments) const {
  for (const Pattern* pattern : by_size_[segments.count]) {
    if (matches(*pattern, segments)) return pattern;
  }
  return nullptr;
}

RouteMatch Router::match(Method method, std::string_view path) const {
  RouteMatch result;
  Segments segments(path);
  const Pattern* pattern = find(segments);
  if (pattern == nullptr) {
    if (segments.count == 0 || segments.count >= path_segments_max) return result;
    if (segments.parts[segments.count - 1].empty()) return result;
    ++segments.count;
    if (find(segments) != nullptr) result.kind = RouteMatch::Kind::add_slash;
    return result;
  }
  const auto choice_of = [&](Method wanted) {
    return &pattern->by_method[static_cast<std::size_t>(wanted)];
  };
  const Pattern::Choice* choice = choice_of(method);
  const bool implies = pattern->implied == ImpliedMethods::head_and_options;
  if (choice->route == nullptr && pattern->any_method.route != nullptr) {
    choice = &pattern->any_method;
  }
  if (choice->route == nullptr && method == Method::head && implies)
    choice = choice_of(Method::get);
  if (choice->route == nullptr) {
    const bool answers_options = method == Method::options && implies;
    result.kind = answers_options ? RouteMatch::Kind::options : RouteMatch::Kind::wrong_method;
    result.allow = pattern->allow;
    return result;
  }
  result.kind = RouteMatch::Kind::found;
  result.route = choice->route;
  result.route_number = choice->number;
  std::size_t name = 0;
  for (std::size_t i = 0; i < pattern->segments.size(); ++i) {
    const SegmentKind kind = pattern->segments[i].kind;
    if (kind == SegmentKind::literal) continue;
    std::string_view value = segments.parts[i];
    if (kind == SegmentKind::rest)
      value = path.substr(static_cast<std::size_t>(value.data() - path.data()));
    result.parameters.add(choice->names[name++], value);
  }
  return result;
}

}  // namespace codelog::http
