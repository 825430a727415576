#include "server/pages/article.h"

#include <md4c-html.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "events/base/check.h"
#include "events/base/text.h"
#include "server/pages/assets.h"

namespace codelog::pages {
namespace {

constexpr std::string_view docs_path = "/docs/";
constexpr std::string_view file_ending = ".md";
constexpr std::string_view picture_folder = "../public/";
constexpr std::string_view picture_ending = ".webp";

std::string render(std::string_view markdown) {
  std::string html;
  const auto append = [](const MD_CHAR* part, MD_SIZE size, void* all) {
    static_cast<std::string*>(all)->append(part, size);
  };
  const int failed = md_html(markdown.data(), static_cast<MD_SIZE>(markdown.size()), append, &html,
                             MD_FLAG_TABLES, 0);
  CODELOG_CHECK(failed == 0, "Markdown has no errors");
  return html;
}

std::string unescape(std::string_view html) {
  static constexpr std::array<std::pair<std::string_view, char>, 4> entities = {
      std::pair{"&amp;", '&'}, std::pair{"&lt;", '<'}, std::pair{"&gt;", '>'},
      std::pair{"&quot;", '"'}};
  std::string text;
  while (!html.empty()) {
    const auto* const entity = std::ranges::find_if(
        entities, [&](const auto& candidate) { return html.starts_with(candidate.first); });
    text += entity == entities.end() ? html.front() : entity->second;
    html.remove_prefix(entity == entities.end() ? 1 : entity->first.size());
  }
  return text;
}

// The text between tags, with one space for each run of white space.
std::string plain_text(std::string_view html) {
  std::string text;
  bool is_in_tag = false;
  for (const char c : html) {
    if (c == '<') {
      is_in_tag = true;
    } else if (is_in_tag) {
      is_in_tag = c != '>';
    } else if (c != ' ' && c != '\n') {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  if (text.ends_with(' ')) text.pop_back();
  return unescape(text);
}

std::string address_of(std::string_view target) {
  const std::size_t fragment = std::min(target.find('#'), target.size());
  std::string_view file = target.substr(0, fragment);
  if (!file.ends_with(file_ending) || file.find('/') != std::string_view::npos) {
    return std::string(target);
  }
  file.remove_suffix(file_ending.size());
  std::string address(docs_path);
  if (file != "index") address.append(file).append("/");
  return address.append(target.substr(fragment));
}

// The value of an attribute that md4c wrote; empty without it.
std::string attribute(std::string_view tag, std::string_view name) {
  const std::string begin = " " + std::string(name) + "=\"";
  const std::size_t at = tag.find(begin);
  if (at == std::string_view::npos) return {};
  const std::size_t value = at + begin.size();
  return unescape(tag.substr(value, tag.find('"', value) - value));
}

// Copies md4c's HTML, and changes some of its elements on the way.
class ArticleWriter {
 public:
  explicit ArticleWriter(std::string_view html) : rest_(html) { article_.parts.emplace_back(); }

  Article write() {
    write_rest();
    end_part();
    return std::move(article_);
  }

 private:
  void write_rest() {
    while (!rest_.empty()) {
      copy_to(std::min(rest_.find('<'), rest_.size()));
      if (!rest_.empty()) write_element();
    }
  }

  void copy_to(std::size_t end) {
    article_.body.text += rest_.substr(0, end);
    rest_.remove_prefix(end);
  }

  // The content of the element that begins here, up to its end tag; both are passed.
  std::string_view take(std::string_view begin, std::string_view end) {
    const std::size_t at = rest_.find(end);
    CODELOG_CHECK(at != std::string_view::npos, "md4c closes its elements");
    const std::string_view content = rest_.substr(begin.size(), at - begin.size());
    rest_.remove_prefix(at + end.size());
    return content;
  }

  void write_element() {
    if (rest_.starts_with("<h1>")) {
      article_.title = plain_text(take("<h1>", "</h1>"));
    } else if (rest_.starts_with("<h2>")) {
      write_heading(2, take("<h2>", "</h2>"));
    } else if (rest_.starts_with("<h3>")) {
      write_heading(3, take("<h3>", "</h3>"));
    } else if (rest_.starts_with("<p><img ")) {
      write_picture(take("<p>", "</p>"));
    } else if (rest_.starts_with("<table>")) {
      write_table(take("<table>", "</table>"));
    } else if (rest_.starts_with("<pre>")) {
      write_block(take("<pre>", "</pre>"));
    } else if (rest_.starts_with("<a href=\"")) {
      write_link();
    } else {
      note_summary();
      copy_to(rest_.find('>') + 1);
    }
  }

  void note_summary() {
    if (!article_.summary.empty() || !rest_.starts_with("<p>")) return;
    article_.summary = plain_text(rest_.substr(0, rest_.find("</p>")));
  }

  void end_part() {
    article_.parts.back().text =
        plain_text(std::string_view(article_.body.text).substr(part_begin_));
  }

  void write_heading(int level, std::string_view content) {
    end_part();
    ArticlePart part{level, {}, plain_text(content), {}};
    part.id = base::slugify(part.title);
    CODELOG_CHECK(ids_.insert(part.id).second, "an article has a heading twice: " + part.title);
    Template heading("_docs_heading.html");
    heading.add(level == 2 ? "PART" : "SUBPART")
        .set("ID", part.id)
        .set("CONTENT", Html{std::string(content)});
    article_.body.text += heading.expand().text;
    article_.parts.push_back(std::move(part));
    part_begin_ = article_.body.text.size();
  }

  void write_picture(std::string_view tag) {
    std::string name = attribute(tag, "src");
    CODELOG_CHECK(name.starts_with(picture_folder) && name.ends_with(picture_ending),
                  "a picture of the documentation is in another place: " + name);
    name.erase(0, picture_folder.size());
    std::string dark = name;
    dark.insert(dark.size() - picture_ending.size(), "-dark");
    Template picture("_docs_picture.html");
    picture.set("LIGHT", site_assets().path_of(name)).set("DARK", site_assets().path_of(dark));
    picture.set("WORDS", attribute(tag, "alt"));
    picture.set_and_show("CAPTION", attribute(tag, "title"));
    article_.body.text += picture.expand().text;
  }

  void write_table(std::string_view content) {
    const std::string_view after = std::exchange(rest_, content);
    std::string before = std::exchange(article_.body.text, {});
    write_rest();
    rest_ = after;
    const Html rows{std::exchange(article_.body.text, std::move(before))};
    Template table("_docs_table.html");
    table.set("WORDS", article_.parts.back().title).set("ROWS", rows);
    article_.body.text += table.expand().text;
  }

  void write_block(std::string_view content) {
    Template block("_docs_block.html");
    block.set("CONTENT", Html{std::string(content)});
    article_.body.text += block.expand().text;
  }

  void write_link() {
    const std::string_view tag = rest_.substr(0, rest_.find('>') + 1);
    const std::string_view content = rest_.substr(tag.size(), rest_.find("</a>") - tag.size());
    ArticleLink link{address_of(attribute(tag, "href")), plain_text(content),
                     article_.parts.size() - 1};
    Template shown("_docs_link.html");
    shown.set("TARGET", link.target).set("CONTENT", Html{std::string(content)});
    article_.body.text += shown.expand().text;
    article_.links.push_back(std::move(link));
    rest_.remove_prefix(tag.size() + content.size() + std::string_view("</a>").size());
  }

  std::string_view rest_;
  Article article_;
  std::set<std::string> ids_;
  std::size_t part_begin_ = 0;
};

}  // namespace

Article make_article(std::string_view markdown) {
  const std::string html = render(markdown);
  return ArticleWriter(html).write();
}

}  // namespace codelog::pages
