#include "coding_systems/importing/import_notices.h"

#include <algorithm>

namespace codelog::coding_systems {

void CountedNotices::add(std::string_view kind, std::string_view id) {
  auto found = std::ranges::find(kinds_, kind, &Kind::text);
  if (found == kinds_.end()) {
    kinds_.push_back({std::string(kind), 0, {}, false});
    found = kinds_.end() - 1;
  }
  ++found->count;
  if (std::ranges::find(found->ids, id) != found->ids.end()) return;
  found->has_more = found->ids.size() == ids_max;
  if (!found->has_more) found->ids.emplace_back(id);
}

std::vector<std::string> CountedNotices::take() const {
  std::vector<std::string> notices;
  notices.reserve(kinds_.size());
  for (const Kind& kind : kinds_) {
    std::string text = kind.text + ": " + std::to_string(kind.count) + " (";
    for (const std::string& id : kind.ids) text += (&id == kind.ids.data() ? "" : ", ") + id;
    notices.push_back(text + (kind.has_more ? ", ...)" : ")"));
  }
  return notices;
}

}  // namespace codelog::coding_systems
