#include "coding_systems/snomedct/import_layout.h"

#include <algorithm>
#include <array>
#include <set>

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::string_view international = "SnomedCT_InternationalRF2_PRODUCTION_";
constexpr std::string_view uk_clinical = "SnomedCT_UKClinicalRF2_PRODUCTION_";
constexpr std::string_view uk_edition = "SnomedCT_UKEditionRF2_PRODUCTION_";
constexpr std::string_view uk_drug = "SnomedCT_UKDrugRF2_PRODUCTION_";
constexpr std::string_view monolith = "SnomedCT_MonolithRF2_PRODUCTION_";
// TRUD's names for archives that must have the layout below, whatever else they contain.
constexpr std::string_view clinical_archive = "uk_sct2cl_";
constexpr std::string_view monolith_archive = "uk_sct2mo_";

// The folders of an archive, in reading order.
struct Layout {
  std::string name;
  std::vector<std::string_view> folder_prefixes;
};

base::Error invalid(const ZipArchive& archive, const std::string& what) {
  return {base::ErrorCode::invalid, archive.name() + ": " + what, {}};
}

// The only found name, or an error that says what was searched for.
base::Result<void> expect_one(const ZipArchive& archive, const std::string& pattern,
                              std::string_view kind, const std::vector<std::string>& found) {
  if (found.size() == 1) return {};
  if (found.empty()) return invalid(archive, "no " + std::string(kind) + " matches " + pattern);
  return invalid(archive, std::to_string(found.size()) + " " + std::string(kind) + "s match " +
                              pattern + ": " + found[0] + ", " + found[1]);
}

std::vector<std::string> find_folders(const ZipArchive& archive, std::string_view prefix) {
  std::set<std::string> folders;
  for (const ZipMember& member : archive.members()) {
    const std::size_t slash = member.name.find('/');
    if (slash != std::string::npos && member.name.starts_with(prefix)) {
      folders.insert(member.name.substr(0, slash));
    }
  }
  return {folders.begin(), folders.end()};
}

base::Result<Layout> find_layout(const ZipArchive& archive) {
  const auto has = [&](std::string_view prefix) { return !find_folders(archive, prefix).empty(); };
  const auto is_named = [&](std::string_view start) { return archive.name().starts_with(start); };
  if (has(monolith) && has(international)) {
    return invalid(archive, "holds " + std::string(monolith) + "* beside " +
                                std::string(international) +
                                "*: the first contains the second, so one of them is wrong here");
  }
  if (has(monolith) || is_named(monolith_archive)) return Layout{"UK Monolith", {monolith}};
  Layout layout{"International Edition", {international}};
  if (has(uk_clinical) || has(uk_edition) || is_named(clinical_archive)) {
    // Until mid-2021 the Edition had no folder of its own.
    const bool is_old = has(uk_clinical) && !has(uk_edition);
    layout.name = is_old ? "UK Clinical Edition of before mid-2021" : "UK Clinical Edition";
    layout.folder_prefixes.push_back(uk_clinical);
    if (!is_old) layout.folder_prefixes.push_back(uk_edition);
  }
  if (has(uk_drug)) {
    layout.name += " with the UK Drug Extension";
    layout.folder_prefixes.push_back(uk_drug);
  }
  return layout;
}

// The text files directly in a folder whose names start with `start`.
std::vector<ZipMember> find_files(const ZipArchive& archive, const std::string& start) {
  std::vector<ZipMember> found;
  for (const ZipMember& member : archive.members()) {
    const bool is_in_folder = member.name.find('/', start.size()) == std::string::npos;
    if (is_in_folder && member.name.starts_with(start) && member.name.ends_with(".txt")) {
      found.push_back(member);
    }
  }
  return found;
}

class MembersFinder {
 public:
  explicit MembersFinder(const ZipArchive& archive) : archive_(archive) {}

  base::Result<Rf2Members> find() {
    const auto layout = find_layout(archive_);
    if (!layout) return layout.error();
    for (const std::string_view prefix : layout->folder_prefixes) {
      const auto folders = find_folders(archive_, prefix);
      const auto one = expect_one(archive_, std::string(prefix) + "*", "folder", folders);
      if (!one) return one.error();
      const auto added = add_folder(folders.front());
      if (!added) return added.error();
    }
    const std::string views = has_full_ && has_snapshot_ ? "Full and Snapshot"
                              : has_full_                ? "Full"
                                                         : "Snapshot";
    members_.layout = layout->name + ", " + views + " files";
    return std::move(members_);
  }

 private:
  base::Result<void> add_folder(const std::string& folder) {
    const bool is_full = !find_files(archive_, folder + "/Full/Terminology/sct2_").empty();
    const bool is_snapshot =
        !is_full && !find_files(archive_, folder + "/Snapshot/Terminology/sct2_").empty();
    if (!is_full && !is_snapshot) {
      return invalid(archive_, "no file matches " + folder + "/Full/Terminology/sct2_*.txt or " +
                                   folder + "/Snapshot/Terminology/sct2_*.txt");
    }
    has_full_ |= is_full;
    has_snapshot_ |= is_snapshot;
    struct Part {
      std::string_view name;
      std::vector<ZipMember>& members;
      bool is_needed;
    };
    for (const Part& part : {Part{"Concept", members_.concepts, true},
                             Part{"Description", members_.descriptions, true},
                             // OWL axioms have replaced stated relationships since 2019.
                             Part{"StatedRelationship", members_.relationships, false},
                             Part{"Relationship", members_.relationships, true}}) {
      const std::string start = folder + (is_full ? "/Full" : "/Snapshot") + "/Terminology/sct2_" +
                                std::string(part.name) + "_";
      const auto found = find_files(archive_, start);
      if (found.empty() && !part.is_needed) {
        members_.notices.add("folders have no file sct2_" + std::string(part.name) +
                                 "_*.txt, which newer releases do without",
                             folder);
        continue;
      }
      std::vector<std::string> names;
      names.reserve(found.size());
      for (const ZipMember& member : found) names.push_back(member.name);
      const auto one = expect_one(archive_, start + "*.txt", "file", names);
      if (!one) return one;
      part.members.push_back(found.front());
    }
    add_associations(folder);
    return {};
  }

  // Archives may split the associations into several files.
  void add_associations(const std::string& folder) {
    const std::string start = "/Refset/Content/der2_cRefset_Association";
    auto found = find_files(archive_, folder + "/Full" + start);
    if (found.empty()) found = find_files(archive_, folder + "/Snapshot" + start);
    std::ranges::sort(found, {}, &ZipMember::name);
    members_.associations.insert(members_.associations.end(), found.begin(), found.end());
  }

  const ZipArchive& archive_;
  Rf2Members members_;
  bool has_full_ = false;
  bool has_snapshot_ = false;
};

}  // namespace

base::Result<Rf2Members> find_rf2_members(const ZipArchive& archive) {
  return MembersFinder(archive).find();
}

}  // namespace codelog::coding_systems::snomedct
