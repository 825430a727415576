#include "server/caching/change_watch.h"

#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

namespace codelog::caching {
namespace {

constexpr std::size_t days_max = 100'000;
constexpr std::int64_t day_us = 86'400'000'000;

// The draft of an event that is a draft's step. Any other event may change any view.
std::optional<base::VersionId> draft_of(const events::Event& event) {
  return std::visit(
      [](const auto& value) -> std::optional<base::VersionId> {
        using T = std::decay_t<decltype(value)>;
        constexpr bool is_step =
            std::is_same_v<T, events::SearchAdded> || std::is_same_v<T, events::SearchRemoved> ||
            std::is_same_v<T, events::StatusesChanged> ||
            std::is_same_v<T, events::StatusesReapplied> ||
            std::is_same_v<T, events::AssumptionsConfirmed> ||
            std::is_same_v<T, events::ReasonGiven> || std::is_same_v<T, events::DraftStepUndone> ||
            std::is_same_v<T, events::DraftStepRedone>;
        if constexpr (is_step) return value.version;
        return std::nullopt;
      },
      event);
}

}  // namespace

bool ChangeWatch::is_first_of_day(base::VersionId draft, base::Timestamp time) {
  const std::int64_t day = time.unix_us / day_us;
  if (days_.size() >= days_max) days_.clear();
  const auto [found, is_new] = days_.try_emplace(draft, day);
  if (is_new) return true;
  const bool same = found->second == day;
  found->second = day;
  return !same;
}

void ChangeWatch::take_in(std::span<const events::Commit> commits) {
  for (const events::Commit& commit : commits) {
    const std::uint64_t position = commit.position.value();
    bool beyond_drafts = false;
    bool in_lists = false;
    for (const events::Event& event : commit.content.events) {
      if (const auto draft = draft_of(event)) {
        in_lists = is_first_of_day(*draft, commit.content.time) || in_lists;
        continue;
      }
      beyond_drafts = true;
      if (std::holds_alternative<events::ReleaseRegistered>(event) ||
          std::holds_alternative<events::MappingRegistered>(event) ||
          std::holds_alternative<events::OwnerAccessChanged>(event)) {
        releases_.store(position, std::memory_order_release);
      }
    }
    if (in_lists || beyond_drafts) lists_.store(position, std::memory_order_release);
    if (!beyond_drafts) continue;
    for (const events::StreamExpectation& touched : commit.content.streams) {
      if (const auto id = touched.stream.codelist()) {
        codelists_[slot_of(*id)].store(position, std::memory_order_release);
      }
    }
  }
}

}  // namespace codelog::caching
