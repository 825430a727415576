// The sidecar file of a release index, <alias>.index: a header that names the release file it was
// built from, and the arrays of the index, mapped read-only. The file is a cache: after any damage,
// the release file can rebuild it.
//
// Layout, little-endian: a header of 512 bytes (magic, format version, coding system, the release
// file's SHA-256, size, modification time and inode, one entry for each section with its length and
// CRC-32, and the header's own CRC-32), then the sections in the order of IndexSection. Each starts
// at a multiple of 64 bytes and has at least 32 zero bytes after its contents.
//
// Opening reads the whole file once to check it (about 40 ms for 100 MB in memory). An IndexFile is
// immutable and safe from any thread. The file must not be changed in place while it is mapped;
// write_index_file replaces it, and processes that have the old one mapped keep it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/algebra/hierarchy.h"
#include "events/base/digest.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

enum class IndexSection : std::uint8_t {
  code_offsets,    // u32, nodes + 1
  codes,           // all codes, one after the other
  code_slots,      // u64, a power of two: hash table from code to node
  kinds,           // one byte for each node
  text_offsets,    // u32, nodes + 1
  texts,           // the texts, each ended by its role's byte (index_source.h)
  parent_offsets,  // hierarchy.h
  parents,
  child_offsets,
  children,
  run_offsets,
  runs,
  grams,          // term_index.h
  postings,       // u64
  link_offsets,   // u32, nodes + 1
  links,          // release.h: Link
  nodes_by_code,  // one u32 for each node: the nodes in the order of codes (code_search.h)
  text_starts,    // u32, texts + 1
  tokens,         // token_index.h
  token_bytes,
  token_postings,  // u64
  texts_in_order,  // one u32 for each searched text: their numbers (text_order.h)
};
constexpr std::size_t index_section_count = 22;
std::string_view to_string(IndexSection section);

// Identifies the file that an index was built from. The digest decides; size, time and inode save
// computing it.
struct IndexedFile {
  base::Sha256 digest{};
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // since 1970, from the file system
  std::uint64_t inode = 0;
  bool operator==(const IndexedFile&) const = default;
};

struct IndexContents {
  std::string_view system_id;  // at most 15 bytes
  IndexedFile built_from;
  std::uint32_t node_count = 0;
  std::optional<Node> root;
  std::array<std::span<const std::byte>, index_section_count> sections;
};

// The bytes of an index file.
std::string encode_index_file(const IndexContents& contents);

class IndexFile {
 public:
  // Maps and checks a file. Errors: not_found, io; corrupt (not an index file of this format
  // version, or damaged); conflict (the index of another coding system).
  static base::Result<IndexFile> map(const std::filesystem::path& path, std::string_view system_id);
  // As map(), for bytes in memory, if the file cannot be written anywhere.
  static base::Result<IndexFile> own(std::string bytes, std::string_view system_id);

  IndexFile(IndexFile&&) noexcept;
  IndexFile& operator=(IndexFile&&) noexcept;
  ~IndexFile();

  const IndexedFile& built_from() const { return built_from_; }
  std::uint32_t node_count() const { return node_count_; }
  std::optional<Node> root() const { return root_; }
  std::string_view bytes() const { return bytes_; }
  // False once the mapped file has been cut short: reading the missing part would end the process.
  bool is_whole() const;

  // A section's contents. At least 32 bytes after them may be read.
  std::string_view section_bytes(IndexSection section) const;
  // The contents as an array; an incomplete last element is left out.
  template <class T>
  std::span<const T> section(IndexSection section) const {
    const auto bytes = section_bytes(section);
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

 private:
  class Memory;  // a mapping or a string

  IndexFile();
  static base::Result<IndexFile> check(std::unique_ptr<const Memory> memory,
                                       std::string_view system_id);

  std::unique_ptr<const Memory> memory_;
  std::string_view bytes_;
  IndexedFile built_from_;
  std::uint32_t node_count_ = 0;
  std::optional<Node> root_;
  std::array<std::string_view, index_section_count> sections_;
};

// Writes the file under a name of this thread's own, syncs it, and renames it to `path`.
base::Result<void> write_index_file(const std::filesystem::path& path, std::string_view bytes);

// The same index for another release file: one that was copied or touched, or whose digest is known
// only now. Changes the first index_header_bytes.
constexpr std::size_t index_header_bytes = 512;
std::string with_built_from(std::string index_bytes, const IndexedFile& built_from);

}  // namespace codelog::coding_systems
