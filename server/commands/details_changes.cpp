#include "server/commands/details_changes.h"

#include <algorithm>
#include <iterator>

namespace codelog::commands {
namespace {

using Usernames = std::vector<std::string>;

bool contains(const Usernames& usernames, const std::string& username) {
  return std::ranges::find(usernames, username) != usernames.end();
}

void add_collaborator_changes(base::CodelistId codelist, const Usernames& current,
                              const Usernames& wanted, std::vector<events::Event>& all) {
  Usernames kept;
  std::ranges::copy_if(current, std::back_inserter(kept),
                       [&](const std::string& username) { return contains(wanted, username); });
  // New collaborators become the last ones, so another order needs all of them anew.
  const auto [other, ignored] = std::ranges::mismatch(kept, wanted);
  if (other != kept.end()) kept.clear();
  for (const std::string& username : current) {
    if (!contains(kept, username)) {
      all.emplace_back(events::CollaboratorRemoved{codelist, username});
    }
  }
  for (std::size_t i = kept.size(); i < wanted.size(); ++i) {
    all.emplace_back(events::CollaboratorAdded{codelist, wanted[i]});
  }
}

}  // namespace

CodelistDetails details_of(const projections::CodelistRecord& codelist) {
  return {.description = codelist.description,
          .methodology = codelist.methodology,
          .references = codelist.references,
          .signoffs = codelist.signoffs,
          .collaborators = codelist.collaborators,
          .tags = codelist.tags,
          .is_private = codelist.is_private};
}

CodelistDetails details_at_creation(CodelistDetails wanted) {
  wanted.collaborators.clear();
  wanted.tags.clear();
  wanted.is_private = false;
  return wanted;
}

std::vector<events::Event> details_changes(base::CodelistId codelist,
                                           const CodelistDetails& current,
                                           const CodelistDetails& wanted) {
  std::vector<events::Event> all;
  if (current.description != wanted.description || current.methodology != wanted.methodology) {
    all.emplace_back(
        events::CodelistDetailsChanged{codelist, wanted.description, wanted.methodology});
  }
  if (current.references != wanted.references) {
    all.emplace_back(events::CodelistReferencesReplaced{codelist, wanted.references});
  }
  if (current.signoffs != wanted.signoffs) {
    all.emplace_back(events::CodelistSignOffsReplaced{codelist, wanted.signoffs});
  }
  add_collaborator_changes(codelist, current.collaborators, wanted.collaborators, all);
  if (current.tags != wanted.tags) {
    all.emplace_back(events::CodelistTagsReplaced{codelist, wanted.tags});
  }
  if (current.is_private != wanted.is_private) {
    all.emplace_back(events::CodelistPrivacyChanged{codelist, wanted.is_private});
  }
  return all;
}

}  // namespace codelog::commands
