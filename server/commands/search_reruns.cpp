#include "server/commands/search_reruns.h"

#include "events/base/client_detail.h"
#include "server/commands/draft_making.h"

namespace codelog::commands {

const SearchReruns::Found& SearchReruns::run(const events::SearchWithResults& search) {
  Key key{search.kind, search.mode, search.active, search.text, search.types};
  if (const auto known = found_.find(key); known != found_.end()) return known->second;
  if (codes_count_ > codes_max) {
    found_.clear();
    codes_count_ = 0;
  }
  Found found;
  if (is_exhausted()) {
    found.too_many = 0;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(work_max_).count();
    found.problem = "was not run: the searches before it took more than " +
                    std::to_string(seconds) + " seconds; add it to the draft again";
    return found_.emplace(std::move(key), std::move(found)).first->second;
  }
  const auto expansion = rerun_search(release_, search);
  if (!expansion) {
    found.too_many = 0;
    found.problem = base::client_detail(expansion.error());
  } else if (expansion->all_codes_count() > search_codes_max) {
    found.too_many = expansion->all_codes_count();
  } else {
    found.codes = expansion->all_codes();
    codes_count_ += found.codes.size();
  }
  return found_.emplace(std::move(key), std::move(found)).first->second;
}

}  // namespace codelog::commands
