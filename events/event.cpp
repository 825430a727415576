#include "events/event.h"

#include <array>
#include <utility>

#include "events/fields.h"

namespace codelog::events {
namespace {

// Indexed by Event's alternative.
constexpr auto event_names = []<std::size_t... index>(std::index_sequence<index...>) {
  return std::array{Description<std::variant_alternative_t<index, AnyEvent>>::name...};
}
(std::make_index_sequence<event_types_count>());

}  // namespace

std::string_view to_string(OwnerKind value) {
  return value == OwnerKind::user ? "user" : "organisation";
}

std::string to_string(const Owner& owner) {
  return std::string(to_string(owner.kind)) + "/" + owner.name;
}

std::string_view to_string(TokenScope value) {
  return value == TokenScope::read ? "read" : "write";
}

std::string_view to_string(SessionEnd value) {
  constexpr std::array<std::string_view, 4> names = {"logged out", "revoked", "password changed",
                                                     "deactivated"};
  return names.at(static_cast<std::size_t>(value));
}

std::string_view to_string(SearchKind value) { return value == SearchKind::term ? "term" : "code"; }

std::string_view to_string(VersionStatus value) {
  constexpr std::array<std::string_view, 3> names = {"draft", "under review", "published"};
  return names.at(static_cast<std::size_t>(value));
}

std::string_view to_string(VersionOrigin value) {
  constexpr std::array<std::string_view, 7> names = {"scratch", "codes",      "csv",      "version",
                                                     "clone",   "conversion", "migration"};
  return names.at(static_cast<std::size_t>(value));
}

std::string_view to_string(DeletionCause value) {
  constexpr std::array<std::string_view, 4> names = {"requested", "discarded", "superseded",
                                                     "with codelist"};
  return names.at(static_cast<std::size_t>(value));
}

std::string_view to_string(ReleaseState value) {
  return value == ReleaseState::ready ? "ready" : "importing";
}

std::string_view to_string(RefsetKind value) { return value == RefsetKind::pcd ? "pcd" : "drug"; }

std::string_view to_string(UpgradeOutcome value) {
  constexpr std::array<std::string_view, 3> names = {"unchanged", "affected", "cannot tell"};
  return names.at(static_cast<std::size_t>(value));
}

Event::Event() = default;
Event::Event(const Event& other) = default;
Event::Event(Event&& other) noexcept = default;
Event& Event::operator=(const Event& other) = default;
Event& Event::operator=(Event&& other) noexcept = default;
Event::~Event() = default;

bool operator==(const Event& left, const Event& right) {
  return static_cast<const AnyEvent&>(left) == static_cast<const AnyEvent&>(right);
}

std::string_view event_type(const Event& event) { return event_names[event.index()]; }

}  // namespace codelog::events
