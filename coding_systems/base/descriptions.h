// Descriptions of a release's codes: names, synonyms, types, notes, and relations between codes.
// Immutable and safe from any thread. Each coding system has its own words for types, details and
// links; empty answers are the default.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"
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

class Descriptions {
 public:
  virtual ~Descriptions() = default;

  // The full name, unchanged from the release; nothing if there is none. A code "exists" when it
  // has a name.
  virtual std::optional<std::string_view> name(Node node) const = 0;
  // The term for listings and downloads ("Unknown" if there is no name).
  virtual std::string_view term(Node node) const = 0;
  virtual std::vector<std::string_view> synonyms(Node node) const = 0;
  // The sections that list a code, e.g. "Disorder", "[inactive] Finding" or "Chapter 04: Central
  // Nervous System". Never empty; more than one only in CTV3.
  virtual std::vector<std::string> type_titles(Node node) const = 0;
  // False for a code that is still in the release but must no longer be used.
  virtual bool is_active(Node) const { return true; }
  // Links to external pages about the code.
  virtual std::vector<CodeReference> references(Node) const { return {}; }
  // The details that the coding system has; none for a node without a concept.
  virtual std::vector<CodeDetail> details(Node) const { return {}; }
  // Reads the release file, which takes as long as opening a small file. Errors: unavailable (the
  // file is gone, has been replaced, or cannot be read).
  virtual base::Result<std::vector<CodeNote>> read_notes(Node) const {
    return std::vector<CodeNote>();
  }

  // Relations to other codes besides the hierarchy; each coding system has its own kinds.
  virtual std::span<const Link> links(Node) const { return {}; }
  // The API's word for a kind of link.
  virtual std::string link_kind(std::uint32_t kind) const { return std::to_string(kind); }
  // The relation from an inactive code to its replacement in links of this kind ("replaced by");
  // empty for links with another meaning.
  virtual std::string_view successor_relation(std::uint32_t) const { return {}; }
};

}  // namespace codelog::coding_systems
