// The details of a codelist, which are all that it has besides its names and versions, and the
// events that change them. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/event.h"
#include "projections/records.h"

namespace codelog::commands {

struct CodelistDetails {
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  std::vector<std::string> collaborators;
  std::vector<std::string> tags;
  bool is_private = false;
};

CodelistDetails details_of(const projections::CodelistRecord& codelist);

// The details that a codelist has once it is created with the wanted ones: CodelistCreated has no
// collaborators, tags and privacy.
CodelistDetails details_at_creation(CodelistDetails wanted);

// The events that turn the current details into the wanted ones, with the collaborators in their
// order; none if both are equal.
std::vector<events::Event> details_changes(base::CodelistId codelist,
                                           const CodelistDetails& current,
                                           const CodelistDetails& wanted);

}  // namespace codelog::commands
