// The documentation's Markdown as HTML: tables, HTML as it is written there, anchors on headings,
// pictures for both themes, links between files as addresses of the site. Only for files of this
// program; what people write goes through markdown.h. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/pages/template.h"

namespace codelog::pages {

// A heading and the text up to the next one.
struct ArticlePart {
  int level = 0;   // 2 or 3; 0 before the first heading
  std::string id;  // the anchor
  std::string title;
  std::string text;  // without tags
};

struct ArticleLink {
  std::string target;
  std::string text;
  std::size_t part = 0;
};

struct Article {
  std::string title;    // its <h1>, which the body does not have
  std::string summary;  // its first paragraph
  Html body;
  std::vector<ArticlePart> parts;  // the first has no heading
  std::vector<ArticleLink> links;
};

// "deciding.md#undo" leads to /docs/deciding/#undo. A picture "../public/docs/NAME.webp", alone in
// its paragraph, has its dark form beside it, NAME-dark.webp; its title is its caption. Both files
// exist (checked).
Article make_article(std::string_view markdown);

}  // namespace codelog::pages
