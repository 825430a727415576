#include "coding_systems/importing/text_source.h"

#include <array>
#include <string_view>
#include <system_error>

#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

// Does not trust the file's name: downloads lose their extensions.
bool is_zip(const std::filesystem::path& path) {
  if (base::ascii_lower(path.extension().string()) == ".zip") return true;
  std::array<char, 4> first{};
  std::ifstream file(path, std::ios::binary);
  file.read(first.data(), first.size());
  const std::string_view start(first.data(), static_cast<std::size_t>(file.gcount()));
  return start == "PK\3\4" || start == "PK\5\6";
}

}  // namespace

base::Result<TextSource> TextSource::open(const std::filesystem::path& path,
                                          const ChooseMember& choose_member, ZipLimits limits) {
  return is_zip(path) ? open_member(path, choose_member, limits) : open_file(path);
}

base::Result<TextSource> TextSource::open_member(const std::filesystem::path& path,
                                                 const ChooseMember& choose_member,
                                                 ZipLimits limits) {
  auto archive = ZipArchive::open(path, limits);
  if (!archive) return archive.error();
  const auto member = choose_member(*archive);
  if (!member) return member.error();
  auto reader = archive->read(*member);
  if (!reader) return reader.error();
  TextSource source;
  source.name_ = archive->name() + ": member " + member->name;
  source.file_name_ = std::filesystem::path(member->name).filename().string();
  source.size_bytes_ = member->size_bytes;
  source.archive_ = std::move(*archive);
  source.member_ = std::move(*reader);
  return source;
}

base::Result<TextSource> TextSource::open_file(const std::filesystem::path& path) {
  TextSource source;
  source.name_ = path.filename().string();
  source.file_name_ = source.name_;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return base::Error{base::ErrorCode::not_found, path.string() + ": no such file", {}};
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return base::Error{base::ErrorCode::invalid, path.string() + ": is not a file", {}};
  }
  source.size_bytes_ = std::filesystem::file_size(path, error);
  source.file_.open(path, std::ios::binary);
  if (error || !source.file_.is_open()) {
    return base::Error{base::ErrorCode::io, path.string() + ": cannot be opened", {}};
  }
  return source;
}

base::Result<std::size_t> TextSource::read(std::span<char> buffer) {
  if (member_) return member_->read(buffer);
  file_.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  if (file_.bad()) return base::Error{base::ErrorCode::io, name_ + ": cannot be read", {}};
  return static_cast<std::size_t>(file_.gcount());
}

}  // namespace codelog::coding_systems
