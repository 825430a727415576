#include "coding_systems/icd10/import_sources.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "coding_systems/importing/text_source.h"
#include "events/base/text.h"

namespace codelog::coding_systems::icd10 {
namespace {

struct NamedRole {
  std::string_view name_start;
  SourceRole role = SourceRole::who_2016;
  std::string_view description;
};

constexpr std::array<NamedRole, 3> roles = {
    {{"icd102016", SourceRole::who_2016, "WHO's edition of 2016"},
     {"icd102019", SourceRole::who_2019, "WHO's edition of 2019"},
     {"icd10_nhs_scraped", SourceRole::nhs_2016, "the NHS class browser"}}};

// TRUD's names for the archives with the table, and for the table itself.
constexpr std::array<std::string_view, 2> table_archive_starts = {"icd_df_", "nhs_icd10"};
constexpr std::string_view table_name_part = "codesandtitlesandmetadata";
constexpr std::string_view edition_part = "_edition";
constexpr char table_edition = '5';

// OpenCodelists' name for an archive of all three.
constexpr std::string_view combined_name_start = "combined_";

base::Error unfit(std::string detail) { return {base::ErrorCode::invalid, std::move(detail), {}}; }

std::string file_name_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return base::ascii_lower(slash == std::string::npos ? path : path.substr(slash + 1));
}

std::optional<SourceRole> role_of(const std::string& path) {
  const std::string name = file_name_of(path);
  const auto found = std::ranges::find_if(
      roles, [&](const NamedRole& role) { return name.starts_with(role.name_start); });
  return found == roles.end() ? std::nullopt : std::optional(found->role);
}

std::string describe(SourceRole role) {
  if (role == SourceRole::nhs_table) return "the NHS's 5th edition";
  return std::string(std::ranges::find(roles, role, &NamedRole::role)->description);
}

// Ignores the tables of editions other than the 5th.
bool is_nhs_table(const std::string& path) {
  const std::string name = file_name_of(path);
  if (!name.ends_with(".txt") || name.find(table_name_part) == std::string::npos) return false;
  const auto edition = name.find(edition_part);
  return edition == std::string::npos ||
         name.substr(edition + edition_part.size())[0] == table_edition;
}

// A table that somebody names may be called anything, except by the name of another edition's.
bool is_named_table(const std::string& path) {
  const std::string name = file_name_of(path);
  const bool is_text = name.ends_with(".txt") || name.ends_with(".tsv");
  return is_text && (is_nhs_table(path) || name.find(table_name_part) == std::string::npos);
}

bool is_table_archive(const std::string& path) {
  const std::string name = file_name_of(path);
  return std::ranges::any_of(table_archive_starts,
                             [&](std::string_view start) { return name.starts_with(start); });
}

bool is_xml(const std::string& path) { return file_name_of(path).ends_with(".xml"); }
bool is_zip(const std::string& path) { return file_name_of(path).ends_with(".zip"); }

}  // namespace

base::Result<ImportSources> ImportSources::find(const std::filesystem::path& path,
                                                const ZipLimits& limits) {
  ImportSources sources;
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) {
    return base::Error{base::ErrorCode::not_found, path.string() + ": no such file or folder", {}};
  }
  const bool is_folder = std::filesystem::is_directory(path, failed);
  const auto scanned = is_folder ? sources.scan_folder(path, limits)
                                 : sources.scan_file(path, limits, Origin::named);
  if (!scanned) return scanned.error();
  const std::string name = path.filename().string();
  const bool has_scrape = sources.find(SourceRole::nhs_2016) != nullptr;
  const bool has_table = sources.find(SourceRole::nhs_table) != nullptr;
  if (has_scrape && has_table) {
    return unfit(name + ": both the scrape of the NHS class browser and the NHS's table are " +
                 "there, but only one may give the NHS's form of 2016; leave the other out");
  }
  if (sources.find(SourceRole::who_2016) == nullptr && !has_table) {
    if (has_scrape) {
      return unfit(name + ": the scrape of the NHS class browser completes WHO's edition of " +
                   "2016, which is not there (icd102016*.xml or icd102016*.zip)");
    }
    if (sources.find(SourceRole::who_2019) == nullptr) {
      return unfit(name + ": there is no edition of ICD-10: neither icd102016*.xml, nor " +
                   "icd102019*.xml, nor ICD10_Edition5_CodesAndTitlesAndMetadata*.txt, nor an " +
                   "archive of one of them");
    }
  }
  std::ranges::sort(sources.documents_, {}, [](const Document& document) {
    constexpr std::array order = {SourceRole::who_2019, SourceRole::who_2016, SourceRole::nhs_2016,
                                  SourceRole::nhs_table};
    return std::ranges::find(order, document.role) - order.begin();
  });
  return sources;
}

base::Result<void> ImportSources::scan_folder(const std::filesystem::path& folder,
                                              const ZipLimits& limits) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.is_regular_file(failed)) files.push_back(entry.path());
  }
  if (failed) {
    return base::Error{
        base::ErrorCode::io, "cannot look into " + folder.string() + ": " + failed.message(), {}};
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    if (auto scanned = scan_file(file, limits, Origin::folder); !scanned) return scanned;
  }
  return {};
}

base::Result<void> ImportSources::scan_file(const std::filesystem::path& file,
                                            const ZipLimits& limits, Origin origin) {
  const std::string name = file.filename().string();
  const bool is_table = origin == Origin::named ? is_named_table(name) : is_nhs_table(name);
  const auto role = is_table ? std::optional(SourceRole::nhs_table) : role_of(name);
  if (is_xml(name) || is_table) {
    if (!role) return {};
    std::error_code failed;
    const auto size_bytes = std::filesystem::file_size(file, failed);
    if (failed) {
      return base::Error{
          base::ErrorCode::io, "cannot look at " + file.string() + ": " + failed.message(), {}};
    }
    return add({*role, name, size_bytes, file, 0, {}});
  }
  const bool is_combined = file_name_of(name).starts_with(combined_name_start);
  const bool is_known_archive = is_zip(name) && (role || is_combined || is_table_archive(name));
  const bool is_meant = origin == Origin::named || is_known_archive;
  if (!is_meant) return {};
  auto archive = ZipArchive::open(file, limits);
  if (!archive) return archive.error();
  return scan_archive(std::move(*archive), role, /*is_inner=*/false);
}

base::Result<void> ImportSources::scan_archive(ZipArchive archive, std::optional<SourceRole> role,
                                               bool is_inner) {
  std::vector<Document> named;
  std::vector<Document> unnamed;
  const std::size_t number = archives_.size();
  for (const ZipMember& member : archive.members()) {
    const bool is_table = is_nhs_table(member.name);
    if (!is_xml(member.name) && !is_table) continue;
    const auto own_role = is_table ? std::optional(SourceRole::nhs_table) : role_of(member.name);
    (own_role ? named : unnamed)
        .push_back({own_role.value_or(SourceRole::who_2016),
                    archive.name() + ": member " + member.name,
                    member.size_bytes,
                    {},
                    number,
                    member});
  }
  if (named.empty() && role && unnamed.size() == 1) {
    unnamed.front().role = *role;
    named.swap(unnamed);
  }
  std::vector<ZipArchive> inner;
  std::vector<std::optional<SourceRole>> inner_roles;
  for (const ZipMember& member : archive.members()) {
    if (is_inner || !is_zip(member.name)) continue;
    const auto inner_role = role_of(member.name);
    if (!inner_role) continue;
    auto opened = archive.open_inner(member);
    if (!opened) return opened.error();
    inner.push_back(std::move(*opened));
    inner_roles.push_back(inner_role);
  }
  if (named.empty() && inner.empty() && role) {
    return unfit(archive.name() + ": expected one .xml file with " + describe(*role) + ", found " +
                 std::to_string(unnamed.size()));
  }
  for (Document& document : named) {
    if (auto added = add(std::move(document)); !added) return added;
  }
  archives_.push_back(std::move(archive));
  for (std::size_t at = 0; at < inner.size(); ++at) {
    auto scanned = scan_archive(std::move(inner[at]), inner_roles[at], /*is_inner=*/true);
    if (!scanned) return scanned;
  }
  return {};
}

base::Result<void> ImportSources::add(Document document) {
  if (document.size_bytes > document_bytes_max) {
    return unfit(document.name + ": it has more than " + std::to_string(document_bytes_max) +
                 " bytes, which no edition of ICD-10 has");
  }
  if (const Document* other = find(document.role)) {
    return unfit("there are two files with " + describe(document.role) + ": " + other->name +
                 " and " + document.name);
  }
  documents_.push_back(std::move(document));
  return {};
}

const ImportSources::Document* ImportSources::find(SourceRole role) const {
  const auto found = std::ranges::find(documents_, role, &Document::role);
  return found == documents_.end() ? nullptr : &*found;
}

std::uint64_t ImportSources::size_bytes() const {
  std::uint64_t sum = 0;
  for (const Document& document : documents_) sum += document.size_bytes;
  return sum;
}

base::Result<XmlReader::Read> ImportSources::open(const Document& document) const {
  // A std::function must be copyable, but neither kind of source is; so the function shares it.
  if (document.file.empty()) {
    auto opened = archives_[document.archive].read(document.member);
    if (!opened) return opened.error();
    auto reader = std::make_shared<ZipMemberReader>(std::move(*opened));
    return XmlReader::Read([reader](std::span<char> buffer) { return reader->read(buffer); });
  }
  auto opened = TextSource::open_file(document.file);
  if (!opened) return opened.error();
  auto source = std::make_shared<TextSource>(std::move(*opened));
  return XmlReader::Read([source](std::span<char> buffer) { return source->read(buffer); });
}

}  // namespace codelog::coding_systems::icd10
