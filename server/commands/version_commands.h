// Commands on versions: make one, save it for review, publish it, delete it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// A new version of a codelist, from exactly one of a list of codes, an expression and a table.
struct CreateVersion {
  std::optional<std::vector<std::string>> codes;
  std::optional<std::string> expression;  // ECL (coding_systems/ecl)
  CodesRules codes_rules;                 // of both
  std::optional<std::string> csv_data;
  TableRules table_rules;
  std::string release;  // alias
  std::optional<std::string> tag;
  // If false, the same codes as in the newest version are an error: "No difference to previous
  // version".
  bool always_create_new_version = false;
  bool should_publish = false;  // codes only; does not change other versions
  // Changes of the codelist itself, for the same commit.
  std::optional<std::string> name;
  std::optional<std::string> slug;
  std::optional<std::string> description;
  std::optional<std::string> methodology;
};

// OpenCodelists' "create or update" of an existing codelist: replaces the details, clears those not
// given, and makes a version if the codes differ from the newest version's.
struct UpdateCodelist {
  std::string name;
  std::string slug;  // the slug after the update
  std::optional<std::string> description;
  std::optional<std::string> methodology;
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  std::vector<std::string> codes;
  CodesRules codes_rules;
  std::string release;
  std::optional<std::string> tag;
  bool always_create_new_version = false;
  bool should_publish = false;
};

class VersionCommands {
 public:
  explicit VersionCommands(Executor& executor) : executor_(executor) {}

  Result<Commit> create(const Write& write, CodelistId id, const CreateVersion& command);
  Result<Commit> update_codelist(const Write& write, CodelistId id, const UpdateCodelist& command);
  // A draft made from a version, on its release or another of the same system: copies codes and
  // statuses and runs the searches again. Codes that these or the hierarchy add are unresolved.
  // Only the site itself names an author; otherwise it is the actor. Errors: not_found, naming
  // "author" (no such user).
  Result<Commit> create_draft(const Write& write, VersionId source_id,
                              const std::optional<std::string>& alias,
                              const std::optional<std::string>& author = std::nullopt);
  // A draft on a newer release (upgrade.h) with all changes of the release. Inherited statuses
  // follow the new hierarchy, and statuses that nobody has decided wait for confirmation. Always
  // succeeds if the newer release can be opened.
  Result<Commit> upgrade(const Write& write, VersionId source_id, const std::string& alias);
  // Makes a new-style version, under review, with the codes of an old-style one.
  Result<Commit> convert_to_new_style(const Write& write, VersionId source_id);

  // Errors: conflict when codes are unresolved or in conflict, or assumed statuses are not
  // confirmed (the detail gives their numbers).
  Result<Commit> save_for_review(const Write& write, VersionId id);
  // Also deletes every unpublished sibling, in the same commit.
  Result<Commit> publish(const Write& write, VersionId id);
  // Only for versions under review; the last version takes the codelist with it. Only an
  // administrator may delete a published version, with a reason. A draft is discarded.
  Result<Commit> remove(const Write& write, VersionId id, const std::string& reason);
  Result<Commit> discard(const Write& write, VersionId id);
  // The actor signs a finished version off: its content, by digest, today. Replaces another
  // sign-off of the actor's on the same day; the log keeps that. Errors: conflict (a draft; other
  // content than `expected_digest`, if that is given; content that the actor has signed off
  // already).
  Result<Commit> sign_off(const Write& write, VersionId id,
                          const std::optional<base::Sha256>& expected_digest);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
