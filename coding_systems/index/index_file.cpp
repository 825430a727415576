#include "coding_systems/index/index_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <future>
#include <optional>
#include <system_error>
#include <utility>

#include "coding_systems/index/locked_file.h"
#include "events/base/check.h"
#include "events/base/file.h"
#include "events/base/mapped_file_name.h"

namespace codelog::coding_systems {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::array<char, 8> magic = {'c', 'l', 'i', 'n', 'd', 'e', 'x', '\n'};
// Raise it with every change of the layout or of a section's content: older files are then rebuilt.
constexpr std::uint32_t format_version = 4;
constexpr std::uint32_t no_root = 0xffffffff;
constexpr std::size_t header_bytes = index_header_bytes;
constexpr std::size_t section_alignment = 64;
constexpr std::size_t readable_behind_bytes = 32;

struct SectionEntry {
  std::uint64_t bytes;
  std::uint32_t crc;  // of the contents and the zeros up to the next section
  std::uint32_t unused;
};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t format_version;
  std::uint32_t section_count;
  std::array<char, 16> system_id;  // zero-terminated
  base::Sha256 source_digest;
  std::uint64_t source_bytes;
  std::int64_t source_modified_ns;
  std::uint64_t file_bytes;
  std::uint32_t node_count;
  std::uint32_t root;
  std::array<SectionEntry, index_section_count> sections;
  std::uint64_t source_inode;
  std::array<char, 52> unused;
  std::uint32_t header_crc;  // of all fields before it
};
static_assert(sizeof(Header) == header_bytes);
static_assert(header_bytes % section_alignment == 0);
static_assert(std::has_unique_object_representations_v<Header>);

// A checksum against damage, not against forgery.
std::uint32_t crc32(std::string_view bytes) {
  const auto* first = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<std::uint32_t>(::crc32_z(0, first, bytes.size()));
}

std::uint32_t header_crc(const Header& header) {
  return crc32({reinterpret_cast<const char*>(&header), offsetof(Header, header_crc)});
}

// The bytes that a section takes in the file: at most 2^63, so that sums of a few cannot overflow.
std::uint64_t padded(std::uint64_t bytes) {
  const std::uint64_t behind = std::min(bytes, std::uint64_t{1} << 58) + readable_behind_bytes;
  return (behind + section_alignment - 1) / section_alignment * section_alignment;
}

base::Error damaged(std::string detail) {
  return {base::ErrorCode::corrupt, "the index file is damaged: " + std::move(detail), {}};
}

base::Result<void> write_whole(const base::Descriptor& file, std::string_view bytes,
                               const std::filesystem::path& path) {
  if (::ftruncate(file.get(), 0) != 0) return base::system_error("cannot empty", path);
  if (!base::write_all(file.get(), bytes)) return base::system_error("cannot write", path);
  if (::fsync(file.get()) != 0) return base::system_error("cannot sync", path);
  return {};
}

base::Result<void> check_header(const Header& header, std::uint64_t file_bytes) {
  if (header.magic != magic) {
    return base::Error{base::ErrorCode::corrupt, "the file is not an index file", {}};
  }
  if (header.format_version != format_version || header.section_count != index_section_count) {
    return base::Error{base::ErrorCode::corrupt,
                       "the index file has format version " +
                           std::to_string(header.format_version) + ", not " +
                           std::to_string(format_version),
                       {}};
  }
  if (header.header_crc != header_crc(header)) return damaged("wrong checksum of the header");
  std::uint64_t expected_bytes = header_bytes;
  for (const auto& section : header.sections) expected_bytes += padded(section.bytes);
  if (header.file_bytes != expected_bytes || file_bytes != expected_bytes) {
    return damaged("it has " + std::to_string(file_bytes) + " bytes, but should have " +
                   std::to_string(expected_bytes));
  }
  return {};
}

using Sections = std::array<std::string_view, index_section_count>;

// The sections with their padding. The header must have been checked.
Sections sections_of(const Header& header, std::string_view file) {
  Sections sections;
  std::uint64_t first = header_bytes;
  for (std::size_t i = 0; i < index_section_count; ++i) {
    sections[i] = file.substr(first, padded(header.sections[i].bytes));
    first += sections[i].size();
  }
  return sections;
}

// The first section with a wrong checksum. Uses two threads, since checking takes nearly all the
// time of opening an index: it reads hundreds of megabytes from the disk's cache.
std::optional<IndexSection> find_wrong_checksum(const Header& header, const Sections& sections) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> wrong = index_section_count;
  const auto check = [&] {
    for (std::size_t i = next++; i < index_section_count; i = next++) {
      if (crc32(sections[i]) == header.sections[i].crc) continue;
      std::size_t first = wrong;
      while (i < first && !wrong.compare_exchange_weak(first, i)) {
      }
    }
  };
  // If the system has no other thread, this one does all the work.
  const auto other = std::async(std::launch::async | std::launch::deferred, check);
  check();
  other.wait();
  if (wrong == index_section_count) return std::nullopt;
  return static_cast<IndexSection>(wrong.load());
}

}  // namespace

std::string_view to_string(IndexSection section) {
  constexpr std::array<std::string_view, index_section_count> names = {
      "code_offsets",   "codes",          "code_slots",  "kinds",         "text_offsets",
      "texts",          "parent_offsets", "parents",     "child_offsets", "children",
      "run_offsets",    "runs",           "grams",       "postings",      "link_offsets",
      "links",          "nodes_by_code",  "text_starts", "tokens",        "token_bytes",
      "token_postings", "texts_in_order"};
  return names[static_cast<std::size_t>(section)];
}

std::string encode_index_file(const IndexContents& contents) {
  Header header{};
  header.magic = magic;
  header.format_version = format_version;
  header.section_count = index_section_count;
  CODELOG_CHECK(contents.system_id.size() < header.system_id.size(),
                "a coding system's id is short");
  std::ranges::copy(contents.system_id, header.system_id.begin());
  header.source_digest = contents.built_from.digest;
  header.source_bytes = contents.built_from.size_bytes;
  header.source_modified_ns = contents.built_from.modified_ns;
  header.source_inode = contents.built_from.inode;
  header.node_count = contents.node_count;
  header.root = contents.root.value_or(no_root);
  header.file_bytes = header_bytes;
  for (const auto& section : contents.sections) header.file_bytes += padded(section.size());

  std::string bytes;
  bytes.reserve(header.file_bytes);
  bytes.resize(header_bytes);
  for (std::size_t i = 0; i < index_section_count; ++i) {
    const auto& section = contents.sections[i];
    const std::size_t first = bytes.size();
    bytes.append(reinterpret_cast<const char*>(section.data()), section.size());
    bytes.resize(first + padded(section.size()));
    header.sections[i] = {section.size(), crc32(std::string_view(bytes).substr(first)), 0};
  }
  header.header_crc = header_crc(header);
  std::memcpy(bytes.data(), &header, header_bytes);
  return bytes;
}

class IndexFile::Memory {
 public:
  explicit Memory(std::string bytes) : owned_(std::move(bytes)), bytes_(owned_) {}
  Memory(void* address, std::size_t size, base::Descriptor file, const std::filesystem::path& path)
      : address_(address),
        file_(std::move(file)),
        bytes_(static_cast<const char*>(address), size),
        name_(std::make_unique<base::MappedFileName>(bytes_, path.string())) {}
  ~Memory() {
    name_.reset();
    if (address_ != nullptr) ::munmap(address_, bytes_.size());
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  std::string_view bytes() const { return bytes_; }
  bool is_whole() const {
    if (!file_) return true;
    struct stat status {};
    return ::fstat(file_.get(), &status) == 0 &&
           static_cast<std::uint64_t>(status.st_size) >= bytes_.size();
  }

 private:
  void* address_ = nullptr;
  base::Descriptor file_;
  std::string owned_;
  std::string_view bytes_;
  std::unique_ptr<base::MappedFileName> name_;
};

IndexFile::IndexFile() = default;
IndexFile::IndexFile(IndexFile&&) noexcept = default;
IndexFile& IndexFile::operator=(IndexFile&&) noexcept = default;
IndexFile::~IndexFile() = default;

bool IndexFile::is_whole() const { return memory_->is_whole(); }

std::string_view IndexFile::section_bytes(IndexSection section) const {
  return sections_[static_cast<std::size_t>(section)];
}

base::Result<IndexFile> IndexFile::map(const std::filesystem::path& path,
                                       std::string_view system_id) {
  auto file = base::open_file(path, O_RDONLY);
  if (!file) return base::system_error("cannot open", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return base::system_error("cannot look at", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size < header_bytes) return damaged("it is too short");
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file.get(), 0);
  if (address == MAP_FAILED) return base::system_error("cannot map", path);
  return check(std::make_unique<const Memory>(address, size, std::move(file), path), system_id);
}

base::Result<IndexFile> IndexFile::own(std::string bytes, std::string_view system_id) {
  if (bytes.size() < header_bytes) return damaged("it is too short");
  return check(std::make_unique<const Memory>(std::move(bytes)), system_id);
}

base::Result<IndexFile> IndexFile::check(std::unique_ptr<const Memory> memory,
                                         std::string_view system_id) {
  IndexFile file;
  file.memory_ = std::move(memory);
  file.bytes_ = file.memory_->bytes();
  Header header{};
  std::memcpy(&header, file.bytes_.data(), header_bytes);
  if (auto checked = check_header(header, file.bytes_.size()); !checked) return checked.error();

  const auto sections = sections_of(header, file.bytes_);
  if (const auto wrong = find_wrong_checksum(header, sections)) {
    return damaged("wrong checksum of " + std::string(to_string(*wrong)));
  }
  for (std::size_t i = 0; i < index_section_count; ++i) {
    file.sections_[i] = sections[i].substr(0, header.sections[i].bytes);
  }
  const auto& id = header.system_id;
  const std::string_view written_id(id.data(), std::ranges::find(id, '\0') - id.begin());
  if (written_id != system_id) {
    return base::Error{
        base::ErrorCode::conflict,
        "the index file is one of " + std::string(written_id) + ", not " + std::string(system_id),
        {}};
  }
  file.built_from_ = {header.source_digest, header.source_bytes, header.source_modified_ns,
                      header.source_inode};
  file.node_count_ = header.node_count;
  if (header.root != no_root) file.root_ = header.root;
  return file;
}

base::Result<void> write_index_file(const std::filesystem::path& path, std::string_view bytes) {
  // Another thread or process may be writing the same file. Each writes its own file until it is
  // whole, and locks it, since an unlocked one counts as left by a killed process.
  const std::filesystem::path own_path = path.string() + "." + std::to_string(::gettid());
  const auto own = LockedFile::make(own_path);
  if (!own) return own.error();
  auto written = write_whole(own->file(), bytes, own_path);
  if (written && ::rename(own_path.c_str(), path.c_str()) != 0) {
    written = base::system_error("cannot rename to", path);
  }
  if (!written) {
    ::unlink(own_path.c_str());
    return written;
  }
  return base::sync_folder(path.parent_path());
}

std::string with_built_from(std::string index_bytes, const IndexedFile& built_from) {
  CODELOG_CHECK(index_bytes.size() >= header_bytes, "the bytes are a checked index file's");
  std::string bytes = std::move(index_bytes);
  Header header{};
  std::memcpy(&header, bytes.data(), header_bytes);
  header.source_digest = built_from.digest;
  header.source_bytes = built_from.size_bytes;
  header.source_modified_ns = built_from.modified_ns;
  header.source_inode = built_from.inode;
  header.header_crc = header_crc(header);
  std::memcpy(bytes.data(), &header, header_bytes);
  return bytes;
}

}  // namespace codelog::coding_systems
