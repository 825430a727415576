// The events that turn a codelist's details into others.
#include "server/commands/details_changes.h"

#include <catch2/catch.hpp>

namespace codelog::tests::details_changes_test {
namespace {

using base::CodelistId;
using commands::CodelistDetails;
using commands::details_changes;
using events::CollaboratorAdded;
using events::CollaboratorRemoved;
using Events = std::vector<events::Event>;

constexpr CodelistId id{7};

CodelistDetails full_details() {
  return {.description = "d",
          .methodology = std::nullopt,
          .references = {{"text", "https://example.org"}},
          .signoffs = {{"ada", "2024-01-01"}},
          .collaborators = {"bob", "eve"},
          .tags = {"t"},
          .is_private = true};
}

}  // namespace

TEST_CASE("equal details need no event, and each differing one its own", "[commands]") {
  const CodelistDetails wanted = full_details();
  CHECK(details_changes(id, wanted, wanted).empty());
  CHECK(details_changes(id, CodelistDetails(), wanted) ==
        Events{events::CodelistDetailsChanged{id, "d", std::nullopt},
               events::CodelistReferencesReplaced{id, wanted.references},
               events::CodelistSignOffsReplaced{id, wanted.signoffs}, CollaboratorAdded{id, "bob"},
               CollaboratorAdded{id, "eve"}, events::CodelistTagsReplaced{id, {"t"}},
               events::CodelistPrivacyChanged{id, true}});
  CHECK(details_changes(id, details_at_creation(wanted), wanted) ==
        Events{CollaboratorAdded{id, "bob"}, CollaboratorAdded{id, "eve"},
               events::CodelistTagsReplaced{id, {"t"}}, events::CodelistPrivacyChanged{id, true}});
}

TEST_CASE("collaborators get their order with as few changes as it allows", "[commands]") {
  CodelistDetails current;
  CodelistDetails wanted;
  current.collaborators = {"ada", "bob", "eve"};
  wanted.collaborators = {"ada", "eve", "joe"};
  CHECK(details_changes(id, current, wanted) ==
        Events{CollaboratorRemoved{id, "bob"}, CollaboratorAdded{id, "joe"}});
  wanted.collaborators = {"eve", "ada"};
  CHECK(details_changes(id, current, wanted) ==
        Events{CollaboratorRemoved{id, "ada"}, CollaboratorRemoved{id, "bob"},
               CollaboratorRemoved{id, "eve"}, CollaboratorAdded{id, "eve"},
               CollaboratorAdded{id, "ada"}});
  wanted.collaborators = {};
  CHECK(details_changes(id, current, wanted).size() == 3);
}

}  // namespace codelog::tests::details_changes_test
