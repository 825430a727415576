#include "coding_systems/dmd/import_layout.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace codelog::coding_systems::dmd {
namespace {

// Indexed by Part.
constexpr std::array<std::string_view, parts_count> prefixes = {
    "f_lookup2_", "f_ingredient2_", "f_vtm2_",  "f_vmp2_",
    "f_vmpp2_",   "f_amp2_",        "f_ampp2_", "f_gtin2_"};

// Without its folders.
std::string_view file_name(const ZipMember& member) {
  return std::string_view(member.name).substr(member.name.rfind('/') + 1);
}

class Finder {
 public:
  explicit Finder(ZipArchive archive) { members_.archives.push_back(std::move(archive)); }

  base::Result<ReleaseMembers> find() {
    look_through_all();
    if (std::ranges::count(counts_, 0u) == parts_count) {
      is_in_folder_ = true;
      look_through_all();
    }
    for (std::size_t part = 0; part < parts_count; ++part) {
      if (counts_[part] == 1) continue;
      // The missing part may be in the unreadable archive.
      if (counts_[part] == 0 && unreadable_) return *unreadable_;
      return base::Error{base::ErrorCode::invalid,
                         members_.archives.front().name() + ": expected one file " +
                             std::string(prefixes[part]) + "*.xml, found " +
                             std::to_string(counts_[part]),
                         {}};
    }
    for (const PartMember& part : members_.parts) members_.size_bytes += part.member.size_bytes;
    return std::move(members_);
  }

 private:
  bool is_in_place(const ZipMember& member) const {
    return is_in_folder_ || file_name(member).size() == member.name.size();
  }

  void look_through_all() {
    look_through(members_.archives.front(), 0);
    look_through_inner();
  }

  // True if one of the parts is in this archive, which would get this number.
  bool look_through(const ZipArchive& archive, std::size_t number) {
    bool has_part = false;
    for (const ZipMember& member : archive.members()) {
      if (!is_in_place(member) || !member.name.ends_with(".xml")) continue;
      for (std::size_t part = 0; part < parts_count; ++part) {
        if (!file_name(member).starts_with(prefixes[part])) continue;
        ++counts_[part];
        members_.parts[part] = {number, member};
        has_part = true;
      }
    }
    return has_part;
  }

  void look_through_inner() {
    const std::vector<ZipMember> candidates = members_.archives.front().members();
    for (const ZipMember& member : candidates) {
      if (!is_in_place(member) || !member.name.ends_with(".zip")) continue;
      auto inner = members_.archives.front().open_inner(member);
      if (!inner) {
        if (!unreadable_) unreadable_ = inner.error();
        continue;
      }
      // Keeps in memory only archives with a part, and no more than there are parts: with more, a
      // part is there twice.
      const bool has_part = look_through(*inner, members_.archives.size());
      if (has_part && members_.archives.size() <= parts_count) {
        members_.archives.push_back(std::move(*inner));
      }
    }
  }

  ReleaseMembers members_;
  std::array<std::size_t, parts_count> counts_{};
  bool is_in_folder_ = false;              // nothing is at the top: somebody has packed a folder
  std::optional<base::Error> unreadable_;  // the first unreadable inner archive
};

}  // namespace

std::string_view file_start(Part part) {
  std::string_view start = prefixes.at(static_cast<std::size_t>(part));
  start.remove_suffix(1);
  return start;
}

base::Result<ReleaseMembers> find_members(ZipArchive archive) {
  return Finder(std::move(archive)).find();
}

}  // namespace codelog::coding_systems::dmd
