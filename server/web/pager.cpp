#include "server/web/pager.h"

#include <algorithm>
#include <charconv>

#include "server/http/urlencoded.h"

namespace codelog::web {

std::size_t Pager::after() const { return std::min(first() + rows_per_page, rows_count); }

std::size_t Pager::pages_count() const {
  return std::max<std::size_t>(1, (rows_count + rows_per_page - 1) / rows_per_page);
}

Pager pager_of(const http::Request& request, std::size_t rows_count, std::size_t rows_per_page) {
  Pager pager{rows_count, rows_per_page, 1};
  const std::string_view text = request.query().get("page");
  std::size_t wanted = 1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), wanted);
  if (read.ec == std::errc()) pager.page = std::clamp<std::size_t>(wanted, 1, pager.pages_count());
  return pager;
}

void add_pager(pages::Section& place, const Pager& pager,
               const std::vector<std::pair<std::string, std::string>>& parameters,
               std::string_view fragment) {
  if (pager.pages_count() == 1) return;
  std::string query = "?";
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) query += name + "=" + http::percent_encode(value) + "&";
  }
  const auto path_of = [&](std::size_t page) {
    return (query + "page=" + std::to_string(page)).append(fragment);
  };
  pages::Section links = place.include("PAGER", "_pager.html");
  links.set("FIRST", pages::grouped(pager.first() + 1)).set("LAST", pages::grouped(pager.after()));
  links.set("ALL", pages::grouped(pager.rows_count));
  if (pager.page > 1) links.set_and_show("PREVIOUS", path_of(pager.page - 1));
  if (pager.page < pager.pages_count()) links.set_and_show("NEXT", path_of(pager.page + 1));
  constexpr std::size_t around = 2;
  std::size_t shown = 0;
  for (std::size_t page = 1; page <= pager.pages_count(); ++page) {
    const bool is_edge = page == 1 || page == pager.pages_count();
    const bool is_near = page + around >= pager.page && page <= pager.page + around;
    if (!is_edge && !is_near) continue;
    pages::Section link = links.add("PAGE");
    link.show_if(page > shown + 1, "GAP");
    link.set("NUMBER", pages::grouped(page)).set("PATH", path_of(page));
    link.show(page == pager.page ? "HERE" : "OTHER");
    shown = page;
  }
}

}  // namespace codelog::web
