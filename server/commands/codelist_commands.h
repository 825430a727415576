// Commands on a codelist as a whole: create, describe, rename, hand over, tag, delete.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// Creates a codelist with its first version. Exactly one of: nothing (an empty draft), codes,
// csv_data.
struct CreateCodelist {
  Owner owner;
  std::string name;
  std::optional<std::string> slug;  // otherwise made from the name
  std::string coding_system;
  std::optional<std::string> release;  // alias; otherwise the most recent ready one
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  std::optional<std::vector<std::string>> codes;
  CodesRules codes_rules;
  std::optional<std::string> csv_data;
  TableRules table_rules;
  std::optional<std::string> tag;
  // With codes: what becomes of the first version. Drafts have the actor as author, others have
  // none.
  events::VersionStatus status = events::VersionStatus::draft;
};

// Fields that are given replace what is there; the rest stays. An empty text clears.
struct ChangeDetails {
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::optional<std::vector<events::Reference>> references;
  std::optional<std::vector<events::SignOff>> signoffs;
  std::optional<std::vector<std::string>> tags;
  // A new name, slug or owner makes a new handle; the old one goes on resolving.
  std::optional<std::string> name;
  std::optional<std::string> slug;
  std::optional<Owner> owner;
};

class CodelistCommands {
 public:
  explicit CodelistCommands(Executor& executor) : executor_(executor) {}

  // Errors: invalid, forbidden, not_found (owner, release), conflict (name or slug taken).
  Result<Commit> create(const Write& write, const CreateCodelist& command);
  Result<Commit> change_details(const Write& write, CodelistId id, const ChangeDetails& command);
  Result<Commit> add_collaborator(const Write& write, CodelistId id, const std::string& username);
  Result<Commit> remove_collaborator(const Write& write, CodelistId id,
                                     const std::string& username);
  // With all its versions. One with a published version only by an administrator, with a reason.
  Result<Commit> remove(const Write& write, CodelistId id, const std::string& reason);
  // A copy of one version as a new codelist of the actor's own, under review.
  Result<Commit> clone(const Write& write, VersionId source);

 private:
  Executor& executor_;
};

// Adds the events that these changes come to, and the streams of the names they touch, to a
// decision about the codelist. Errors: invalid; conflict, naming the field whose value is taken.
Result<void> add_details(const Views& views, const projections::CodelistRecord& codelist,
                         const ChangeDetails& command, Decision& decision);

// Lets the decision end with this methodology, whatever it did to it before.
void replace_methodology(Decision& decision, const projections::CodelistRecord& codelist,
                         const std::optional<std::string>& description,
                         const std::string& methodology);

// "organisation/foo" and its like have a stream for the names taken there.
std::string names_stream(const Owner& owner);

}  // namespace codelog::commands
