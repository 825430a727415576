#include "coding_systems/snomedct/import_layout.h"

#include <array>
#include <set>

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::array<std::string_view, 3> folder_prefixes = {
    "SnomedCT_InternationalRF2_PRODUCTION_", "SnomedCT_UKClinicalRF2_PRODUCTION_",
    "SnomedCT_UKEditionRF2_PRODUCTION_"};

// Exactly one of the found names, or the error that says what was looked for.
base::Result<void> expect_one(const ZipArchive& archive, const std::string& pattern,
                              std::string_view kind, const std::vector<std::string>& found) {
  if (found.size() == 1) return {};
  std::string detail = archive.name() + ": ";
  if (found.empty()) {
    detail += "no " + std::string(kind) + " matches " + pattern;
  } else {
    detail += std::to_string(found.size()) + " " + std::string(kind) + "s match " + pattern + ": " +
              found[0] + ", " + found[1];
  }
  return base::Error{base::ErrorCode::invalid, detail, {}};
}

base::Result<std::string> find_folder(const ZipArchive& archive, std::string_view prefix) {
  std::set<std::string> folders;
  for (const ZipMember& member : archive.members()) {
    const std::size_t slash = member.name.find('/');
    if (slash != std::string::npos && member.name.starts_with(prefix)) {
      folders.insert(member.name.substr(0, slash));
    }
  }
  const std::vector<std::string> found(folders.begin(), folders.end());
  const auto one = expect_one(archive, std::string(prefix) + "*", "folder", found);
  if (!one) return one.error();
  return found.front();
}

base::Result<ZipMember> find_part(const ZipArchive& archive, const std::string& folder,
                                  std::string_view part) {
  const std::string prefix = folder + "/Full/Terminology/sct2_" + std::string(part) + "_";
  std::vector<std::string> found;
  ZipMember result;
  for (const ZipMember& member : archive.members()) {
    const bool is_in_folder = member.name.find('/', prefix.size()) == std::string::npos;
    if (is_in_folder && member.name.starts_with(prefix) && member.name.ends_with(".txt")) {
      found.push_back(member.name);
      result = member;
    }
  }
  const auto one = expect_one(archive, prefix + "*.txt", "file", found);
  if (!one) return one.error();
  return result;
}

}  // namespace

base::Result<Rf2Members> find_rf2_members(const ZipArchive& archive) {
  Rf2Members members;
  const std::array<std::pair<std::string_view, std::vector<ZipMember>*>, 4> parts = {
      {{"Concept", &members.concepts},
       {"Description", &members.descriptions},
       {"StatedRelationship", &members.relationships},
       {"Relationship", &members.relationships}}};
  for (const std::string_view prefix : folder_prefixes) {
    const auto folder = find_folder(archive, prefix);
    if (!folder) return folder.error();
    for (const auto& [part, part_members] : parts) {
      const auto member = find_part(archive, *folder, part);
      if (!member) return member.error();
      part_members->push_back(*member);
    }
  }
  return members;
}

}  // namespace codelog::coding_systems::snomedct
