// The generated FlatBuffers types, for the codec's own files only.
#pragma once

#include <tuple>
#include <utility>
#include <variant>

#include "events/event.h"
#include "events/schema/events_generated.h"

namespace codelog::events {

// The schema's tables in the order of its union, which is also the order of Event's alternatives.
using EventTables = std::tuple<
    schema::UserAdded, schema::UserPersonalDataChanged, schema::UserActivationChanged,
    schema::UserAdminChanged, schema::UserErased, schema::TokenSet, schema::OrganisationAdded,
    schema::MemberSet, schema::MemberRemoved, schema::ReleaseRegistered, schema::CodelistCreated,
    schema::CodelistDetailsChanged, schema::CodelistHandleChanged,
    schema::CodelistReferencesReplaced, schema::CodelistSignOffsReplaced, schema::CollaboratorAdded,
    schema::CollaboratorRemoved, schema::CodelistTagsReplaced, schema::CodelistDeleted,
    schema::VersionCreated, schema::SearchAdded, schema::SearchRemoved, schema::StatusesChanged,
    schema::StatusesReapplied, schema::DraftStepUndone, schema::DraftStepRedone,
    schema::VersionSavedForReview, schema::VersionPublished, schema::VersionDeleted,
    schema::MappingRegistered, schema::RefsetVersionRecorded, schema::UpgradesReported,
    schema::AssumptionsConfirmed, schema::CodelistRestored, schema::TokenAdded,
    schema::TokenRevoked, schema::SessionStarted, schema::SessionsEnded,
    schema::OrganisationChanged, schema::SiteMigrationBegun, schema::UserMigrated,
    schema::CodelistMigrated, schema::VersionMigrated, schema::OrganisationRemoved,
    schema::CodelistPrivacyChanged, schema::CodelistAccessChanged, schema::OwnerAccessChanged,
    schema::SiteAccessChanged, schema::IdentityLinked, schema::IdentityUnlinked,
    schema::ReasonGiven, schema::CommitExplained>;

static_assert(std::tuple_size_v<EventTables> == event_types_count);
static_assert(static_cast<std::size_t>(schema::Event::MAX) == event_types_count);

// The union's numbers are stored. 0 is "none", so alternative 0 has number 1, and so on.
template <std::size_t... index>
constexpr bool numbered_in_order(std::index_sequence<index...>) {
  return ((static_cast<std::size_t>(
               schema::EventTraits<std::tuple_element_t<index, EventTables>>::enum_value) ==
           index + 1) &&
          ...);
}
static_assert(numbered_in_order(std::make_index_sequence<event_types_count>()));

// A step byte is the status before * 16 + the status after.
inline constexpr unsigned no_status = 15;

}  // namespace codelog::events
