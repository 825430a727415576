// The names of publishers' archives, which give the release and its day. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codelog::tools {

struct ArchiveName {
  std::string release;     // the publisher's name of it, as OpenCodelists writes it
  std::string valid_from;  // YYYY-MM-DD, from the name
};

// For "snomedct", "dmd", "bnfdmd" and "refsets". Nothing for a file that is not an archive of this
// system.
//
//     snomedct  uk_sct2cl_36.0.0_20230412000001Z.zip     36.0.0, 2023-04-12
//     dmd       nhsbsa_dmd_11.3.0_20221128000001.zip     2022 11.3.0, 2022-11-28
//     refsets   uk_sct2pc_57.0.0_20250627000001Z.zip     57.0.0, 2025-06-27
//     bnfdmd    BNF Snomed Mapping data 20240115.zip     20240115, 2024-01-15
std::optional<ArchiveName> read_archive_name(std::string_view system, std::string_view file_name);

}  // namespace codelog::tools
