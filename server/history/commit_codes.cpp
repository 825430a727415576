#include "server/history/commit_codes.h"

#include <type_traits>
#include <variant>
#include <vector>

#include "events/fields.h"

namespace codelog::history {
namespace {

std::size_t codes_in(const events::SearchWithResults& search) { return search.codes.size(); }
template <class Entry>
std::size_t codes_in(const std::vector<Entry>& entries) {
  if constexpr (std::is_same_v<Entry, events::SearchWithResults>) {
    std::size_t count = 0;
    for (const Entry& search : entries) count += search.codes.size();
    return count;
  } else {
    return entries.size();
  }
}

}  // namespace

std::size_t codes_count(const events::Commit& commit) {
  std::size_t count = 0;
  for (const events::Event& any : commit.content.events) {
    std::visit(
        [&](const auto& event) {
          events::visit_fields(event, [&](std::string_view, const auto& value) {
            if constexpr (requires { codes_in(value); }) count += codes_in(value);
          });
        },
        any);
  }
  return count;
}

}  // namespace codelog::history
