#include "tools/commit_json.h"

#include <variant>

#include "coding_systems/base/search_query.h"
#include "events/base/version_hash.h"
#include "server/accounts/personal_data.h"
#include "server/commands/upgrade.h"

namespace codelog::tools {
namespace {

using events::CodelistId;
using events::VersionId;

std::string owner_text(const events::Owner& owner) {
  return (owner.kind == events::OwnerKind::user ? "user/" : "organisation/") + owner.name;
}

std::string_view text_of(events::VersionStatus status) {
  switch (status) {
    case events::VersionStatus::draft:
      return "draft";
    case events::VersionStatus::under_review:
      return "under review";
    case events::VersionStatus::published:
      return "published";
  }
  return "unknown";
}

std::string_view text_of(events::VersionOrigin origin) {
  switch (origin) {
    case events::VersionOrigin::scratch:
      return "scratch";
    case events::VersionOrigin::codes:
      return "codes";
    case events::VersionOrigin::csv:
      return "csv";
    case events::VersionOrigin::version:
      return "version";
    case events::VersionOrigin::clone:
      return "clone";
    case events::VersionOrigin::conversion:
      return "conversion";
    case events::VersionOrigin::migration:
      return "migration";
  }
  return "unknown";
}

std::string_view text_of(events::DeletionCause cause) {
  switch (cause) {
    case events::DeletionCause::requested:
      return "requested";
    case events::DeletionCause::discarded:
      return "discarded";
    case events::DeletionCause::superseded:
      return "superseded";
    case events::DeletionCause::with_codelist:
      return "with its codelist";
  }
  return "unknown";
}

std::string_view text_of(events::ReleaseState state) {
  return state == events::ReleaseState::ready ? "ready" : "importing";
}

// Events and searches number their modes alike.
std::string_view text_of(events::SearchMode mode) {
  return coding_systems::to_string(static_cast<coding_systems::SearchMode>(mode));
}

Json status_or_null(const std::optional<events::CodeStatus>& status) {
  if (!status) return nullptr;
  return base::to_string(*status);
}

template <class Value>
Json value_or_null(const std::optional<Value>& value) {
  if (!value) return nullptr;
  return *value;
}

Json hash_or_null(const std::optional<VersionId>& version) {
  if (!version) return nullptr;
  return base::version_hash(*version);
}

Json changes_to_json(const std::vector<events::CodeChange>& changes) {
  Json list = Json::array();
  for (const events::CodeChange& change : changes) {
    list.push_back(
        Json::array({change.code, status_or_null(change.before), status_or_null(change.after)}));
  }
  return list;
}

Json codes_to_json(const std::vector<events::CodeWithStatus>& codes) {
  Json list = Json::array();
  for (const events::CodeWithStatus& code : codes) {
    list.push_back(Json::array({code.code, base::to_string(code.status)}));
  }
  return list;
}

Json search_to_json(const events::SearchWithResults& search) {
  Json json = {{"id", search.id.value()},
               {search.kind == events::SearchKind::term ? "term" : "code", search.text},
               {"slug", search.slug},
               {"codes", search.codes},
               {"mode", text_of(search.mode)}};
  if (search.active != events::ActiveFilter::any) {
    json["active"] = search.active == events::ActiveFilter::active;
  }
  if (!search.types.empty()) json["types"] = search.types;
  return json;
}

Json upgrade_to_json(const events::VersionUpgrade& row) {
  const events::UpgradeCounts& counts = row.counts;
  Json all = {{"newly_matched", counts.newly_matched},
              {"no_longer_matched", counts.no_longer_matched},
              {"new_descendants", counts.new_descendants},
              {"inactive", counts.inactive},
              {"removed", counts.removed},
              {"moved", counts.moved},
              {"renamed", counts.renamed},
              {"status_changed", counts.status_changed},
              {"searches_left_out", counts.searches_left_out}};
  return {{"version", base::version_hash(row.version)},
          {"outcome", commands::to_string(row.outcome)},
          {"is_compatible", row.is_compatible},
          {"counts", std::move(all)},
          {"problem", row.problem}};
}

Json searches_to_json(const std::vector<events::SearchWithResults>& searches) {
  Json list = Json::array();
  for (const events::SearchWithResults& search : searches) list.push_back(search_to_json(search));
  return list;
}

Json references_to_json(const std::vector<events::Reference>& references) {
  Json list = Json::array();
  for (const auto& reference : references) {
    list.push_back({{"text", reference.text}, {"url", reference.url}});
  }
  return list;
}

Json signoffs_to_json(const std::vector<events::SignOff>& signoffs) {
  Json list = Json::array();
  for (const auto& signoff : signoffs) {
    list.push_back({{"user", signoff.username}, {"date", signoff.date}});
  }
  return list;
}

// Adds an event's fields to `json`. There is one overload for each event; a new event without one
// does not compile.
struct AddFields {
  Json& json;
  const accounts::KeyRing& keys;
  const IsErased& is_erased;

  Json personal_of(const std::string& username, const events::Sealed& sealed) const {
    // A crash may have left the key of an erased user.
    if (is_erased(username)) return {{"erased", true}};
    if (const auto problem = accounts::problem_with_key(keys, username, sealed)) {
      return {{"unreadable", *problem}};
    }
    const auto data = accounts::open_sealed(keys, username, sealed);
    // The user may have been erased meanwhile.
    if (!data) return {{"unreadable", data.error().detail}};
    return {{"name", data->name},
            {"email", data->email},
            {"has_password", !data->password_hash.empty()}};
  }
  void version(VersionId id) const { json["version"] = base::version_hash(id); }
  void codelist(CodelistId id) const { json["codelist"] = id.value(); }
  void digest(const base::Sha256& release) const { json["release_digest"] = base::to_hex(release); }

  void operator()(const events::UserAdded& event) const {
    json["username"] = event.username;
    json["personal"] = personal_of(event.username, event.personal);
    json["is_admin"] = event.is_admin;
  }
  void operator()(const events::UserPersonalDataChanged& event) const {
    json["username"] = event.username;
    json["personal"] = personal_of(event.username, event.personal);
  }
  void operator()(const events::UserActivationChanged& event) const {
    json["username"] = event.username;
    json["is_active"] = event.is_active;
  }
  void operator()(const events::UserAdminChanged& event) const {
    json["username"] = event.username;
    json["is_admin"] = event.is_admin;
  }
  void operator()(const events::UserErased& event) const { json["username"] = event.username; }
  void operator()(const events::TokenSet& event) const {
    json["username"] = event.username;
    json["token_digest"] = base::to_hex(event.token_digest);
  }
  void operator()(const events::OrganisationAdded& event) const {
    json["slug"] = event.slug;
    json["name"] = event.name;
    json["url"] = event.url;
  }
  void operator()(const events::MemberSet& event) const {
    json["organisation"] = event.organisation;
    json["username"] = event.username;
    json["is_admin"] = event.is_admin;
  }
  void operator()(const events::MemberRemoved& event) const {
    json["organisation"] = event.organisation;
    json["username"] = event.username;
  }
  void operator()(const events::ReleaseRegistered& event) const {
    json["alias"] = event.alias;
    json["coding_system"] = event.coding_system;
    json["name"] = event.name;
    json["valid_from"] = event.valid_from;
    json["import_ref"] = event.import_ref;
    json["state"] = text_of(event.state);
    json["file_digest"] = base::to_hex(event.file_digest);
    json["concepts"] = event.concepts_count;
  }
  void operator()(const events::MappingRegistered& event) const {
    json["mapping"] = event.mapping;
    json["name"] = event.name;
    json["valid_from"] = event.valid_from;
    json["import_ref"] = event.import_ref;
    json["file_digest"] = base::to_hex(event.file_digest);
    json["rows"] = event.rows_count;
  }
  void operator()(const events::RefsetVersionRecorded& event) const {
    json["kind"] = event.kind == events::RefsetKind::pcd ? "pcd" : "drug";
    json["release"] = event.release;
    json["tag"] = event.tag;
    json["release_date"] = event.release_date;
  }
  void operator()(const events::UpgradesReported& event) const {
    json.update(upgrades_to_json(event));
  }
  void operator()(const events::CodelistCreated& event) const {
    codelist(event.codelist);
    json["coding_system"] = event.coding_system;
    json["owner"] = owner_text(event.owner);
    json["name"] = event.name;
    json["slug"] = event.slug;
    json["description"] = value_or_null(event.description);
    json["methodology"] = value_or_null(event.methodology);
    json["references"] = references_to_json(event.references);
    json["signoffs"] = signoffs_to_json(event.signoffs);
    json["cloned_from"] = hash_or_null(event.cloned_from);
  }
  void operator()(const events::CodelistDetailsChanged& event) const {
    codelist(event.codelist);
    json["description"] = value_or_null(event.description);
    json["methodology"] = value_or_null(event.methodology);
  }
  void operator()(const events::CodelistHandleChanged& event) const {
    codelist(event.codelist);
    json["owner"] = owner_text(event.owner);
    json["name"] = event.name;
    json["slug"] = event.slug;
  }
  void operator()(const events::CodelistReferencesReplaced& event) const {
    codelist(event.codelist);
    json["references"] = references_to_json(event.references);
  }
  void operator()(const events::CodelistSignOffsReplaced& event) const {
    codelist(event.codelist);
    json["signoffs"] = signoffs_to_json(event.signoffs);
  }
  void operator()(const events::CollaboratorAdded& event) const {
    codelist(event.codelist);
    json["username"] = event.username;
  }
  void operator()(const events::CollaboratorRemoved& event) const {
    codelist(event.codelist);
    json["username"] = event.username;
  }
  void operator()(const events::CodelistTagsReplaced& event) const {
    codelist(event.codelist);
    json["tags"] = event.tags;
  }
  void operator()(const events::CodelistDeleted& event) const {
    codelist(event.codelist);
    json["cause"] = text_of(event.cause);
    json["reason"] = event.reason;
  }
  void operator()(const events::VersionCreated& event) const {
    version(event.version);
    codelist(event.codelist);
    json["status"] = text_of(event.status);
    json["origin"] = text_of(event.origin);
    json["tag"] = value_or_null(event.tag);
    json["author"] = value_or_null(event.author);
    json["release"] = event.release;
    digest(event.release_digest);
    json["source"] = hash_or_null(event.source);
    json["csv_data"] = value_or_null(event.csv_data);
    json["codes"] = codes_to_json(event.codes);
    json["searches"] = searches_to_json(event.searches);
    json["searches_left_out"] = Json::array();
    for (const events::SearchLeftOut& search : event.searches_left_out) {
      const char* const kind = search.kind == events::SearchKind::term ? "term" : "code";
      Json left_out = {
          {kind, search.text}, {"codes", search.codes_count}, {"mode", text_of(search.mode)}};
      if (!search.types.empty()) left_out["types"] = search.types;
      if (!search.problem.empty()) left_out["problem"] = search.problem;
      json["searches_left_out"].push_back(std::move(left_out));
    }
    json["assumed"] = event.assumed;
  }
  void operator()(const events::SearchAdded& event) const {
    version(event.version);
    json["search"] = search_to_json(event.search);
    digest(event.release_digest);
    json["changes"] = changes_to_json(event.changes);
  }
  void operator()(const events::SearchRemoved& event) const {
    version(event.version);
    json["search"] = search_to_json(event.search);
    json["changes"] = changes_to_json(event.changes);
    json["settled"] = event.settled;
  }
  void operator()(const events::StatusesChanged& event) const {
    version(event.version);
    json["updates"] = codes_to_json(event.updates);
    json["reason"] = event.reason;
    digest(event.release_digest);
    json["changes"] = changes_to_json(event.changes);
    json["settled"] = event.settled;
  }
  void operator()(const events::StatusesReapplied& event) const {
    version(event.version);
    digest(event.release_digest);
    json["changes"] = changes_to_json(event.changes);
    json["settled"] = event.settled;
  }
  void operator()(const events::AssumptionsConfirmed& event) const {
    version(event.version);
    json["settled"] = event.settled;
  }
  template <class Step>
  void add_step(const Step& event) const {
    version(event.version);
    json["step"] = event.step.value();
    json["changes"] = changes_to_json(event.changes);
    json["searches_added"] = searches_to_json(event.searches_added);
    json["searches_removed"] = searches_to_json(event.searches_removed);
  }
  void operator()(const events::DraftStepUndone& event) const {
    add_step(event);
    json["reopened"] = event.reopened;
  }
  void operator()(const events::DraftStepRedone& event) const {
    add_step(event);
    json["settled"] = event.settled;
  }
  void operator()(const events::VersionSavedForReview& event) const {
    version(event.version);
    json["compatible_releases"] = event.compatible_releases;
  }
  void operator()(const events::VersionPublished& event) const { version(event.version); }
  void operator()(const events::VersionDeleted& event) const {
    version(event.version);
    json["cause"] = text_of(event.cause);
    json["reason"] = event.reason;
  }
};

Json head_of(const events::Commit& commit) {
  return {{"position", commit.position.value()},
          {"time", base::format_timestamp(commit.content.time)},
          {"actor", commit.content.actor},
          {"command", commit.content.command}};
}

}  // namespace

Json upgrades_to_json(const events::UpgradesReported& report) {
  Json json = {{"release", report.release},
               {"release_digest", base::to_hex(report.release_digest)},
               {"versions", Json::array()}};
  for (const events::VersionUpgrade& row : report.versions) {
    json["versions"].push_back(upgrade_to_json(row));
  }
  return json;
}

Json commit_summary(const events::Commit& commit) {
  Json json = head_of(commit);
  json["events"] = Json::array();
  for (const events::Event& event : commit.content.events) {
    json["events"].push_back(events::event_type(event));
  }
  return json;
}

Json commit_to_json(const events::Commit& commit, const accounts::KeyRing& keys,
                    const IsErased& is_erased) {
  Json json = head_of(commit);
  const auto& idempotency = commit.content.idempotency;
  json["idempotency_key"] = idempotency ? Json(idempotency->key) : Json(nullptr);
  json["streams"] = Json::array();
  for (const events::StreamExpectation& stream : commit.content.streams) {
    json["streams"].push_back({{"stream", stream.stream}, {"version", stream.version.value()}});
  }
  json["events"] = Json::array();
  for (const events::Event& event : commit.content.events) {
    Json fields = {{"type", events::event_type(event)}};
    std::visit(AddFields{fields, keys, is_erased}, event);
    json["events"].push_back(std::move(fields));
  }
  return json;
}

}  // namespace codelog::tools
