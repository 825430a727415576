#include "tools/nhsbsa_page.h"

#include <optional>

#include "server/http/urlencoded.h"
#include "tools/archive_names.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t page_bytes_max = 16u << 20;
constexpr std::string_view archives_mapping = "bnfdmd";

// Takes the next link's address off the page; nothing when there is none.
std::optional<std::string> next_link(std::string_view& html) {
  constexpr std::string_view attribute = "href=";
  const std::size_t at = html.find(attribute);
  if (at == std::string_view::npos) return std::nullopt;
  html.remove_prefix(at + attribute.size());
  const char quote = html.empty() ? '\0' : html.front();
  if (quote != '"' && quote != '\'') return std::string();
  html.remove_prefix(1);
  const std::string_view written = html.substr(0, html.find(quote));
  html.remove_prefix(written.size());
  std::string link;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == ' ') {
      link += "%20";
    } else {
      link += written[i];
    }
    if (written.substr(i).starts_with("&amp;")) i += 4;
  }
  return link;
}

std::string file_name_of(std::string_view link) {
  link = link.substr(0, link.find_first_of("?#"));
  std::string name;
  http::append_decoded(link.substr(link.rfind('/') + 1), http::PlusSign::literal, name);
  return name;
}

std::string absolute(const std::string& link, const std::string& page_url) {
  if (link.find("://") != std::string::npos) return link;
  const std::size_t host = page_url.find("://");
  const std::size_t host_begin = host == std::string::npos ? 0 : host + 3;
  if (link.starts_with("//")) return page_url.substr(0, host_begin) + link.substr(2);
  const std::size_t path = page_url.find('/', host_begin);
  if (link.starts_with('/')) return page_url.substr(0, path) + link;
  if (path == std::string::npos) return page_url + "/" + link;
  return page_url.substr(0, page_url.rfind('/') + 1) + link;
}

}  // namespace

Result<PublishedArchive> find_linked_mapping(std::string_view html, const std::string& page_url,
                                             const std::filesystem::path& folder) {
  std::optional<PublishedArchive> newest;
  while (const auto link = next_link(html)) {
    const std::string name = file_name_of(*link);
    auto named = read_archive_name(archives_mapping, name);
    if (!named || std::filesystem::path(name).filename() != name) continue;
    if (newest && newest->archive.valid_from >= named->valid_from) continue;
    newest =
        PublishedArchive{{folder / name, std::move(named->release), std::move(named->valid_from)},
                         absolute(*link, page_url)};
  }
  if (newest) return std::move(*newest);
  return Error{ErrorCode::not_found,
               "NHSBSA: the page has no link to an archive named 'BNF Snomed Mapping data "
               "YYYYMMDD.zip'; download the newest one in a browser into " +
                   folder.string() + ", and run the command without --download",
               {}};
}

Result<PublishedArchive> ask_nhsbsa(const std::string& page_url,
                                    const std::filesystem::path& folder) {
  const auto answer = fetch({.url = page_url}, page_bytes_max);
  if (!answer) return Error{answer.error().code, "NHSBSA: " + answer.error().detail, {}};
  if (answer->status != 200) {
    return Error{ErrorCode::unavailable,
                 "NHSBSA: the page " + page_url + " answers with the status " +
                     std::to_string(answer->status),
                 {}};
  }
  auto found = find_linked_mapping(answer->body, page_url, folder);
  if (found && page_url.starts_with("https://") && !found->url.starts_with("https://")) {
    return Error{ErrorCode::invalid, "NHSBSA: the archive's address is not one of https", {}};
  }
  return found;
}

}  // namespace codelog::tools
