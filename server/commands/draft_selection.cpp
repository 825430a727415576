#include "server/commands/draft_selection.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/commands/csv_table.h"

namespace codelog::commands {
namespace {

using base::CodeStatus;
using coding_systems::Codeset;
using coding_systems::Node;
using coding_systems::NodeSet;

Error bad(const std::string& part, std::string detail) {
  return base::field_error(ErrorCode::invalid, "select" + part, std::move(detail));
}

// Narrows the codes of a draft down, one condition after the other.
class Selector {
 public:
  explicit Selector(const Workspace& workspace)
      : workspace_(workspace),
        codeset_(*workspace.codeset),
        selected_(codeset_.statuses().nodes()) {}

  Result<void> keep_type(const std::string& title) {
    const std::string wanted = base::ascii_lower(title);
    keep_if([&](Node node) {
      if (codeset_.universe().is_stranger(node)) return false;
      const auto titles = workspace_.release->type_titles(node);
      return std::ranges::any_of(
          titles, [&](const std::string& one) { return base::ascii_lower(one) == wanted; });
    });
    if (!selected_.empty()) return {};
    return bad(".type", "no such code is listed under " + shown(title));
  }

  Result<void> keep_search(SearchId id) {
    for (const projections::SearchRecord& record : workspace_.searches->records) {
      if (record.search.id != id) continue;
      selected_.keep_only(nodes_of(record.search.codes));
      return {};
    }
    return bad(".search", "the draft has no such search");
  }

  void keep_statuses(const std::vector<CodeStatus>& statuses) {
    keep_if([&](Node node) {
      return std::ranges::find(statuses, codeset_.statuses()[node]) != statuses.end();
    });
  }

  Result<void> keep_under(const std::string& typed) {
    const auto node = codeset_.universe().find(workspace_.spelled(typed));
    if (!node) {
      return bad(".under",
                 shown(typed) + " is neither in the draft nor in " + workspace_.release->alias());
    }
    const std::vector<Node> top = {*node};
    selected_.keep_only(coding_systems::descendants_or_self(codeset_.universe().hierarchy(), top));
    return {};
  }

  Result<void> keep_codes(const std::vector<std::string>& typed) {
    std::vector<std::string> codes;
    codes.reserve(typed.size());
    for (std::size_t i = 0; i < typed.size(); ++i) {
      codes.push_back(workspace_.spelled(typed[i]));
      if (codeset_.status_of(codes.back())) continue;
      return bad(".codes[" + std::to_string(i) + "]", shown(typed[i]) + " is not in the draft");
    }
    selected_.keep_only(nodes_of(codes));
    return {};
  }

  const NodeSet& selected() const { return selected_; }

  void leave_out_decided() {
    keep_if([&](Node node) { return !base::is_direct(codeset_.statuses()[node]); });
  }
  void leave_out_undecided() {
    keep_if([&](Node node) { return base::is_direct(codeset_.statuses()[node]); });
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    selected_.for_each([&](Node node) { codes.emplace_back(codeset_.universe().code(node)); });
    return codes;
  }

 private:
  template <class Holds>
  void keep_if(Holds holds) {
    NodeSet kept(selected_.size());
    selected_.for_each([&](Node node) {
      if (holds(node)) kept.add(node);
    });
    selected_ = std::move(kept);
  }

  NodeSet nodes_of(const std::vector<std::string>& codes) const {
    NodeSet nodes(selected_.size());
    for (const std::string& code : codes) {
      if (const auto node = codeset_.universe().find(code)) nodes.add(*node);
    }
    return nodes;
  }

  const Workspace& workspace_;
  const Codeset& codeset_;
  NodeSet selected_;
};

Result<Selector> select(const Selection& selection, const Workspace& workspace) {
  Selector selector(workspace);
  if (selection.search) {
    if (const auto good = selector.keep_search(*selection.search); !good) return good.error();
  }
  if (selection.under) {
    if (const auto good = selector.keep_under(*selection.under); !good) return good.error();
  }
  if (selection.codes) {
    if (const auto good = selector.keep_codes(*selection.codes); !good) return good.error();
  }
  if (!selection.statuses.empty()) selector.keep_statuses(selection.statuses);
  if (selection.type) {
    if (const auto good = selector.keep_type(*selection.type); !good) return good.error();
  }
  if (selector.selected().empty()) return bad("", "selects no code of the draft");
  return selector;
}

}  // namespace

Result<std::vector<events::CodeWithStatus>> updates_of(const Selection& selection,
                                                       const Workspace& workspace) {
  auto selector = select(selection, workspace);
  if (!selector) return selector.error();
  const std::size_t selected_count = selector->selected().count();
  std::vector<events::CodeWithStatus> updates;
  if (selection.to == CodeStatus::unresolved) {
    selector->leave_out_undecided();
    for (std::string& code : selector->codes()) updates.push_back({std::move(code), selection.to});
  } else {
    if (selection.keep_decisions) selector->leave_out_decided();
    updates = workspace.codeset->updates_to_sign(selector->codes(), selection.to);
  }
  if (updates.size() <= updates_max) return updates;
  return base::field_error(ErrorCode::too_large, "select",
                           "selects " + std::to_string(selected_count) + " codes, which takes " +
                               std::to_string(updates.size()) + " decisions; at most " +
                               std::to_string(updates_max) + " are allowed at a time");
}

}  // namespace codelog::commands
