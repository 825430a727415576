#include "server/pages/markdown.h"

#include <gumbo.h>
#include <md4c-html.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>
#include <vector>

#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::pages {
namespace {

// Input beyond these is contrived, and is shown as plain text: gumbo frees a tree by recursion, and
// repeats open elements of formatting in each paragraph.
constexpr std::size_t open_tags_max = 40;
constexpr std::size_t tags_max = 20'000;
// The first heading of a text is the page's <h3>.
constexpr int heading_shift = 2;
constexpr int heading_last = 6;

std::string_view tag_name(std::string_view text) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_letter) - text.begin()));
}

// False if too many elements could be open at once, or there are too many of them. An element
// counts as closed only by its own tag, while it is the last that is open.
bool is_simple(std::string_view html) {
  std::vector<std::string_view> open;
  std::size_t tags_count = 0;
  for (std::size_t at = 0; (at = html.find('<', at)) != html.npos; ++at) {
    if (++tags_count > tags_max) return false;
    const bool closes = html.substr(at + 1).starts_with('/');
    const std::string_view name = tag_name(html.substr(at + (closes ? 2 : 1)));
    if (closes && !open.empty() && open.back() == name) open.pop_back();
    const bool is_void = name == "br" || name == "hr" || name == "img";
    if (!closes && !is_void) open.push_back(name);
    if (open.size() > open_tags_max) return false;
  }
  return true;
}

bool is_harmless_address(std::string_view target) {
  const std::string lower = base::ascii_lower(target);
  for (const char* scheme : {"http://", "https://", "mailto:"}) {
    if (lower.starts_with(scheme)) return true;
  }
  const bool has_control =
      std::ranges::any_of(lower, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  // A colon before the path begins would make a scheme.
  return !has_control && lower.substr(0, lower.find_first_of("/?#")).find(':') == std::string::npos;
}

// Elements whose text is no text for people.
bool is_dropped(GumboTag tag) {
  return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_TEMPLATE ||
         tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_NOSCRIPT || tag == GUMBO_TAG_TEXTAREA ||
         tag == GUMBO_TAG_TITLE || tag == GUMBO_TAG_OBJECT;
}

// The element's name here; empty: only its content stays.
std::string_view name_of(GumboTag tag) {
  static constexpr std::array<std::string_view, heading_last> headings = {"h1", "h2", "h3",
                                                                          "h4", "h5", "h6"};
  switch (tag) {
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6: {
      const int level = static_cast<int>(tag) - static_cast<int>(GUMBO_TAG_H1) + heading_shift;
      return headings.at(static_cast<std::size_t>(std::min(level, heading_last - 1)));
    }
    case GUMBO_TAG_A:
    case GUMBO_TAG_P:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_BR:
      return gumbo_normalized_tagname(tag);
    default:
      return {};
  }
}

void append_attribute(const GumboElement& element, const char* name, std::string& out) {
  const GumboAttribute* const attribute = gumbo_get_attribute(&element.attributes, name);
  if (attribute == nullptr) return;
  const std::string_view value(attribute->value);
  const bool is_address = std::string_view(name) != "alt";
  if (is_address && !is_harmless_address(value)) return;
  out.append(" ").append(name).append("=\"");
  out += escape_html(value);
  out += '"';
}

void append_node(const GumboNode& node, std::string& out);

void append_children(const GumboVector& children, std::string& out) {
  for (unsigned i = 0; i < children.length; ++i) {
    append_node(*static_cast<const GumboNode*>(children.data[i]), out);
  }
}

void append_element(const GumboElement& element, std::string& out) {
  if (is_dropped(element.tag)) return;
  const std::string_view name = name_of(element.tag);
  if (name.empty()) {
    append_children(element.children, out);
    return;
  }
  out.append("<").append(name);
  if (element.tag == GUMBO_TAG_A) {
    append_attribute(element, "href", out);
    out += " rel=\"noopener noreferrer\"";
  }
  if (element.tag == GUMBO_TAG_IMG) {
    append_attribute(element, "src", out);
    append_attribute(element, "alt", out);
  }
  out += '>';
  const bool is_void = name == "img" || name == "hr" || name == "br";
  if (is_void) return;
  append_children(element.children, out);
  out.append("</").append(name).append(">");
}

void append_node(const GumboNode& node, std::string& out) {
  if (node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE) {
    append_element(node.v.element, out);
  } else if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
             node.type == GUMBO_NODE_CDATA) {
    out += escape_html(node.v.text.text);
  }
}

}  // namespace

Html markdown(std::string_view text) {
  std::string raw;
  const auto append = [](const MD_CHAR* part, MD_SIZE size, void* all) {
    static_cast<std::string*>(all)->append(part, size);
  };
  const int failed = md_html(text.data(), static_cast<MD_SIZE>(text.size()), append, &raw,
                             MD_DIALECT_COMMONMARK, 0);
  CODELOG_CHECK(failed == 0, "Markdown has no errors");
  Html html;
  if (!is_simple(raw)) {
    html.text = "<p>";
    html.text += escape_html(text);
    html.text += "</p>";
    return html;
  }
  GumboOptions options = kGumboDefaultOptions;
  options.fragment_context = GUMBO_TAG_DIV;
  const auto destroy = [](GumboOutput* output) {
    gumbo_destroy_output(&kGumboDefaultOptions, output);
  };
  const std::unique_ptr<GumboOutput, decltype(destroy)> parsed(
      gumbo_parse_with_options(&options, raw.data(), raw.size()), destroy);
  append_children(parsed->root->v.element.children, html.text);
  return html;
}

}  // namespace codelog::pages
