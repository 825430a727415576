// Finds an import's documents, ClaML and the NHS's table, by name: in a folder, in a zip archive,
// or in archives inside either. Ignores other names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/xml_reader.h"
#include "coding_systems/importing/zip_archive.h"
#include "events/base/result.h"

namespace codelog::coding_systems::icd10 {

enum class SourceRole {
  who_2016,  // icd102016*.xml, or the one .xml in icd102016*.zip
  who_2019,  // icd102019*
  nhs_2016,  // icd10_nhs_scraped*: the names of the NHS class browser, as ClaML
  // *CodesAndTitlesAndMetadata*.txt of the 5th edition, in TRUD's icd_df_*.zip or nhs_icd10*.zip;
  // or the named .txt or .tsv file, under any other name
  nhs_table,
};

// An edition has 10 MB; the import holds its content in memory.
constexpr std::uint64_t document_bytes_max = 256ULL << 20;

// Belongs to one thread. The archives stay open while this object lives.
class ImportSources {
 public:
  struct Document {
    SourceRole role = SourceRole::who_2016;
    std::string name;  // of the file, or "ARCHIVE: member NAME"
    std::uint64_t size_bytes = 0;
    std::filesystem::path file;  // unless the document is a member of an archive
    std::size_t archive = 0;     // otherwise: number of the archive
    ZipMember member;
  };

  // Errors: not_found (no such path); invalid (no edition with these names, two documents for one
  // role, a scrape without WHO's edition of 2016 or together with the NHS's table, an archive with
  // none or several documents, a document that is too large, a damaged archive); io.
  static base::Result<ImportSources> find(const std::filesystem::path& path,
                                          const ZipLimits& limits);

  // Nothing if the document is missing.
  const Document* find(SourceRole role) const;
  std::uint64_t size_bytes() const;

  // Must not outlive this object. Errors: invalid (damaged archive), io.
  base::Result<XmlReader::Read> open(const Document& document) const;

 private:
  enum class Origin { folder, named };

  base::Result<void> scan_folder(const std::filesystem::path& folder, const ZipLimits& limits);
  base::Result<void> scan_file(const std::filesystem::path& file, const ZipLimits& limits,
                               Origin origin);
  base::Result<void> scan_archive(ZipArchive archive, std::optional<SourceRole> role,
                                  bool is_inner);
  base::Result<void> add(Document document);

  std::vector<ZipArchive> archives_;
  std::vector<Document> documents_;
};

}  // namespace codelog::coding_systems::icd10
