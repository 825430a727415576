// The file that an import replaces, kept until the import is registered: one that is killed in
// between would otherwise leave a file that the log knows nothing of.
//
//     keep()     <file>.previous, a second name of the file, locked; the import may replace <file>
//     let_go()   the import is registered: <file>.previous goes
//     otherwise  <file>.previous stays, if <file> was replaced; settle_previous_file() finds out,
//                when the log is opened next, which of the two is registered
//
// The lock ends with the process, however that ends, so a file that is not locked is of an import
// that did not come to its end.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "coding_systems/base/locked_file.h"
#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// <file>.previous. Whoever looks for the registered file may find it there.
std::filesystem::path previous_path(const std::filesystem::path& file);

class PreviousFile {
 public:
  // Keeps nothing where there is no file yet, and where the file system gives no second names.
  // What an import that was killed had kept stays: it is what was registered. Errors: conflict
  // (another import of this file is under way), io.
  static base::Result<PreviousFile> keep(const std::filesystem::path& file);

  PreviousFile(PreviousFile&&) noexcept = default;
  PreviousFile& operator=(PreviousFile&&) = delete;
  ~PreviousFile();

  void let_go();

 private:
  explicit PreviousFile(std::filesystem::path file) : file_(std::move(file)) {}

  std::filesystem::path file_;
  std::optional<LockedFile> locked_;  // nothing where none is kept
};

// Puts back what an import that was not registered has replaced, and removes what is kept without
// need. True where it was put back. Does nothing while an import is under way. Errors: io.
base::Result<bool> settle_previous_file(const std::filesystem::path& file,
                                        const base::Sha256& registered);

}  // namespace codelog::coding_systems
