#include "server/site/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace codelog::site {

base::Result<TemporaryFolder> TemporaryFolder::make(const std::filesystem::path& parent) {
  const char* usual = std::getenv("TMPDIR");
  const std::filesystem::path otherwise = usual != nullptr ? usual : "/tmp";
  std::string name = ((parent.empty() ? otherwise : parent) / "codelog-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return base::Error{
        base::ErrorCode::io, "cannot make a folder " + name + ": " + std::strerror(errno), {}};
  }
  return TemporaryFolder(name);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // Leftovers do no harm.
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace codelog::site
