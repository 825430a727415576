#include "server/web/comparing/named_side.h"

#include <algorithm>
#include <vector>

#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/commands/version_names.h"
#include "server/http/urlencoded.h"

namespace codelog::web {
namespace {

using events::Owner;
using events::OwnerKind;
using projections::Views;
using Parts = std::vector<std::string>;

// The parts of the address's path, decoded.
Parts parts_of_path(std::string_view text) {
  if (const auto scheme = text.find("://"); scheme != text.npos) {
    text.remove_prefix(std::min(text.find('/', scheme + 3), text.size()));
  }
  text = text.substr(0, text.find_first_of("?#"));
  Parts parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('/'), text.size());
    if (end > 0) {
      http::append_decoded(text.substr(0, end), http::PlusSign::literal, parts.emplace_back());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<std::string> by_hash(const Views& views, std::string_view text) {
  const auto at = std::min(text.find('@'), text.size());
  const auto id = base::parse_version_hash(base::ascii_lower(text.substr(0, at)));
  if (!id || !views.version(*id)) return std::nullopt;
  return base::version_hash(*id) + std::string(text.substr(at));
}

// Owner and name, and perhaps a tag or hash; what follows in the address does not count.
std::optional<std::string> by_owner(const Views& views, OwnerKind kind, const Parts& parts,
                                    std::size_t first) {
  if (parts.size() < first + 2) return std::nullopt;
  const Owner owner{kind, parts[first]};
  const std::string& slug = parts[first + 1];
  if (parts.size() > first + 2 && parts[first + 2] != "-") {
    const std::string& name = parts[first + 2];
    const auto at = std::min(name.find('@'), name.size());
    const auto named = commands::find_version(views, owner, slug, name.substr(0, at));
    if (named) return base::version_hash(named->version.id) + name.substr(at);
    return std::nullopt;
  }
  const auto codelist = views.find_codelist(owner, slug);
  if (!codelist) return std::nullopt;
  const auto& handle = codelist->handle();
  return events::to_string(handle.owner) + "/" + handle.slug;
}

}  // namespace

std::optional<std::string> side_named_by(const Views& views, std::string_view text) {
  const Parts parts = parts_of_path(base::trim_unicode_space(text));
  if (parts.empty()) return std::nullopt;
  if (parts.size() == 1) return by_hash(views, parts.front());
  if (parts[0] == "builder") return by_hash(views, parts[1]);
  const std::size_t first = parts[0] == "codelist" ? 1 : 0;
  if (parts.size() <= first) return std::nullopt;
  if (parts[first] == "user") return by_owner(views, OwnerKind::user, parts, first + 1);
  const std::size_t owner = parts[first] == "organisation" ? first + 1 : first;
  return by_owner(views, OwnerKind::organisation, parts, owner);
}

}  // namespace codelog::web
