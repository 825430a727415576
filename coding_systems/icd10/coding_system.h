// ICD-10: what its release files hold and how its codes are named, searched and listed.
// Functions without state; a release that is open is safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/index_source.h"
#include "coding_systems/base/release.h"
#include "coding_systems/base/release_files.h"
#include "coding_systems/base/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

constexpr std::string_view system_id = "icd10";

// The editions that a release holds side by side: what hospitals in England code with, and WHO's
// last one. The numbers are bits of an edition set.
constexpr std::string_view edition_2016_id = "2016";
constexpr std::string_view edition_2019_id = "2019";
constexpr std::uint8_t in_2016 = 1;
constexpr std::uint8_t in_2019 = 2;

// 0 for an id that is neither.
std::uint8_t edition_bit(std::string_view edition_id);

enum class Level : std::uint8_t { chapter = 1, block, category };
// A dagger code names the disease, an asterisk code how it shows; they are recorded together.
enum class Usage : std::uint8_t { normal, dagger, asterisk };
// How the names of one code in the two editions compare.
enum class Wording : std::uint8_t {
  same,            // or the code is in one edition only
  equivalent,      // other words for the same, as the differences were reviewed
  not_reviewed,    // other words, which nobody has compared
  meaning_changed  // a record under this code says something else in 2019 than in 2016
};

// What there is to know about a code beside its texts: it is the code's kind in the index.
struct CodeFacts {
  Level level = Level::category;
  Usage usage = Usage::normal;  // in the latest edition that has the code
  std::uint8_t editions = 0;    // in_2016 | in_2019
  Wording wording = Wording::same;
  auto operator<=>(const CodeFacts&) const = default;
};

CodeKind kind_of(const CodeFacts& facts);  // never 0
CodeFacts facts_of(CodeKind kind);

// The kinds of Release::links: from an asterisk code to its dagger codes and the other way round,
// each with the editions that pair them. Pairs whose partner is no code of the release (a range,
// or a code of neither edition) are in the release file only.
enum class Partner : std::uint8_t { dagger = 1, asterisk };
struct PartnerLink {
  Partner partner = Partner::dagger;  // what the target is
  std::uint8_t editions = 0;          // in_2016 | in_2019
  auto operator<=>(const PartnerLink&) const = default;
};
LinkKind link_kind_of(const PartnerLink& link);
PartnerLink partner_link_of(LinkKind kind);

// What the editions say about a code beyond its name: latest edition first, each in the order of
// its rows. The index has no rubrics, since searches do not look at them. Errors: corrupt, io.
base::Result<std::vector<CodeNote>> read_rubrics(const SqliteFile& file, std::string_view code);

// Reads a release file in the schema of OpenCodelists. Chapters have no parent. A code is named
// after the latest edition that has it, "term" or "term : modifier"; its terms in all editions are
// texts, the modifiers are not. Errors: corrupt (not such a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::icd10
