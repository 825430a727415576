// The events that bring a codelist or a version to its state in the old site. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/records.h"
#include "server/migration/report.h"
#include "server/migration/source_records.h"

namespace codelog::migration {

// "codelist test-org/asthma (17)", for messages. The codelist must have a handle.
std::string name_of(const SourceCodelist& codelist);
std::string name_of(const projections::CodelistRecord& codelist);
// "version 66f08cca of codelist test-org/asthma (17)".
std::string name_of(const SourceVersion& version, const SourceCodelist& codelist);

// Settles what this site cannot have: a codelist with several current handles or none, a user who
// collaborates twice, a version without rows in its table, an empty tag. Says in the report what
// was changed and what has no place.
void correct(SourceCodelist& codelist, MigrationReport& report);
void correct(SourceVersion& version, const SourceCodelist& codelist, MigrationReport& report);
void correct(SourceContent& content, const SourceVersion& version, const SourceCodelist& codelist,
             MigrationReport& report);

// A new codelist, without its versions.
std::vector<events::Event> creation_of(const SourceCodelist& codelist);
// The differences between the codelist here and in the old site; none if they are equal. Nothing if
// no events can make them equal, since a codelist keeps its coding system and its handles.
std::optional<std::vector<events::Event>> changes_of(const SourceCodelist& codelist,
                                                     const projections::CodelistRecord& known);

std::vector<events::Event> creation_of(const SourceVersion& version, SourceContent content);

// A version in the views.
struct KnownVersion {
  projections::VersionRecord record;
  std::vector<std::string> compatible_releases;
};
// As for codelists, for everything except the content: nothing if the version must be made again.
std::optional<std::vector<events::Event>> changes_of(const SourceVersion& version,
                                                     const KnownVersion& known);

}  // namespace codelog::migration
