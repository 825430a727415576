// An open release of a coding system: codes, terms, hierarchy and search, answered from its index.
// Immutable and safe from any thread. Node numbers are the release's own and have no meaning
// outside it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/coding_system.h"
#include "coding_systems/base/hierarchy.h"
#include "coding_systems/base/search_query.h"
#include "coding_systems/base/type_table.h"
#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

struct CodeReference {
  std::string label;
  std::string url;
  auto operator<=>(const CodeReference&) const = default;
};

// Another fact about a code in a word or two, such as "usage": "dagger".
struct CodeDetail {
  std::string name;
  std::string value;
  auto operator<=>(const CodeDetail&) const = default;
};

// A release's sentences about a code: inclusions, exclusions, and notes.
struct CodeNote {
  std::string edition;  // the edition with this note
  std::string kind;     // "inclusion", "exclusion", "note", ...
  std::string text;
  // True if the note is about a fourth or fifth character wherever used, not about this code alone.
  bool is_of_modifier = false;
  auto operator<=>(const CodeNote&) const = default;
};

// One of a node's links.
struct Link {
  std::uint32_t kind = 0;  // the coding system's own numbering
  Node target = 0;
  auto operator<=>(const Link&) const = default;
};
static_assert(sizeof(Link) == 8);  // index files hold links in this form

class Release {
 public:
  virtual ~Release() = default;

  virtual const CodingSystemInfo& system() const = 0;
  virtual const std::string& alias() const = 0;
  virtual const base::Sha256& file_digest() const = 0;  // of the SQLite file
  virtual const Hierarchy& hierarchy() const = 0;

  // Every concept of the release is a node, including orphans. A code of the hierarchy without a
  // concept row is a node too, without a name.
  virtual std::optional<Node> find(std::string_view code) const = 0;
  // The nodes of many codes, in their order. Faster than single look-ups, which wait for memory one
  // after the other.
  virtual std::vector<std::optional<Node>> find_all(std::span<const std::string_view> codes) const;
  virtual std::string_view code(Node node) const = 0;
  // True if the release has a row for the concept: the test of OpenCodelists' matching_codes.
  // Differs from having a name only in SNOMED CT, where a concept may have lost all its
  // descriptions.
  virtual bool has_concept(Node node) const { return name(node).has_value(); }
  // The full name, unchanged from the release; nothing if there is none. A code "exists" when it
  // has a name.
  virtual std::optional<std::string_view> name(Node node) const = 0;
  // The term for listings and downloads ("Unknown" if there is no name).
  virtual std::string_view term(Node node) const = 0;
  virtual std::vector<std::string_view> synonyms(Node node) const = 0;
  // Links to external pages about the code.
  virtual std::vector<CodeReference> references(Node) const { return {}; }
  // The details that the coding system has; none for a node without a concept.
  virtual std::vector<CodeDetail> details(Node) const { return {}; }
  // Reads the release file, which takes as long as opening a small file. Errors: unavailable (the
  // file is gone, has been replaced, or cannot be read).
  virtual base::Result<std::vector<CodeNote>> read_notes(Node) const {
    return std::vector<CodeNote>();
  }
  // The sections that list a code, e.g. "Disorder", "[inactive] Finding" or "Chapter 04: Central
  // Nervous System". Never empty; more than one only in CTV3.
  virtual std::vector<std::string> type_titles(Node node) const = 0;
  // False for a code that is still in the release but must no longer be used.
  virtual bool is_active(Node) const { return true; }
  // Relations to other codes besides the hierarchy; each coding system has its own kinds.
  virtual std::span<const Link> links(Node) const { return {}; }
  // The API's word for a kind of link.
  virtual std::string link_kind(std::uint32_t kind) const { return std::to_string(kind); }
  // The relation from an inactive code to its replacement in links of this kind ("replaced by");
  // empty for links with another meaning.
  virtual std::string_view successor_relation(std::uint32_t) const { return {}; }

  // Concepts with a description that contains the text (ignoring ASCII case, as SQLite's LIKE
  // does); increasing nodes. Any length from one byte; longer than two bytes uses the trigram
  // lists.
  virtual std::vector<Node> search_by_term(std::string_view text) const = 0;
  // The codes that a search for this code finds, as in the reference, which may return a code that
  // the release does not have (BNF returns the code as typed).
  virtual std::vector<std::string> search_by_code(std::string_view code) const = 0;
  // False for codes that OpenCodelists finds by no term, though they have one.
  virtual bool is_found_by_term(Node) const { return true; }
  // False for nodes that no search by code finds, in any mode.
  virtual bool is_found_by_code(Node node) const { return has_concept(node); }
  // The last code of the node: its own, unless the node is a range of codes ("E10-E14").
  virtual std::string_view last_code(Node node) const { return code(node); }

  // The nodes that a query finds, in any mode (search_query.h); increasing, so only codes of the
  // release. Errors: invalid, naming "text" (check_search_text) or "types" (no such type in this
  // release); too_large, naming "text" (a regular expression that would take too long).
  virtual base::Result<std::vector<Node>> search(const SearchQuery& query) const = 0;
  // One page of the same hits, best first. Errors as search().
  virtual base::Result<SearchHits> search_page(const SearchQuery& query, SearchPage page) const = 0;

  // The types of all codes, collected at the first call.
  const TypeTable& types() const;

  // False once its index file has been cut short: reading the missing part would end the process.
  virtual bool is_whole() const { return true; }
  // Bytes mapped, for /metrics.
  virtual std::uint64_t index_bytes() const = 0;

 private:
  mutable std::once_flag types_once_;
  mutable std::unique_ptr<const TypeTable> types_;  // written once, under types_once_
};

}  // namespace codelog::coding_systems
