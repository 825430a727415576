// What lists and searches of the site show: the codelists with a published version, in memory.
// Made again after a commit, by the first request that needs it. Safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/mutex.h"
#include "projections/views.h"

namespace codelog::web {

struct IndexedCodelist {
  projections::CodelistRecord record;
  projections::VersionRecord newest;  // of those that are published
  std::string owner_name;
};

// Words must all be in a codelist's name or description; text in quotes is one word.
std::vector<std::string> words_of_query(std::string_view query);

class CodelistIndex {
 public:
  using Codelists = std::vector<IndexedCodelist>;  // by name

  // The views must always be limited to the same reader: what they show is kept.
  std::shared_ptr<const Codelists> at(const projections::Views& views);

 private:
  base::Mutex mutex_;
  std::shared_ptr<const Codelists> codelists_ GUARDED_BY(mutex_);
  base::Position made_at_ GUARDED_BY(mutex_);
};

// Those that have all words, the best first: the whole query in the name, all words in the name,
// any word in the name, any in the description.
std::vector<const IndexedCodelist*> find_codelists(const CodelistIndex::Codelists& codelists,
                                                   std::string_view query);
// The last published first.
std::vector<const IndexedCodelist*> newest_codelists(const CodelistIndex::Codelists& codelists,
                                                     std::size_t count_max);

}  // namespace codelog::web
