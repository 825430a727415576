#include "server/trees/trees.h"

#include "coding_systems/base/release.h"

namespace codelog::trees {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::Codeset;
using coding_systems::CodeUniverse;
using coding_systems::NodeSet;
using projections::VersionRecord;
using projections::Views;

NodeSet nodes_of(const CodeUniverse& universe, const std::vector<std::string>& codes) {
  const std::vector<std::string_view> views(codes.begin(), codes.end());
  NodeSet nodes(universe.size());
  for (const auto& node : universe.release().find_all(views)) {
    if (node) nodes.add(*node);
  }
  // Strangers are not in the release.
  for (const std::string& code : codes) {
    if (universe.size() == universe.release().hierarchy().size()) break;
    if (const auto node = universe.find(code)) nodes.add(*node);
  }
  return nodes;
}

}  // namespace

Result<VersionCodes> read_codes(const commands::Site& site, const Views& views,
                                const VersionRecord& version) {
  const auto codelist = views.codelist_of(version);
  if (!commands::has_release_file(views, codelist.coding_system, version.release)) {
    return Error{
        ErrorCode::invalid,
        "the release " + version.release + " has no file: its codes are only uploaded, as tables",
        {}};
  }
  const auto release = site.open_release(codelist.coding_system, version.release);
  if (!release) return release.error();
  auto codes = views.codes(version.id);
  if (version.has_csv_data) {
    const auto table = commands::table_codes(views, version);
    if (!table) return table.error();
    codes = commands::contents_of_table(**release, *table).codes;
  }
  VersionCodes all{version.id, version.changed_at, *release, {}, {}};
  all.codeset = std::make_shared<Codeset>(Codeset::make(CodeUniverse(*release), codes));
  auto searches = std::make_shared<commands::Searches>();
  searches->records = views.searches(version.id);
  all.searches = std::move(searches);
  if (version.assumptions_count != 0) all.assumed = views.assumptions(version.id);
  return all;
}

Result<VersionCodes> codes_now(commands::DraftCommands& drafts, const Views& views,
                               const VersionRecord& version) {
  if (version.status != events::VersionStatus::draft || version.has_csv_data) {
    return read_codes(drafts.site(), views, version);
  }
  const auto workspace = drafts.workspace_of(views, version);
  if (!workspace) return workspace.error();
  VersionCodes all{version.id, version.changed_at, (*workspace)->release, (*workspace)->codeset,
                   (*workspace)->searches};
  if (version.assumptions_count != 0) all.assumed = views.assumptions(version.id);
  return all;
}

std::shared_ptr<const CodeTree> Trees::tree_of(const VersionCodes& codes) {
  {
    const base::Lock lock(mutex_);
    for (auto at = recent_.begin(); at != recent_.end(); ++at) {
      if (at->first != codes.version) continue;
      if (!at->second->suits(*codes.release, *codes.codeset)) break;
      recent_.splice(recent_.begin(), recent_, at);
      return at->second;
    }
  }
  // shared with the requests that are using it
  auto tree = std::make_shared<const CodeTree>(codes.release, *codes.codeset);
  const base::Lock lock(mutex_);
  std::erase_if(recent_, [&](const auto& entry) {
    if (entry.first != codes.version) return false;
    bytes_ -= entry.second->size_bytes();
    return true;
  });
  recent_.emplace_front(codes.version, tree);
  bytes_ += tree->size_bytes();
  while (bytes_ > bytes_max_ && recent_.size() > 1) {
    bytes_ -= recent_.back().second->size_bytes();
    recent_.pop_back();
  }
  return tree;
}

std::string Trees::flags_of(const CodeTree& tree, const VersionCodes& codes) {
  std::string flags = tree.fixed_flags();
  NodeSet found(tree.universe().size());
  for (const auto& record : codes.searches->records) {
    found.add(nodes_of(tree.universe(), record.search.codes));
  }
  tree.set_flags(found, flag_found, flags);
  if (!codes.assumed.empty()) {
    tree.set_flags(nodes_of(tree.universe(), codes.assumed), flag_assumed, flags);
  }
  return flags;
}

Checksums Trees::checksums_of(const VersionCodes& codes) {
  const auto tree = tree_of(codes);
  return {tree->shape(), crc32_text(tree->statuses_of(*codes.codeset))};
}

void Trees::note(base::VersionId version, base::Position commit, Checksums checksums) {
  const base::Lock lock(mutex_);
  notes_[{commit, version}] = std::move(checksums);
  if (notes_.size() > notes_max) notes_.erase(notes_.begin());
}

std::optional<Checksums> Trees::noted(base::VersionId version, base::Position commit) const {
  const base::Lock lock(mutex_);
  const auto found = notes_.find({commit, version});
  if (found == notes_.end()) return std::nullopt;
  return found->second;
}

}  // namespace codelog::trees
