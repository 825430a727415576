#include "events/event.h"

#include <array>

namespace codelog::events {
namespace {

// In the order of Event's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Event>> names = {
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
static_assert(!names.back().empty(), "an event has no name");

}  // namespace

std::string_view event_type(const Event& event) { return names[event.index()]; }

}  // namespace codelog::events
