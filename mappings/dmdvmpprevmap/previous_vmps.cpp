#include "mappings/dmdvmpprevmap/previous_vmps.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "coding_systems/index/sqlite_file.h"

namespace codelog::mappings {
namespace {

using coding_systems::SctidText;

bool comes_first(const PreviousVmp& a, const PreviousVmp& b) {
  return std::pair(a.previous, a.id) < std::pair(b.previous, b.id);
}

}  // namespace

PreviousVmps::PreviousVmps(std::vector<PreviousVmp> pairs) : by_id_(std::move(pairs)) {
  std::erase_if(by_id_, [](const PreviousVmp& pair) { return pair.id == pair.previous; });
  std::sort(by_id_.begin(), by_id_.end());
  by_id_.erase(std::unique(by_id_.begin(), by_id_.end()), by_id_.end());
  by_previous_ = by_id_;
  std::sort(by_previous_.begin(), by_previous_.end(), comes_first);
}

base::Result<PreviousVmps> PreviousVmps::open(const std::filesystem::path& file) {
  const auto opened = coding_systems::SqliteFile::open(file);
  if (!opened) return opened.error();
  const auto present = opened->require_table("dmdvmpprevmap_mapping", {"id", "vpidprev"});
  if (!present) return present.error();
  std::vector<PreviousVmp> pairs;
  const auto read = opened->for_each_row(
      "SELECT id, vpidprev FROM dmdvmpprevmap_mapping ORDER BY id, vpidprev",
      [&](const coding_systems::SqliteRow& row) -> base::Result<void> {
        const auto id = SctidText::from(row.text(0));
        const auto previous = SctidText::from(row.text(1));
        if (!id || !previous) {
          return base::Error{base::ErrorCode::corrupt,
                             file.string() + ": the row of id '" + std::string(row.text(0)) +
                                 "' has an id of more than 18 characters",
                             {}};
        }
        pairs.push_back({*id, *previous});
        return {};
      });
  if (!read) return read.error();
  return PreviousVmps(std::move(pairs));
}

std::span<const PreviousVmp> PreviousVmps::steps_from(std::string_view code,
                                                      Direction direction) const {
  const auto found =
      direction == Direction::earlier
          ? std::ranges::equal_range(by_id_, code, {},
                                     [](const PreviousVmp& pair) { return pair.id.view(); })
          : std::ranges::equal_range(by_previous_, code, {},
                                     [](const PreviousVmp& pair) { return pair.previous.view(); });
  return {found.begin(), found.end()};
}

std::vector<std::string_view> PreviousVmps::reach(std::string_view code,
                                                  Direction direction) const {
  std::vector<std::string_view> found;
  std::unordered_set<std::string_view> seen = {code};
  const auto add_steps = [&](std::string_view from) {
    for (const PreviousVmp& pair : steps_from(from, direction)) {
      const std::string_view next =
          direction == Direction::earlier ? pair.previous.view() : pair.id.view();
      if (seen.insert(next).second) found.push_back(next);
    }
  };
  add_steps(code);
  for (std::size_t i = 0; i < found.size(); ++i) add_steps(found[i]);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string_view> PreviousVmps::earlier_than(std::string_view code) const {
  return reach(code, Direction::earlier);
}

std::vector<std::string_view> PreviousVmps::later_than(std::string_view code) const {
  return reach(code, Direction::later);
}

std::vector<std::string_view> PreviousVmps::next_after(std::string_view code) const {
  std::vector<std::string_view> next;
  for (const PreviousVmp& pair : steps_from(code, Direction::later)) next.push_back(pair.id.view());
  return next;
}

std::vector<VmpLink> PreviousVmps::links_of(std::span<const std::string> codes) const {
  std::vector<VmpLink> links;
  for (const std::string& code : codes) {
    for (const std::string_view earlier : earlier_than(code)) links.push_back({code, earlier});
    for (const std::string_view later : later_than(code)) links.push_back({later, code});
  }
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

}  // namespace codelog::mappings
