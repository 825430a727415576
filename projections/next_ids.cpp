#include <algorithm>

#include "projections/records.h"

namespace codelog::projections {
namespace {

// Ids taken earlier (for example, of a search that is put back) change nothing.
class TakeIds {
 public:
  explicit TakeIds(NextIds& next) : next_(next) {}

  void operator()(const events::CodelistCreated& event) {
    next_.codelist = std::max(next_.codelist, event.codelist.next());
  }
  void operator()(const events::VersionCreated& event) {
    next_.version = std::max(next_.version, event.version.next());
    for (const events::SearchWithResults& search : event.searches) take(search);
  }
  void operator()(const events::SearchAdded& event) { take(event.search); }
  void operator()(const auto&) {}

 private:
  void take(const events::SearchWithResults& search) {
    next_.search = std::max(next_.search, search.id.next());
  }

  NextIds& next_;
};

}  // namespace

void NextIds::take(const events::Event& event) { std::visit(TakeIds(*this), event); }

}  // namespace codelog::projections
