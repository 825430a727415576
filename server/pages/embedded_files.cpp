#include "server/pages/embedded_files.h"

#include <charconv>

#include "events/base/check.h"

extern "C" {
// From embed.cmake; the last one has no name.
struct CodelogEmbeddedFile {
  const char* name;
  const char* begin;
  const char* end;
};
extern const CodelogEmbeddedFile codelog_web_files[];
}

namespace codelog::pages {
namespace {

constexpr std::string_view pack_head = "codelog web pack 1\n";

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  CODELOG_CHECK(end != std::string_view::npos, "a pack has a head of lines");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::vector<EmbeddedFile> embedded_files(std::string_view folder) {
  std::vector<EmbeddedFile> files;
  for (const CodelogEmbeddedFile* file = codelog_web_files; file->name != nullptr; ++file) {
    const std::string_view path(file->name);
    if (!path.starts_with(folder)) continue;
    files.push_back({path, {file->begin, static_cast<std::size_t>(file->end - file->begin)}});
  }
  return files;
}

std::map<std::string, std::string_view> read_pack(std::string_view pack) {
  CODELOG_CHECK(pack.starts_with(pack_head), "a pack begins with its name");
  pack.remove_prefix(pack_head.size());
  std::vector<std::pair<std::string, std::size_t>> sizes;
  for (std::string_view line = take_line(pack); !line.empty(); line = take_line(pack)) {
    const std::size_t space = line.find(' ');
    CODELOG_CHECK(space != std::string_view::npos, "a line of a pack has a name and a size");
    std::size_t size_bytes = 0;
    const char* const end = line.data() + line.size();
    const auto read = std::from_chars(line.data() + space + 1, end, size_bytes);
    CODELOG_CHECK(read.ptr == end, "the size of a packed file is a number");
    sizes.emplace_back(line.substr(0, space), size_bytes);
  }
  std::map<std::string, std::string_view> files;
  for (auto& [name, size_bytes] : sizes) {
    CODELOG_CHECK(size_bytes <= pack.size(), "a pack has all bytes of its files");
    files.emplace(std::move(name), pack.substr(0, size_bytes));
    pack.remove_prefix(size_bytes);
  }
  CODELOG_CHECK(pack.empty(), "a pack ends with its last file");
  return files;
}

std::map<std::string, std::string_view> built_scripts() {
  const auto packs = embedded_files("web.pack");
  return packs.empty() ? std::map<std::string, std::string_view>() : read_pack(packs.front().bytes);
}

}  // namespace codelog::pages
