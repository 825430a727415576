#include "events/event.h"

#include <array>

namespace codelog::events {
namespace {

// Names, in the order of Event's alternatives.
constexpr std::array<std::string_view, event_types_count> event_names = {
    "UserAdded",
    "UserPersonalDataChanged",
    "UserActivationChanged",
    "UserAdminChanged",
    "UserErased",
    "TokenSet",
    "OrganisationAdded",
    "MemberSet",
    "MemberRemoved",
    "ReleaseRegistered",
    "CodelistCreated",
    "CodelistDetailsChanged",
    "CodelistHandleChanged",
    "CodelistReferencesReplaced",
    "CodelistSignOffsReplaced",
    "CollaboratorAdded",
    "CollaboratorRemoved",
    "CodelistTagsReplaced",
    "CodelistDeleted",
    "VersionCreated",
    "SearchAdded",
    "SearchRemoved",
    "StatusesChanged",
    "StatusesReapplied",
    "DraftStepUndone",
    "DraftStepRedone",
    "VersionSavedForReview",
    "VersionPublished",
    "VersionDeleted",
    "MappingRegistered",
    "RefsetVersionRecorded",
    "UpgradesReported",
    "AssumptionsConfirmed",
};
static_assert(!event_names.back().empty(), "an event has no name");

}  // namespace

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
