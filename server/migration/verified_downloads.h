// Compares the downloads of versions and their digests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "server/commands/executor.h"
#include "server/files/downloads.h"
#include "server/migration/verification_work.h"

namespace codelog::migration {

class DownloadVerification {
 public:
  explicit DownloadVerification(const VerificationWork& work);

  // Of all versions of the codelist that can be downloaded.
  void compare(base::CodelistId id);

 private:
  // A version as the old site has it.
  // NOLINTNEXTLINE(bugprone-exception-escape): its JSON is null at first, which throws nothing
  struct There {
    std::string subject;
    std::optional<std::string> table;
    nlohmann::json cache;
    bool is_fresh = true;  // the cache, for what depends on the newest dm+d release
    std::vector<std::string> included;
  };

  There read(base::VersionId id, const std::string& coding_system) const;
  void compare_variant(const projections::CodelistRecord& codelist,
                       const projections::VersionRecord& version, const There& there,
                       const files::DownloadOptions& options);
  std::optional<std::string> difference_of(const There& there, const std::string& coding_system,
                                           const files::DownloadOptions& options,
                                           const std::string& here) const;
  void compare_digests(const projections::CodelistRecord& codelist,
                       const projections::VersionRecord& version, const There& there);

  const VerificationWork& work_;
  const commands::Site site_;
  std::string newest_dmd_;  // alias
};

}  // namespace codelog::migration
