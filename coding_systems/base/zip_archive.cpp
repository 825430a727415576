#include "coding_systems/base/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

base::Error invalid(std::string detail) {
  return {base::ErrorCode::invalid, std::move(detail), {}};
}

// libzip says "Not a zip archive" for a text file and for the first half of a download alike.
base::Error not_a_zip(const std::filesystem::path& path, const std::string& name) {
  std::array<char, 4> first{};
  std::ifstream file(path, std::ios::binary);
  file.read(first.data(), first.size());
  if (file.gcount() == 0) return invalid(name + ": the file is empty");
  const bool starts_as_zip = std::string_view(first.data(), 2) == "PK";
  return invalid(name + (starts_as_zip
                             ? ": the archive is truncated: its directory of members, which comes "
                               "last, is missing or damaged"
                             : ": not a zip archive"));
}

base::Error open_error(const std::filesystem::path& path, const std::string& name, int number) {
  switch (number) {
    case ZIP_ER_NOENT:
      return {base::ErrorCode::not_found, path.string() + ": no such file", {}};
    case ZIP_ER_NOZIP:
    case ZIP_ER_INCONS:
    case ZIP_ER_EOF:
      return not_a_zip(path, name);
    default:
      break;
  }
  zip_error_t error;
  zip_error_init_with_code(&error, number);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return {base::ErrorCode::io, path.string() + ": cannot be opened: " + text, {}};
}

// Nothing is extracted, but such a name is a sign of an archive made to do harm.
bool is_safe_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || !base::is_utf8(name)) return false;
  const auto is_unsafe = [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F || byte == '\\';
  };
  if (std::any_of(name.begin(), name.end(), is_unsafe)) return false;
  for (std::size_t first = 0; first <= name.size();) {
    const std::size_t after = std::min(name.find('/', first), name.size());
    if (name.substr(first, after - first) == "..") return false;
    first = after + 1;
  }
  return true;
}

std::string printable(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    text += static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F ? '?' : byte;
  }
  return base::is_utf8(text) ? text : "(a name that is not UTF-8)";
}

}  // namespace

void ZipMemberReader::Close::operator()(zip_file* file) const { zip_fclose(file); }

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

base::Result<ZipArchive> ZipArchive::open(const std::filesystem::path& path, ZipLimits limits) {
  ZipArchive opened;
  opened.name_ = path.filename().string();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return invalid(path.string() + ": is a folder, not a zip archive");
  }
  int number = 0;
  opened.archive_.reset(zip_open(path.c_str(), ZIP_RDONLY, &number));
  if (!opened.archive_) return open_error(path, opened.name_, number);
  const auto count = static_cast<std::uint64_t>(zip_get_num_entries(opened.archive_.get(), 0));
  for (std::uint64_t index = 0; index < count; ++index) {
    const auto added = opened.add_member(index, limits);
    if (!added) return added.error();
  }
  return opened;
}

base::Result<void> ZipArchive::add_member(std::uint64_t index, const ZipLimits& limits) {
  zip_stat_t status;
  if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &status) != 0) {
    return invalid(name_ + ": the directory entry of member " + std::to_string(index) +
                   " is damaged");
  }
  const std::string name = status.name == nullptr ? "" : status.name;
  const std::string where = name_ + ": member " + printable(name);
  if (!is_safe_name(name)) return invalid(where + ": the name is not a relative path");
  if (name.back() == '/') return {};  // a folder
  if (status.encryption_method != ZIP_EM_NONE) {
    return invalid(where + ": the member is encrypted");
  }
  if (zip_compression_method_supported(status.comp_method, 0) == 0) {
    return invalid(where + ": the compression method " + std::to_string(status.comp_method) +
                   " is not supported");
  }
  total_bytes_ += std::min(status.size, limits.total_bytes_max + 1);
  if (total_bytes_ > limits.total_bytes_max) {
    return invalid(where + ": the archive unpacks to more than " +
                   std::to_string(limits.total_bytes_max) + " bytes");
  }
  if (status.size > limits.ratio_checked_from_bytes &&
      status.size / limits.ratio_max > status.comp_size) {
    return invalid(where + ": unpacks to more than " + std::to_string(limits.ratio_max) +
                   " times its size");
  }
  members_.push_back({name, index, status.size});
  return {};
}

base::Result<ZipMemberReader> ZipArchive::read(const ZipMember& member) const {
  ZipMemberReader reader;
  reader.where_ = name_ + ": member " + member.name;
  reader.remaining_bytes_ = member.size_bytes;
  reader.file_.reset(zip_fopen_index(archive_.get(), member.index, 0));
  if (!reader.file_) {
    return invalid(reader.where_ + ": cannot be read: " + zip_strerror(archive_.get()));
  }
  return reader;
}

base::Result<std::size_t> ZipMemberReader::read(std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto count = zip_fread(file_.get(), buffer.data() + filled, buffer.size() - filled);
    if (count < 0) {
      const zip_error_t* error = zip_file_get_error(file_.get());
      const bool is_io = zip_error_system_type(error) == ZIP_ET_SYS;
      return base::Error{is_io ? base::ErrorCode::io : base::ErrorCode::invalid,
                         where_ + ": is damaged: " + zip_file_strerror(file_.get()),
                         {}};
    }
    if (count == 0) break;
    const auto size_bytes = static_cast<std::uint64_t>(count);
    if (size_bytes > remaining_bytes_) return invalid(where_ + ": is longer than it declares");
    remaining_bytes_ -= size_bytes;
    filled += static_cast<std::size_t>(count);
  }
  if (filled == 0 && !buffer.empty() && remaining_bytes_ > 0) {
    return invalid(where_ + ": is shorter than it declares");
  }
  return filled;
}

}  // namespace codelog::coding_systems
