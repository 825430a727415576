// Commands on a codelist as a whole: create, describe, rename, hand over, tag, delete, restore.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/past.h"
#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// Creates a codelist with its first version. Give at most one of codes and csv_data; neither makes
// an empty draft.
struct CreateCodelist {
  Owner owner;
  std::string name;
  std::optional<std::string> slug;  // default: made from the name
  std::string coding_system;
  std::optional<std::string> release;  // alias; default: the most recent ready release
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  std::optional<std::vector<std::string>> codes;
  CodesRules codes_rules;
  std::optional<std::string> csv_data;
  TableRules table_rules;
  std::optional<std::string> tag;
  // With codes: the status of the first version. The actor is the author of a draft; other versions
  // have no author.
  events::VersionStatus status = events::VersionStatus::draft;
  bool is_restricted = false;  // access_commands.h
};

// Given fields replace the old values; other fields stay. An empty text clears a field.
struct ChangeDetails {
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::optional<std::vector<events::Reference>> references;
  std::optional<std::vector<events::SignOff>> signoffs;
  std::optional<std::vector<std::string>> tags;
  // A new name, slug or owner makes a new handle; the old one still resolves.
  std::optional<std::string> name;
  std::optional<std::string> slug;
  std::optional<Owner> owner;
  // Who reads it (access_commands.h); only for its owner and administrators.
  std::optional<bool> is_restricted = std::nullopt;
  // What new sign-offs are about; by default the newest finished version.
  std::optional<base::Sha256> signed_digest = std::nullopt;
};

// Names a codelist at a moment, by any name that it had then.
struct PastName {
  Owner owner;
  std::string slug;
  projections::Moment moment;
};

// A codelist as it was: its views, with all contents.
struct PastCodelist {
  CodelistId id;
  base::Position as_of;  // the codelist's last commit that counts
  std::unique_ptr<projections::Store> views;
};

class CodelistCommands {
 public:
  explicit CodelistCommands(Executor& executor) : executor_(executor) {}

  // Errors: invalid, forbidden, not_found (owner, release), conflict (name or slug taken).
  Result<Commit> create(const Write& write, const CreateCodelist& command);
  Result<Commit> change_details(const Write& write, CodelistId id, const ChangeDetails& command);
  // Gives the codelist to another owner. Only for administrators; owners change the details.
  Result<Commit> hand_over(const Write& write, CodelistId id, const Owner& owner);
  Result<Commit> add_collaborator(const Write& write, CodelistId id, const std::string& username);
  Result<Commit> remove_collaborator(const Write& write, CodelistId id,
                                     const std::string& username);
  // Deletes the codelist with all its versions. If one is published, only an administrator may do
  // this, with a reason.
  Result<Commit> remove(const Write& write, CodelistId id, const std::string& reason);
  // Copies one version to a new codelist of the actor's own, under review. The copy of a restricted
  // codelist is restricted.
  Result<Commit> clone(const Write& write, VersionId source);
  // Replays the codelist's history up to the moment, into memory. Errors: not_found (no codelist
  // had this name then), corrupt (a commit of that history cannot be read), io.
  Result<PastCodelist> find_past(const PastName& name) const;
  // Brings a codelist back as it was, by new events under its old id, hashes and addresses. Only
  // for administrators. Versions that are as they were then stay untouched; later versions are
  // deleted. Drafts come back without the steps that could be undone. Later names go on leading to
  // the codelist; earlier names that another codelist has now do not. Errors: forbidden; invalid;
  // conflict (another codelist has its name now, its owner is gone, or nothing has changed since);
  // too_large (the changed versions have too many codes for one commit).
  Result<Commit> restore(const Write& write, const PastCodelist& past, const std::string& reason);

 private:
  Executor& executor_;
};

// Adds to a decision about the codelist the events for these changes, and the streams of the names
// that they affect. Errors: invalid; conflict, naming the field with a taken value.
Result<void> add_details(const Views& views, const projections::CodelistRecord& codelist,
                         const ChangeDetails& command, Decision& decision);

// Makes the decision end with this methodology, replacing its earlier changes to it.
void replace_methodology(Decision& decision, const projections::CodelistRecord& codelist,
                         const std::optional<std::string>& description,
                         const std::string& methodology);

// The outcome of a restore, read from its commit.
struct RestoredCodelist {
  CodelistId codelist;
  base::Position as_of;            // the codelist's last commit that counted
  std::vector<VersionId> made;     // as they were then; by id
  std::vector<VersionId> deleted;  // did not exist then; by id
};
RestoredCodelist restored_by(const Commit& commit);

}  // namespace codelog::commands
