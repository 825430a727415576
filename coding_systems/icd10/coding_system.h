// ICD-10: reading its release files, and naming, searching and listing its codes. Functions without
// state; an open release is safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

constexpr std::string_view system_id = "icd10";

// The editions that a release holds side by side: the one that hospitals in England use, and WHO's
// last one. The numbers are bits of an edition set.
constexpr std::string_view edition_2016_id = "2016";
constexpr std::string_view edition_2019_id = "2019";
constexpr std::uint8_t in_2016 = 1;
constexpr std::uint8_t in_2019 = 2;

// 0 for an id of neither edition.
std::uint8_t edition_bit(std::string_view edition_id);

enum class Level : std::uint8_t { chapter = 1, block, category };
// A dagger code names a disease, an asterisk code its manifestation; they are recorded together.
enum class Usage : std::uint8_t { normal, dagger, asterisk };
// Compares the names of one code in the two editions.
enum class Wording : std::uint8_t {
  same,            // or the code is in one edition only
  equivalent,      // other words, same meaning according to the review
  not_reviewed,    // other words that nobody has reviewed
  meaning_changed  // a record under this code has another meaning in 2019 than in 2016
};

// The facts about a code besides its texts, stored as its kind in the index.
struct CodeFacts {
  Level level = Level::category;
  Usage usage = Usage::normal;  // in the latest edition that has the code
  std::uint8_t editions = 0;    // in_2016 | in_2019
  Wording wording = Wording::same;
  auto operator<=>(const CodeFacts&) const = default;
};

CodeKind kind_of(const CodeFacts& facts);  // never 0
CodeFacts facts_of(CodeKind kind);

// The kinds of Release::links: from an asterisk code to its dagger codes and the reverse, each with
// the editions that pair them. Pairs with a partner that is not a code of the release (a range, or
// a code of neither edition) are only in the release file.
enum class Partner : std::uint8_t { dagger = 1, asterisk };
struct PartnerLink {
  Partner partner = Partner::dagger;  // usage of the target
  std::uint8_t editions = 0;          // in_2016 | in_2019
  auto operator<=>(const PartnerLink&) const = default;
};
LinkKind link_kind_of(const PartnerLink& link);
PartnerLink partner_link_of(LinkKind kind);

// The editions' notes on a code: latest edition first, each in the order of its rows. The index has
// no rubrics, since searches do not read them. Errors: corrupt, io.
base::Result<std::vector<CodeNote>> read_rubrics(const SqliteFile& file, std::string_view code);

// Reads a release file in OpenCodelists' schema. Chapters have no parent. The latest edition that
// has a code names it, "term" or "term : modifier". Its terms in all editions are searched, the
// modifiers are not. Errors: corrupt (not such a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::icd10
