// The file that an import replaces, kept until the import is registered. Without it, an import
// killed in between would leave a file that the log knows nothing of.
//
//   keep()     <file>.previous, a second name of the file, locked; the import may replace <file>
//   let_go()   the import is registered: <file>.previous is removed
//   otherwise  <file>.previous stays if <file> was replaced; settle_previous_file() finds out, when
//              the log is opened next, which of the two files is registered
//
// The lock ends with the process, even if the process is killed. A file without a lock therefore
// belongs to an unfinished import.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "coding_systems/index/locked_file.h"
#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// <file>.previous. The registered file may be there instead of at <file>.
std::filesystem::path previous_path(const std::filesystem::path& file);

class PreviousFile {
 public:
  // Keeps nothing where there is no file yet, or where the file system has no second names. A file
  // kept by a killed import stays, because that file is the registered one. Errors: conflict
  // (another import of this file is running), io.
  static base::Result<PreviousFile> keep(const std::filesystem::path& file);

  PreviousFile(PreviousFile&&) noexcept = default;
  PreviousFile& operator=(PreviousFile&&) = delete;
  ~PreviousFile();

  void let_go();

 private:
  explicit PreviousFile(std::filesystem::path file) : file_(std::move(file)) {}

  std::filesystem::path file_;
  std::optional<LockedFile> locked_;  // nothing where no file is kept
};

// Puts back the file that an unregistered import replaced, and removes a kept file that nobody
// needs. Returns true if a file was put back. Does nothing while an import is running. Errors: io.
base::Result<bool> settle_previous_file(const std::filesystem::path& file,
                                        const base::Sha256& registered);

}  // namespace codelog::coding_systems
