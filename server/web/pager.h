// Pages of long lists: their numbers, and the links between them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/request.h"
#include "server/pages/template.h"

namespace codelog::web {

struct Pager {
  std::size_t rows_count = 0;
  std::size_t rows_per_page = 0;
  std::size_t page = 1;  // one that exists

  // The rows of the page are [first(), after()).
  std::size_t first() const { return (page - 1) * rows_per_page; }
  std::size_t after() const;
  std::size_t pages_count() const;
};

// The page that ?page= asks for; the nearest one that exists.
Pager pager_of(const http::Request& request, std::size_t rows_count, std::size_t rows_per_page);

// The links {{>PAGER}} to the other pages, with the query's other parameters; nothing if all rows
// are on one page.
void add_pager(pages::Section& place, const Pager& pager,
               const std::vector<std::pair<std::string, std::string>>& parameters,
               std::string_view fragment = {});

}  // namespace codelog::web
