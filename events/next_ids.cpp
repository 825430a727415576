#include "events/next_ids.h"

#include <algorithm>

namespace codelog::events {
namespace {

// Ids taken earlier (for example, of a search that is put back) change nothing.
class TakeIds {
 public:
  explicit TakeIds(NextIds& next) : next_(next) {}

  void operator()(const CodelistCreated& event) {
    next_.codelist = std::max(next_.codelist, event.codelist.next());
  }
  void operator()(const VersionCreated& event) {
    next_.version = std::max(next_.version, event.version.next());
    for (const SearchWithResults& search : event.searches) take(search);
  }
  void operator()(const SearchAdded& event) { take(event.search); }
  void operator()(const SiteMigrationBegun& event) {
    next_.raise_to({event.next_codelist, event.next_version, event.next_search});
  }
  void operator()(const auto&) {}

 private:
  void take(const SearchWithResults& search) {
    next_.search = std::max(next_.search, search.id.next());
  }

  NextIds& next_;
};

}  // namespace

void NextIds::take(const Event& event) { std::visit(TakeIds(*this), event); }

void NextIds::raise_to(const NextIds& other) {
  codelist = std::max(codelist, other.codelist);
  version = std::max(version, other.version);
  search = std::max(search, other.search);
}

bool NextIds::is_behind(const NextIds& other) const {
  return codelist < other.codelist || version < other.version || search < other.search;
}

}  // namespace codelog::events
