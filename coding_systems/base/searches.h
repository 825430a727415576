// The searches of a release. Immutable and safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
#include "coding_systems/base/search_query.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

class Searches {
 public:
  virtual ~Searches() = default;

  // The nodes that a query finds, in any mode (search_query.h); increasing, so only codes of the
  // release. Errors: invalid, naming "text" (search_text.h) or "types" (no such type in this
  // release); too_large, naming "text" (a regular expression that would take too long).
  virtual base::Result<std::vector<Node>> search(const SearchQuery& query) const = 0;
  // One page of the same hits, best first. Errors as search().
  virtual base::Result<SearchHits> search_page(const SearchQuery& query, SearchPage page) const = 0;

  // OpenCodelists' search by term: concepts with a description that contains the text (ignoring
  // ASCII case, as SQLite's LIKE does); increasing nodes. Any length from one byte; longer than two
  // bytes uses the trigram lists.
  virtual std::vector<Node> search_by_term(std::string_view text) const = 0;
  // The codes that a search for this code finds, as in the reference, which may return a code that
  // the release does not have (BNF returns the code as typed).
  virtual std::vector<std::string> search_by_code(std::string_view code) const = 0;

  // False for codes that OpenCodelists finds by no term, though they have one.
  virtual bool is_found_by_term(Node) const { return true; }
  // False for nodes that no search by code finds, in any mode.
  virtual bool is_found_by_code(Node node) const = 0;
  // The last code of the node: its own, unless the node is a range of codes ("E10-E14").
  virtual std::string_view last_code(Node node) const = 0;
};

}  // namespace codelog::coding_systems
