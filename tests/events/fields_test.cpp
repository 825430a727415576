#include "events/fields.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace codelog::events::fields_test {
namespace {

// Converts to any field's type, to count the fields of a struct by trying to initialise it.
struct AnyField {
  template <class Field>
  operator Field() const;  // NOLINT(google-explicit-constructor): that is its purpose
};

template <class Event, class... Fields>
consteval std::size_t fields_count() {
  if constexpr (requires { Event{Fields{}..., AnyField{}}; }) {
    return fields_count<Event, Fields..., AnyField>();
  } else {
    return sizeof...(Fields);
  }
}

template <class Event>
void check_description() {
  const Event event{};
  std::set<std::string> names;
  std::set<const void*> values;
  std::size_t visited_count = 0;
  visit_fields(event, [&](const char* name, const auto& value) {
    names.insert(name);
    values.insert(&value);
    ++visited_count;
  });
  CAPTURE(Description<Event>::name);
  CHECK(visited_count == fields_count<Event>());
  CHECK(names.size() == visited_count);
  CHECK(values.size() == visited_count);
  CHECK(event_type(Event{}) == Description<Event>::name);
}

template <std::size_t... index>
std::set<std::string_view> check_descriptions(std::index_sequence<index...>) {
  (check_description<std::variant_alternative_t<index, AnyEvent>>(), ...);
  return {Description<std::variant_alternative_t<index, AnyEvent>>::name...};
}

}  // namespace

TEST_CASE("every field of every event is described once", "[fields]") {
  const auto names = check_descriptions(std::make_index_sequence<event_types_count>());
  CHECK(names.size() == event_types_count);
}

TEST_CASE("every value of an enumeration has a name of its own", "[fields]") {
  const auto check = [](auto first, std::size_t count) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i)
      names.insert(to_string(static_cast<decltype(first)>(i)));
    CHECK(names.size() == count);
    CHECK_FALSE(names.contains(""));
  };
  check(OwnerKind(), 2);
  check(SearchKind(), 2);
  check(VersionStatus(), 3);
  check(VersionOrigin(), 7);
  check(DeletionCause(), 4);
  check(ReleaseState(), 2);
  check(RefsetKind(), 2);
  check(UpgradeOutcome(), 3);
  check(TokenScope(), 2);
  check(SessionEnd(), 4);
  check(SearchMode(), base::all_search_modes().size());
}

}  // namespace codelog::events::fields_test
