// Commands on versions: make one, save it for review, publish it, delete it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// A new version of a codelist from a list of codes or from a table: exactly one of both.
struct CreateVersion {
  std::optional<std::vector<std::string>> codes;
  CodesRules codes_rules;
  std::optional<std::string> csv_data;
  TableRules table_rules;
  std::string release;  // alias
  std::optional<std::string> tag;
  // Otherwise the codes of the newest version again are an error: "No difference to previous
  // version".
  bool always_create_new_version = false;
  bool should_publish = false;  // codes only; leaves other versions as they are
  // Changes of the codelist itself that go into the same commit.
  std::optional<std::string> name;
  std::optional<std::string> slug;
  std::optional<std::string> description;
  std::optional<std::string> methodology;
};

// OpenCodelists' "create or update" of an existing codelist: details are replaced, those not given
// are cleared, and a version is made if the codes differ from the newest version's.
struct UpdateCodelist {
  std::string name;
  std::string slug;  // from now on
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
  // A draft made from a version, on its release or another of the same system: codes and statuses
  // are copied, its searches run again, and what they or the hierarchy newly bring is unresolved.
  Result<Commit> create_draft(const Write& write, VersionId source_id,
                              const std::optional<std::string>& alias);
  // A draft on a newer release (upgrade.h): everything that the release changed is in it, inherited
  // statuses are what the hierarchy says now, and those that nobody has decided wait for
  // confirmation. Always succeeds where the newer release can be opened.
  Result<Commit> upgrade(const Write& write, VersionId source_id, const std::string& alias);
  // A new-style version, under review, with the codes of an old-style one.
  Result<Commit> convert_to_new_style(const Write& write, VersionId source_id);

  // Errors: conflict when codes are unresolved or in conflict, or assumed statuses are not
  // confirmed (their numbers are in the detail).
  Result<Commit> save_for_review(const Write& write, VersionId id);
  // Deletes every unpublished sibling in the same commit.
  Result<Commit> publish(const Write& write, VersionId id);
  // Under review only; the codelist goes with its last version. Published ones only by an
  // administrator with a reason. A draft is discarded.
  Result<Commit> remove(const Write& write, VersionId id, const std::string& reason);
  Result<Commit> discard(const Write& write, VersionId id);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
