// The folder that a site is restored into.
#pragma once

#include <filesystem>

#include "events/base/result.h"
#include "server/site/data_folder.h"

namespace codelog::site {

// Becomes a site when keep() is called; until then, nothing else opens it as one. Holds the
// folder's lock. Destroying it before keep() removes what is in the folder, and the folder if it
// was made here.
class RestoreTarget {
 public:
  // Errors: conflict (the folder is not empty, or in use), io.
  static base::Result<RestoreTarget> make(const std::filesystem::path& folder);

  RestoreTarget(RestoreTarget&& other) noexcept;
  RestoreTarget(const RestoreTarget&) = delete;
  ~RestoreTarget();

  const std::filesystem::path& path() const { return folder_; }
  // Opens the folder. Reset the site before keep(), and before this is destroyed.
  base::Result<std::unique_ptr<DataFolder>> open(const DataFolderOptions& options,
                                                 const ReportProgress& report) const;
  base::Result<void> keep();

 private:
  RestoreTarget(std::filesystem::path folder, FolderLock lock, bool is_new)
      : folder_(std::move(folder)), lock_(std::move(lock)), is_new_(is_new) {}
  base::Result<void> empty() const;

  std::filesystem::path folder_;
  FolderLock lock_;
  bool is_new_;
  bool is_kept_ = false;
};

// True for a folder that holds a part of a site, because its restore has not ended.
bool is_unfinished_restore(const std::filesystem::path& data);

}  // namespace codelog::site
