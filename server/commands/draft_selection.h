// Deciding many codes of a draft at once: which codes, and the decisions that this takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/commands/workspace.h"

namespace codelog::commands {

// One request decides at most this many codes.
inline constexpr std::size_t updates_max = 100'000;

// Codes of a draft that meet every given condition, and what becomes of them.
struct Selection {
  std::optional<std::string> type;  // a title that lists the code, ASCII letters in either case
  std::optional<SearchId> search;   // found by this search of the draft
  std::vector<base::CodeStatus> statuses;            // has one of these; empty: any
  std::optional<std::string> under;                  // this typed code and those below it
  std::optional<std::vector<std::string>> codes;     // typed codes of the draft
  base::CodeStatus to = base::CodeStatus::included;  // included, excluded, or unresolved: cleared
  bool keep_decisions = true;  // decided codes stay as they are; does not count when clearing
};

// The fewest decisions, top first, that give the selected codes the wanted sign; or those that
// clear their decisions. Nothing if they are so already. Errors: invalid, naming the part of
// "select" (an unknown search or code; nothing is selected); too_large (more than updates_max).
Result<std::vector<events::CodeWithStatus>> updates_of(const Selection& selection,
                                                       const Workspace& workspace);

}  // namespace codelog::commands
