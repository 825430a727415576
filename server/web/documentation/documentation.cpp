#include "server/web/documentation/documentation.h"

#include <algorithm>
#include <map>

#include "events/base/check.h"
#include "events/base/text.h"
#include "server/pages/embedded_files.h"

namespace codelog::web {
namespace {

constexpr std::string_view docs_folder = "docs/";
constexpr std::string_view docs_ending = ".md";
constexpr std::size_t query_words_max = 8;
constexpr std::size_t excerpt_before_bytes = 60;
constexpr std::size_t excerpt_after_bytes = 140;

using Files = std::map<std::string, std::string_view, std::less<>>;

// By name: "deciding" for "docs/deciding.md".
Files documentation_files() {
  Files files;
  for (const pages::EmbeddedFile& file : pages::embedded_files(docs_folder)) {
    std::string_view name = file.path.substr(docs_folder.size());
    name.remove_suffix(docs_ending.size());
    files.emplace(name, file.bytes);
  }
  return files;
}

// "deciding" for "/docs/deciding/"; empty for another address.
std::string page_name(std::string_view target) {
  constexpr std::string_view begin = "/docs/";
  if (!target.starts_with(begin) || !target.ends_with('/')) return {};
  target.remove_prefix(begin.size());
  if (!target.empty()) target.remove_suffix(1);
  return std::string(target);
}

std::vector<std::string> words_of(std::string_view query) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : base::ascii_lower(query) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty() && words.size() < query_words_max) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

// The beginning of the word that a place of the text is in.
std::size_t begin_of_word(std::string_view text, std::size_t at) {
  const std::size_t space = text.rfind(' ', at);
  return space == std::string_view::npos ? 0 : space + 1;
}

void add_excerpt(DocumentationHit& hit, std::string_view word) {
  const std::string& text = hit.part->text;
  const std::size_t found = base::ascii_lower(text).find(word);
  const std::size_t at = found == std::string::npos ? 0 : found;
  const std::size_t size = found == std::string::npos ? 0 : word.size();
  const std::size_t begin =
      at > excerpt_before_bytes ? begin_of_word(text, at - excerpt_before_bytes) : 0;
  if (begin > 0) hit.before = "… ";
  hit.before += text.substr(begin, at - begin);
  hit.found = text.substr(at, size);
  hit.after = base::utf8_prefix(std::string_view(text).substr(at + size), excerpt_after_bytes);
  if (at + size + hit.after.size() < text.size()) hit.after += " …";
}

}  // namespace

Documentation::Documentation() {
  const Files files = documentation_files();
  front_ = pages::make_article(files.at("index"));
  for (const pages::ArticleLink& link : front_.links) {
    const std::string name = page_name(link.target);
    if (name.empty()) continue;
    const std::string& group = front_.parts.at(link.part).title;
    if (groups_.empty() || groups_.back().title != group) groups_.push_back({group, {}});
    const auto file = files.find(name);
    CODELOG_CHECK(file != files.end(), "docs/index.md lists " + name);
    groups_.back().pages.push_back({name, link.text, pages::make_article(file->second)});
  }
}

Documentation::Place Documentation::find(std::string_view name) const {
  Place place;
  for (const DocumentationGroup& group : groups_) {
    for (const DocumentationPage& page : group.pages) {
      if (place.page != nullptr) {
        place.next = &page;
        return place;
      }
      if (page.name == name) {
        place.page = &page;
      } else {
        place.previous = &page;
      }
    }
  }
  return place;
}

std::vector<DocumentationHit> Documentation::search(std::string_view query) const {
  const std::vector<std::string> words = words_of(query);
  if (words.empty()) return {};
  std::vector<DocumentationHit> in_titles;
  std::vector<DocumentationHit> in_texts;
  for (const DocumentationGroup& group : groups_) {
    for (const DocumentationPage& page : group.pages) {
      for (const pages::ArticlePart& part : page.article.parts) {
        const std::string& title = part.level == 0 ? page.article.title : part.title;
        const std::string head = base::ascii_lower(title);
        const std::string all = head + " " + base::ascii_lower(part.text);
        const auto is_in = [&](const std::string& text) {
          return [&](const std::string& word) { return text.find(word) != std::string::npos; };
        };
        if (!std::ranges::all_of(words, is_in(all))) continue;
        auto& hits = std::ranges::any_of(words, is_in(head)) ? in_titles : in_texts;
        hits.push_back({&page, &part, {}, {}, {}});
        add_excerpt(hits.back(), words.front());
      }
    }
  }
  in_titles.insert(in_titles.end(), in_texts.begin(), in_texts.end());
  return in_titles;
}

const Documentation& documentation() {
  static const Documentation all;
  return all;
}

}  // namespace codelog::web
