#include "coding_systems/importing/zip_archive.h"

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

// libzip reports "Not a zip archive" both for a text file and for the first half of a download.
base::Error not_a_zip(std::string_view first_bytes, const std::string& name) {
  if (first_bytes.empty()) return invalid(name + ": the file is empty");
  const bool starts_as_zip = first_bytes.starts_with("PK");
  return invalid(name + (starts_as_zip
                             ? ": the archive is truncated: its directory of members, which comes "
                               "last, is missing or damaged"
                             : ": not a zip archive"));
}

// libzip does not say which of the two it is.
base::Error bad_directory(const std::string& name) {
  return invalid(name +
                 ": the directory of members is damaged, or has a name that is marked as UTF-8 "
                 "and is not");
}

std::string first_bytes_of(const std::filesystem::path& path) {
  std::array<char, 2> first{};
  std::ifstream file(path, std::ios::binary);
  file.read(first.data(), first.size());
  return {first.data(), static_cast<std::size_t>(file.gcount())};
}

base::Error open_error(const std::filesystem::path& path, const std::string& name, int number) {
  switch (number) {
    case ZIP_ER_NOENT:
      return {base::ErrorCode::not_found, path.string() + ": no such file", {}};
    case ZIP_ER_NOZIP:
    case ZIP_ER_EOF:
      return not_a_zip(first_bytes_of(path), name);
    case ZIP_ER_INCONS:
      return bad_directory(name);
    default:
      break;
  }
  zip_error_t error;
  zip_error_init_with_code(&error, number);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return {base::ErrorCode::io, path.string() + ": cannot be opened: " + text, {}};
}

// A relative path in printable UTF-8. Nothing is ever extracted, so other names do no harm; but
// importers want no member with such a name, and errors repeat names.
bool is_listed_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || !base::is_utf8(name)) return false;
  const auto is_control = [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
  };
  if (std::any_of(name.begin(), name.end(), is_control)) return false;
  for (std::size_t first = 0; first <= name.size();) {
    const std::size_t after = std::min(name.find('/', first), name.size());
    if (name.substr(first, after - first) == "..") return false;
    first = after + 1;
  }
  return true;
}

// Archives made on a Mac have a second member for each, with data of its file system.
bool is_shadow(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.substr(name.rfind('/') + 1).starts_with("._");
}

}  // namespace

void ZipMemberReader::Close::operator()(zip_file* file) const { zip_fclose(file); }

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

base::Result<ZipArchive> ZipArchive::open(const std::filesystem::path& path, ZipLimits limits) {
  ZipArchive opened;
  opened.name_ = path.filename().string();
  opened.limits_ = limits;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return invalid(path.string() + ": is a folder, not a zip archive");
  }
  int number = 0;
  opened.archive_.reset(zip_open(path.c_str(), ZIP_RDONLY, &number));
  if (!opened.archive_) return open_error(path, opened.name_, number);
  if (const auto added = opened.add_members(); !added) return added.error();
  return opened;
}

base::Result<ZipArchive> ZipArchive::open_inner(const ZipMember& member) const {
  ZipArchive inner;
  inner.name_ = name_ + ": member " + member.name;
  inner.limits_ = limits_;
  inner.bytes_read_ = bytes_read_;
  inner.is_inner_ = true;
  if (is_inner_) return invalid(inner.name_ + ": archives are nested deeper than one level");
  if (member.size_bytes > limits_.inner_archive_bytes_max) {
    return invalid(inner.name_ + ": the inner archive has more than " +
                   std::to_string(limits_.inner_archive_bytes_max) + " bytes");
  }
  auto bytes = read_whole(member);
  if (!bytes) return bytes.error();
  inner.inner_bytes_ = std::move(*bytes);
  // libzip takes an empty file for an archive without members.
  if (inner.inner_bytes_.empty()) return not_a_zip("", inner.name_);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(
      inner.inner_bytes_.data(), inner.inner_bytes_.size(), /*freep=*/0, &error);
  CODELOG_CHECK(source != nullptr, "no memory for the source of an inner archive");
  inner.archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  const bool is_inconsistent = zip_error_code_zip(&error) == ZIP_ER_INCONS;
  zip_error_fini(&error);
  if (!inner.archive_) {
    zip_source_free(source);  // an open archive would own it
    if (is_inconsistent) return bad_directory(inner.name_);
    return not_a_zip({inner.inner_bytes_.data(), inner.inner_bytes_.size()}, inner.name_);
  }
  if (const auto added = inner.add_members(); !added) return added.error();
  return inner;
}

base::Result<std::vector<char>> ZipArchive::read_whole(const ZipMember& member) const {
  auto reader = read(member);
  if (!reader) return reader.error();
  std::vector<char> bytes(member.size_bytes);
  const auto size = reader->read(bytes);
  if (!size) return size.error();
  // The checksum is compared only at the end.
  std::array<char, 1> behind{};
  const auto end = reader->read(behind);
  if (!end) return end.error();
  return bytes;
}

base::Result<void> ZipArchive::add_members() {
  const auto count = static_cast<std::uint64_t>(zip_get_num_entries(archive_.get(), 0));
  for (std::uint64_t index = 0; index < count; ++index) {
    if (const auto added = add_member(index); !added) return added;
  }
  return {};
}

base::Result<void> ZipArchive::add_member(std::uint64_t index) {
  zip_stat_t status;
  if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &status) != 0) {
    return invalid(name_ + ": the directory entry of member " + std::to_string(index) +
                   " is damaged");
  }
  // Names that are not UTF-8 are read as code page 437, which old programs use.
  const char* const written = zip_get_name(archive_.get(), index, ZIP_FL_ENC_GUESS);
  std::string name = written == nullptr ? "" : written;
  std::ranges::replace(name, '\\', '/');
  const bool is_folder = name.ends_with('/');
  if (is_folder || is_shadow(name) || !is_listed_name(name)) return {};
  members_.push_back({std::move(name), index, status.size});
  return {};
}

base::Result<void> ZipArchive::check_readable(const ZipMember& member) const {
  const std::string where = name_ + ": member " + member.name;
  zip_stat_t status;
  if (zip_stat_index(archive_.get(), member.index, ZIP_FL_ENC_RAW, &status) != 0) {
    return invalid(where + ": its directory entry is damaged");
  }
  if (status.encryption_method != ZIP_EM_NONE) {
    return invalid(where + ": the member is encrypted");
  }
  if (zip_compression_method_supported(status.comp_method, 0) == 0) {
    return invalid(where + ": the compression method " + std::to_string(status.comp_method) +
                   " is not supported");
  }
  if (status.size > limits_.total_bytes_max - std::min(*bytes_read_, limits_.total_bytes_max)) {
    return invalid(where + ": the archive unpacks to more than " +
                   std::to_string(limits_.total_bytes_max) + " bytes");
  }
  if (status.size > limits_.ratio_checked_from_bytes &&
      status.size / limits_.ratio_max > status.comp_size) {
    return invalid(where + ": unpacks to more than " + std::to_string(limits_.ratio_max) +
                   " times its size");
  }
  *bytes_read_ += status.size;
  return {};
}

base::Result<ZipMemberReader> ZipArchive::read(const ZipMember& member) const {
  if (auto readable = check_readable(member); !readable) return readable.error();
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
