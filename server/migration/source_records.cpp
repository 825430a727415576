#include "server/migration/source_records.h"

#include <algorithm>
#include <utility>

#include "coding_systems/base/coding_system.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/versioning/alias.h"

namespace codelog::migration {
namespace {

using events::ReleaseRegistered;

constexpr std::size_t username_bytes_max = 150;

// Names that are parts of addresses and of the log's streams.
std::string name_in(const SourceRow& row, int column) {
  std::string name = row.text(column);
  const auto is_odd = [](unsigned char letter) { return letter <= ' ' || letter == '/'; };
  if (name.empty() || name.size() > username_bytes_max || std::ranges::any_of(name, is_odd)) {
    row.refuse(column, "'" + name + "' cannot be part of an address");
  }
  return name;
}

std::string coding_system_in(const SourceRow& row, int column) {
  std::string system = row.text(column);
  if (coding_systems::find_coding_system(system) == nullptr) {
    row.refuse(column, "'" + system + "' is not a known coding system");
  }
  return system;
}

events::VersionStatus status_in(const SourceRow& row, int column) {
  using events::VersionStatus;
  const std::string text = row.text(column);
  for (const auto status :
       {VersionStatus::draft, VersionStatus::under_review, VersionStatus::published}) {
    if (text == events::to_string(status)) return status;
  }
  row.refuse(column, "'" + text + "' is not a known status");
}

Owner owner_in(const SourceRow& row, int organisation_column, int user_column) {
  if (row.is_null(organisation_column) == row.is_null(user_column)) {
    row.refuse(organisation_column, "a handle must have either an organisation or a user");
  }
  if (row.is_null(user_column)) {
    return {events::OwnerKind::organisation, row.text(organisation_column)};
  }
  return {events::OwnerKind::user, row.text(user_column)};
}

void read_handles(const SourceDatabase& source, SourceCodelist& codelist) {
  source.for_each("codelists_handle",
                  "SELECT id, name, slug, is_current, created_at, updated_at, organisation_id, "
                  "user_id FROM codelists_handle WHERE codelist_id = ? ORDER BY id",
                  codelist.id.value(), [&](const SourceRow& row) {
                    codelist.handles.push_back({.owner = owner_in(row, 6, 7),
                                                .name = row.text(1),
                                                .slug = row.text(2),
                                                .is_current = row.boolean(3),
                                                .created_at = row.time(4),
                                                .updated_at = row.time(5)});
                  });
}

void read_signoffs(const SourceDatabase& source, SourceCodelist& codelist) {
  source.for_each(
      "codelists_signoff",
      "SELECT id, user_id, date FROM codelists_signoff WHERE codelist_id = ? ORDER BY id",
      codelist.id.value(), [&](const SourceRow& row) {
        codelist.signoffs.push_back({row.text(1), row.date(2)});
      });
}

void read_collaborators(const SourceDatabase& source, SourceCodelist& codelist) {
  source.for_each("codelists_collaboration",
                  "SELECT id, collaborator_id, created_at, updated_at FROM "
                  "codelists_collaboration WHERE codelist_id = ? ORDER BY id",
                  codelist.id.value(), [&](const SourceRow& row) {
                    codelist.collaborators.push_back({row.text(1), row.time(2), row.time(3)});
                  });
}

void read_tags(const SourceDatabase& source, SourceCodelist& codelist) {
  source.for_each("taggit_tag",
                  "SELECT tag.id, tag.name FROM taggit_taggeditem AS item "
                  "JOIN taggit_tag AS tag ON tag.id = item.tag_id "
                  "JOIN django_content_type AS type ON type.id = item.content_type_id "
                  "WHERE type.app_label = 'codelists' AND type.model = 'codelist' "
                  "AND item.object_id = ?",
                  codelist.id.value(),
                  [&](const SourceRow& row) { codelist.tags.push_back(row.text(1)); });
  std::ranges::sort(codelist.tags);
}

const std::string& alias_of(const SourceReleases& releases, const SourceRow& row, int column) {
  const auto found = releases.find(row.integer(column));
  if (found == releases.end()) row.refuse(column, "there is no such release");
  return found->second.alias;
}

void read_results(const SourceDatabase& source, events::SearchWithResults& search) {
  source.for_each("codelists_searchresult",
                  "SELECT result.id, code.code FROM codelists_searchresult AS result "
                  "JOIN codelists_codeobj AS code ON code.id = result.code_obj_id "
                  "WHERE result.search_id = ?",
                  search.id.value(),
                  [&](const SourceRow& row) { search.codes.push_back(row.text(1)); });
  std::ranges::sort(search.codes);
}

std::vector<events::SearchWithResults> read_searches(const SourceDatabase& source,
                                                     VersionId version) {
  std::vector<events::SearchWithResults> searches;
  source.for_each(
      "codelists_search",
      "SELECT id, term, code, slug FROM codelists_search WHERE version_id = ? "
      "ORDER BY id",
      version.value(), [&](const SourceRow& row) {
        if (row.is_null(1) == row.is_null(2)) {
          row.refuse(1, "a search must have either a term or a code");
        }
        const bool by_term = !row.is_null(1);
        searches.push_back({.id = base::SearchId(row.id(0)),
                            .kind = by_term ? events::SearchKind::term : events::SearchKind::code,
                            .text = row.text(by_term ? 1 : 2),
                            .slug = row.text(3),
                            .codes = {}});
      });
  for (events::SearchWithResults& search : searches) read_results(source, search);
  return searches;
}

}  // namespace

// --- Accounts

std::vector<SourceUser> read_users(const SourceDatabase& source, Refusals& refusals) {
  std::vector<SourceUser> users;
  const auto add = [&](const SourceRow& row) {
    users.push_back({.username = name_in(row, 0),
                     .name = row.text(1),
                     .email = row.text(2),
                     .password_hash = row.text(3),
                     .is_active = row.boolean(4),
                     .is_admin = row.boolean(5),
                     .last_login = row.optional_time(6),
                     .token = row.optional_text(7),
                     .token_created_at = row.optional_time(8)});
  };
  refusals.attempt([&] {
    source.for_each(
        "opencodelists_user",
        "SELECT person.username, person.name, person.email, person.password, "
        "person.is_active, person.is_admin, person.last_login, token.key, token.created "
        "FROM opencodelists_user AS person LEFT JOIN authtoken_token AS token ON "
        "token.user_id = person.username ORDER BY person.username",
        add);
  });
  return users;
}

std::vector<SourceOrganisation> read_organisations(const SourceDatabase& source) {
  std::map<std::string, SourceOrganisation> by_slug;
  Refusals refusals;
  refusals.attempt([&] {
    source.for_each("opencodelists_organisation",
                    "SELECT slug, name, url FROM opencodelists_organisation",
                    [&](const SourceRow& row) {
                      // Also there if the rest is refused, for its members.
                      SourceOrganisation& organisation = by_slug[row.any_text(0)];
                      organisation = {name_in(row, 0), row.text(1), row.text(2), {}};
                    });
  });
  refusals.attempt([&] {
    source.for_each("opencodelists_membership",
                    "SELECT id, organisation_id, user_id, is_admin, date_joined FROM "
                    "opencodelists_membership ORDER BY id",
                    [&](const SourceRow& row) {
                      const auto found = by_slug.find(row.text(1));
                      if (found == by_slug.end()) row.refuse(1, "there is no such organisation");
                      found->second.members.push_back({row.text(2), row.boolean(3), row.date(4)});
                    });
  });
  refusals.throw_if_any();
  std::vector<SourceOrganisation> organisations;
  for (auto& [slug, organisation] : by_slug) organisations.push_back(std::move(organisation));
  return organisations;
}

// --- Releases

namespace {

ReleaseRegistered release_in(const SourceRow& row) {
  ReleaseRegistered release{.alias = row.text(6),
                            .coding_system = coding_system_in(row, 1),
                            .name = row.text(2),
                            .valid_from = row.date(3),
                            .import_ref = row.text(5)};
  release.imported_at = row.time(4);
  const std::string state = row.text(7);
  if (state == events::to_string(events::ReleaseState::importing)) {
    release.state = events::ReleaseState::importing;
  } else if (state != events::to_string(events::ReleaseState::ready)) {
    row.refuse(7, "'" + state + "' is not a known state");
  }
  if (!coding_systems::is_alias(release.alias)) {
    row.refuse(6, "'" + release.alias + "' is not an alias");
  }
  return release;
}

}  // namespace

SourceReleases read_releases(const SourceDatabase& source, Refusals& refusals) {
  SourceReleases releases;
  refusals.attempt([&] {
    source.for_each("versioning_codingsystemrelease",
                    "SELECT id, coding_system, release_name, valid_from, import_timestamp, "
                    "import_ref, database_alias, state FROM versioning_codingsystemrelease",
                    [&](const SourceRow& row) {
                      // Also there if it is refused, for the versions on it.
                      ReleaseRegistered& release = releases[row.integer(0)];
                      release = release_in(row);
                    });
  });
  return releases;
}

std::vector<events::RefsetVersionRecorded> read_refset_versions(const SourceDatabase& source) {
  std::vector<events::RefsetVersionRecorded> versions;
  const auto read = [&](const std::string& table, events::RefsetKind kind) {
    source.for_each(
        table,
        "SELECT id, release, tag, release_date, import_timestamp FROM " + table + " ORDER BY id",
        [&](const SourceRow& row) {
          versions.push_back({.kind = kind,
                              .release = row.text(1),
                              .tag = row.text(2),
                              .release_date = row.date(3),
                              .recorded_at = row.time(4)});
        });
  };
  Refusals refusals;
  refusals.attempt([&] { read("versioning_pcdrefsetversion", events::RefsetKind::pcd); });
  refusals.attempt([&] { read("versioning_nhsdrugrefsetversion", events::RefsetKind::drug); });
  refusals.throw_if_any();
  return versions;
}

// --- Codelists

std::vector<CodelistId> read_codelist_ids(const SourceDatabase& source) {
  std::vector<CodelistId> ids;
  source.for_each("codelists_codelist", "SELECT id FROM codelists_codelist ORDER BY id",
                  [&](const SourceRow& row) { ids.emplace_back(row.id(0)); });
  return ids;
}

namespace {

void read_details(const SourceDatabase& source, SourceCodelist& codelist) {
  source.for_each("codelists_codelist",
                  "SELECT id, coding_system_id, description, methodology, is_private, created_at, "
                  "updated_at FROM codelists_codelist WHERE id = ?",
                  codelist.id.value(), [&](const SourceRow& row) {
                    codelist.coding_system = coding_system_in(row, 1);
                    codelist.description = row.optional_text(2);
                    codelist.methodology = row.optional_text(3);
                    codelist.is_private = row.boolean(4);
                    codelist.created_at = row.time(5);
                    codelist.updated_at = row.time(6);
                  });
}

void read_references(const SourceDatabase& source, SourceCodelist& codelist) {
  source.for_each("codelists_reference",
                  "SELECT id, text, url FROM codelists_reference WHERE codelist_id = ? ORDER BY id",
                  codelist.id.value(), [&](const SourceRow& row) {
                    codelist.references.push_back({row.text(1), row.text(2)});
                  });
}

void read_compatible_releases(const SourceDatabase& source, const SourceReleases& releases,
                              SourceVersion& version) {
  source.for_each("codelists_codelistversion_compatible_releases",
                  "SELECT id, codingsystemrelease_id FROM "
                  "codelists_codelistversion_compatible_releases WHERE codelistversion_id = ?",
                  version.id.value(), [&](const SourceRow& row) {
                    version.compatible_releases.push_back(alias_of(releases, row, 1));
                  });
  std::ranges::sort(version.compatible_releases);
}

}  // namespace

SourceCodelist read_codelist(const SourceDatabase& source, CodelistId id) {
  SourceCodelist codelist;
  codelist.id = id;
  Refusals refusals;
  for (const auto& read : {read_details, read_handles, read_references, read_signoffs,
                           read_collaborators, read_tags}) {
    refusals.attempt([&] { read(source, codelist); });
  }
  refusals.throw_if_any();
  return codelist;
}

std::vector<SourceVersion> read_versions(const SourceDatabase& source,
                                         const SourceReleases& releases, CodelistId codelist,
                                         Refusals& refusals) {
  std::vector<SourceVersion> versions;
  const auto add = [&](const SourceRow& row) {
    versions.push_back({.id = VersionId(row.id(0)),
                        .codelist = codelist,
                        .status = status_in(row, 1),
                        .tag = row.optional_text(2),
                        .author = row.optional_text(3),
                        .release = alias_of(releases, row, 4),
                        .created_at = row.time(5),
                        .updated_at = row.time(6),
                        .compatible_releases = {}});
  };
  refusals.attempt([&] {
    source.for_each("codelists_codelistversion",
                    "SELECT id, status, tag, author_id, coding_system_release_id, created_at, "
                    "updated_at FROM codelists_codelistversion WHERE codelist_id = ? ORDER BY id",
                    codelist.value(), add);
  });
  for (SourceVersion& version : versions) {
    refusals.attempt([&] { read_compatible_releases(source, releases, version); });
  }
  return versions;
}

SourceContent read_content(const SourceDatabase& source, VersionId version) {
  SourceContent content;
  Refusals refusals;
  refusals.attempt([&] {
    source.for_each("codelists_codelistversion",
                    "SELECT id, csv_data FROM codelists_codelistversion WHERE id = ?",
                    version.value(),
                    [&](const SourceRow& row) { content.csv_data = row.optional_text(1); });
  });
  refusals.attempt([&] {
    source.for_each("codelists_codeobj",
                    "SELECT id, code, status FROM codelists_codeobj WHERE version_id = ?",
                    version.value(), [&](const SourceRow& row) {
                      const std::string text = row.text(2);
                      const auto status = base::parse_code_status(text);
                      if (!status) row.refuse(2, "'" + text + "' is not a known status");
                      content.codes.push_back({row.text(1), *status});
                    });
  });
  std::ranges::sort(content.codes);
  refusals.attempt([&] { content.searches = read_searches(source, version); });
  refusals.throw_if_any();
  return content;
}

}  // namespace codelog::migration
