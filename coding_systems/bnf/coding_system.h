// The pseudo-BNF: reading its release files, and naming, searching and listing its codes. Functions
// without state; an open release is safe from any thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "coding_systems/base/release.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems::bnf {

constexpr std::string_view system_id = "bnf";

// The levels of the hierarchy as release files name them, from the top.
constexpr std::array<std::string_view, 7> levels = {
    "Chapter", "Section",     "Paragraph", "Subparagraph", "Chemical Substance",
    "Product", "Presentation"};

// The kind in the index: 1 for a chapter, 2 for a section, ...; 8 for any other level.
CodeKind kind_of(std::string_view level);
constexpr CodeKind chapter_kind = 1;

// Reads a release file in OpenCodelists' schema. Chapters have no parent. Errors: corrupt (not such
// a file), io.
base::Result<IndexSource> read_index_source(const SqliteFile& file);

// Errors: as open_release_index.
base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias);

}  // namespace codelog::coding_systems::bnf
