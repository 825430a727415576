// The pages of the documentation, from server/web/docs: index.md has their order and groups. Made
// once; constant after that, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/pages/article.h"

namespace codelog::web {

struct DocumentationPage {
  std::string name;   // "deciding"
  std::string title;  // as the list of pages has it, which may be shorter than the page's own
  pages::Article article;
  std::string path() const { return "/docs/" + name + "/"; }
};

struct DocumentationGroup {
  std::string title;
  std::vector<DocumentationPage> pages;
};

// A part of a page that has all words of a search.
struct DocumentationHit {
  const DocumentationPage* page = nullptr;
  const pages::ArticlePart* part = nullptr;
  // An excerpt around the first word that was found.
  std::string before;
  std::string found;
  std::string after;
};

class Documentation {
 public:
  Documentation();

  const pages::Article& front() const { return front_; }
  const std::vector<DocumentationGroup>& groups() const { return groups_; }

  struct Place {
    const DocumentationPage* previous = nullptr;
    const DocumentationPage* page = nullptr;  // null: there is no such page
    const DocumentationPage* next = nullptr;
  };
  Place find(std::string_view name) const;
  // Parts whose title has a word come first; then in the order of the pages.
  std::vector<DocumentationHit> search(std::string_view query) const;

 private:
  pages::Article front_;
  std::vector<DocumentationGroup> groups_;
};

const Documentation& documentation();

}  // namespace codelog::web
