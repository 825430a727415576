// Markdown as HTML, as in OpenCodelists: headings, paragraphs, lists, emphasis, code, links,
// images, lines; no tables, no quotations. Raw HTML keeps only these, and loses everything that
// could run: scripts, event handlers, addresses other than http, https, mailto and this site's.
// Pure.
#pragma once

#include <string_view>

#include "server/pages/template.h"

namespace codelog::pages {

// Headings begin below <h2>, which belongs to the page.
Html markdown(std::string_view text);

}  // namespace codelog::pages
