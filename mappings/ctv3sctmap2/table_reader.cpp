#include "mappings/ctv3sctmap2/table_reader.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "coding_systems/importing/text_source.h"

namespace codelog::mappings {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::TextSource;

constexpr std::string_view table_folder = "Mapping Tables/Updated/Clinically Assured";
constexpr std::string_view table_start = "ctv3sctmap2";

bool is_table_name(std::string_view file_name) {
  return file_name.starts_with(table_start) && file_name.ends_with(".txt");
}

Error not_one_table(const std::string& where, std::size_t found) {
  return {ErrorCode::invalid,
          where + ": expected one file '" + std::string(table_folder) + "/" +
              std::string(table_start) + "*.txt', found " + std::to_string(found),
          {}};
}

void split_at_tabs(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return;
    line.remove_prefix(tab + 1);
  }
}

Result<fs::path> find_in_folder(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder / table_folder, failed)) {
    if (is_table_name(entry.path().filename().string())) found.push_back(entry.path());
  }
  if (found.size() != 1) return not_one_table(folder.string(), found.size());
  return found.front();
}

Result<coding_systems::ZipMember> find_in_archive(const coding_systems::ZipArchive& archive) {
  std::vector<coding_systems::ZipMember> found;
  for (const auto& member : archive.members()) {
    const fs::path path(member.name);
    const std::string folder = "/" + path.parent_path().string();
    if (folder.ends_with("/" + std::string(table_folder)) &&
        is_table_name(path.filename().string())) {
      found.push_back(member);
    }
  }
  if (found.size() != 1) return not_one_table(archive.name(), found.size());
  return found.front();
}

}  // namespace

Result<void> TableReader::read_header() {
  const auto line = lines_.next();
  if (!line) return line.error();
  if (!*line) return error_here("the table is empty: its header is missing");
  split_at_tabs(**line, split_);
  columns_count_ = split_.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto found = std::ranges::find(split_, columns[i]);
    if (found == split_.end()) {
      return error_here("there is no column '" + std::string(columns[i]) + "'");
    }
    places_[i] = static_cast<std::size_t>(found - split_.begin());
  }
  return {};
}

Result<std::optional<TableReader::Fields>> TableReader::next() {
  const auto line = lines_.next();
  if (!line) return line.error();
  if (!*line) return std::optional<Fields>();
  split_at_tabs(**line, split_);
  const std::string fault = coding_systems::width_fault(split_, columns_count_);
  if (!fault.empty()) return error_here(fault);
  Fields fields;
  for (std::size_t i = 0; i < columns.size(); ++i) fields[i] = split_[places_[i]];
  return std::optional(fields);
}

Result<void> with_table(
    const coding_systems::ImportRequest& request,
    const std::function<Result<void>(TableReader&, std::uint64_t size_bytes)>& use) {
  const auto open = [&]() -> Result<TextSource> {
    std::error_code failed;
    if (!fs::is_directory(request.archive, failed)) {
      return TextSource::open(request.archive, find_in_archive, request.limits);
    }
    const auto path = find_in_folder(request.archive);
    return path ? TextSource::open_file(*path) : path.error();
  };
  auto source = open();
  if (!source) return source.error();
  TableReader table(source->name(), [&](std::span<char> buffer) { return source->read(buffer); });
  return use(table, source->size_bytes());
}

}  // namespace codelog::mappings
