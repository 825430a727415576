// Where a site is restored from: a data folder, or an archive. Both are only read. Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "events/archive/destination.h"
#include "events/rocksdb/stored_log.h"
#include "server/accounts/key_ring.h"
#include "server/site/site_files.h"

namespace codelog::site {

class RestoreSource {
 public:
  virtual ~RestoreSource() = default;

  // The log as it is now. Must not outlive this object. Errors: those of StoredLog::open() or
  // ArchivedLog::open(); conflict (the folder holds a restore that has not ended).
  virtual base::Result<std::unique_ptr<events::StoredLog>> open_log() = 0;
  // False only if the log still ends where it ended when it was opened.
  virtual bool may_have_grown(const events::StoredLog& log) const = 0;

  // Makes the keys readable that bring_key() and signing_files() need. Errors: forbidden (another
  // passphrase), corrupt, io, unavailable.
  virtual base::Result<void> open_keys() { return {}; }
  // Errors: not_found (the source does not have it), corrupt, io.
  virtual base::Result<void> bring_key(accounts::KeyRing& keys, const std::string& username) = 0;
  // A file of DATA/keys by its name. Errors: as above.
  virtual base::Result<std::string> key_file(const std::string& name) = 0;

  // Makes the file of a release or a mapping. Returns why that is impossible; "" if it was done.
  virtual std::string bring_file(const SiteFile& file, const std::filesystem::path& to) = 0;
  // Makes the index of such a file, if the source has it.
  virtual void bring_index(const SiteFile& file, const std::filesystem::path& to) = 0;
};

// `witness`: empty for FOLDER/keys/head-witness.
std::unique_ptr<RestoreSource> make_folder_source(std::filesystem::path folder,
                                                  std::filesystem::path witness);

// Without a passphrase, no keys are brought. The destination must outlive the result.
std::unique_ptr<RestoreSource> make_archive_source(archive::Destination& destination,
                                                   std::optional<std::string> passphrase);

}  // namespace codelog::site
