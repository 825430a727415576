// An open release of a coding system: codes, terms, hierarchy and search, answered from its index.
// Immutable and safe from any thread. Node numbers are the release's own and mean nothing outside
// it.
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

// Something else that the release says of a code in a word or two, such as "usage": "dagger".
struct CodeDetail {
  std::string name;
  std::string value;
  auto operator<=>(const CodeDetail&) const = default;
};

// What a release says of a code in sentences: what it includes and excludes, and notes.
struct CodeNote {
  std::string edition;  // which of the release's editions says so
  std::string kind;     // "inclusion", "exclusion", "note", ...
  std::string text;
  // Said of a fourth or fifth character wherever it is used, not of this code alone.
  bool is_of_modifier = false;
  auto operator<=>(const CodeNote&) const = default;
};

// One of a node's links.
struct Link {
  std::uint32_t kind = 0;  // the coding system's own numbering
  Node target = 0;
  auto operator<=>(const Link&) const = default;
};
static_assert(sizeof(Link) == 8);  // index files hold them as they are

class Release {
 public:
  virtual ~Release() = default;

  virtual const CodingSystemInfo& system() const = 0;
  virtual const std::string& alias() const = 0;
  virtual const base::Sha256& file_digest() const = 0;  // of the SQLite file
  virtual const Hierarchy& hierarchy() const = 0;

  // Every concept of the release is a node, orphans included. A code of the hierarchy that has no
  // concept row is a node too, without a name.
  virtual std::optional<Node> find(std::string_view code) const = 0;
  virtual std::string_view code(Node node) const = 0;
  // True where the release has a row for the concept: what OpenCodelists' matching_codes keeps.
  // Differs from having a name only in SNOMED CT, where a concept may have lost all its
  // descriptions.
  virtual bool has_concept(Node node) const { return name(node).has_value(); }
  // The full name, as the release has it; nothing where it has none. A code "exists" when it has a
  // name.
  virtual std::optional<std::string_view> name(Node node) const = 0;
  // The term as listings and downloads show it ("Unknown" where there is no name).
  virtual std::string_view term(Node node) const = 0;
  virtual std::vector<std::string_view> synonyms(Node node) const = 0;
  // Pages elsewhere about the code.
  virtual std::vector<CodeReference> references(Node) const { return {}; }
  // Each coding system says which it has; none for a node without a concept.
  virtual std::vector<CodeDetail> details(Node) const { return {}; }
  // Read from the release file, which takes as long as a small file takes to open. Errors:
  // unavailable (the file has gone, or is another by now), corrupt, io.
  virtual base::Result<std::vector<CodeNote>> read_notes(Node) const {
    return std::vector<CodeNote>();
  }
  // The sections a code is listed under, e.g. "Disorder", "[inactive] Finding" or "Chapter 04:
  // Central Nervous System". Never empty; more than one only in CTV3.
  virtual std::vector<std::string> type_titles(Node node) const = 0;
  // False for a code that the release still has, but that is not to be used any more.
  virtual bool is_active(Node) const { return true; }
  // Relations to other codes beside the hierarchy; each coding system says which kinds it has.
  virtual std::span<const Link> links(Node) const { return {}; }
  // A word for a kind of link, as the API shows it.
  virtual std::string link_kind(std::uint32_t kind) const { return std::to_string(kind); }
  // How a link of this kind from an inactive code names what to use instead ("replaced by"); empty
  // for links that mean something else.
  virtual std::string_view successor_relation(std::uint32_t) const { return {}; }

  // Concepts with a description that contains the text (ASCII case folded, as SQLite's LIKE);
  // increasing nodes. Any length from one byte; three bytes and more take the trigram lists.
  virtual std::vector<Node> search_by_term(std::string_view text) const = 0;
  // The codes that a search for this code finds, as the reference finds them: a code may come back
  // that the release does not have (BNF gives the code back as it was typed).
  virtual std::vector<std::string> search_by_code(std::string_view code) const = 0;
  // False for codes that OpenCodelists finds by no term, though they have one.
  virtual bool is_found_by_term(Node) const { return true; }
  // False for nodes that no search by code finds, whatever its mode.
  virtual bool is_found_by_code(Node node) const { return has_concept(node); }
  // The last code that the node stands for: its own, unless it is a range of codes ("E10-E14").
  virtual std::string_view last_code(Node node) const { return code(node); }

  // What a query finds, in every mode (search_query.h); increasing nodes, that is none that the
  // release does not have. Errors: invalid, naming "text" (check_search_text) or "types" (no such
  // type in this release); too_large, naming "text" (a regular expression that would take too
  // long).
  virtual base::Result<std::vector<Node>> search(const SearchQuery& query) const = 0;
  // The same, best first, a page of it. Errors as search().
  virtual base::Result<SearchHits> search_page(const SearchQuery& query, SearchPage page) const = 0;

  // The types of all codes, gathered when first asked for.
  const TypeTable& types() const;

  // False once its index file has been cut short: reading the rest of it would end the process.
  virtual bool is_whole() const { return true; }
  // Bytes mapped, for /metrics.
  virtual std::uint64_t index_bytes() const = 0;

 private:
  mutable std::once_flag types_once_;
  mutable std::unique_ptr<const TypeTable> types_;  // written once, under types_once_
};

}  // namespace codelog::coding_systems
