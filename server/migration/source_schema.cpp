#include "server/migration/source_schema.h"

#include "server/migration/thrown.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

namespace codelog::migration {
namespace {

using Names = std::set<std::string, std::less<>>;

constexpr std::array known_tables = {
    SourceTable{"auth_group", "id name"},
    SourceTable{"auth_group_permissions", "id group_id permission_id"},
    SourceTable{"auth_permission", "id content_type_id codename name"},
    SourceTable{"authtoken_token", "key created user_id"},
    SourceTable{"bnfdmd_mapping", "dmd_code dmd_type bnf_concept_id"},
    SourceTable{"codelists_cachedhierarchy", "id data version_id"},
    SourceTable{"codelists_codelist",
                "id coding_system_id description methodology created_at updated_at is_private"},
    SourceTable{"codelists_codelistversion",
                "id tag csv_data codelist_id created_at updated_at status author_id "
                "coding_system_release_id cached_csv_data"},
    SourceTable{"codelists_codelistversion_compatible_releases",
                "id codelistversion_id codingsystemrelease_id"},
    SourceTable{"codelists_codeobj", "id code status version_id"},
    SourceTable{"codelists_collaboration", "id created_at updated_at codelist_id collaborator_id"},
    SourceTable{
        "codelists_handle",
        "id name slug is_current created_at updated_at codelist_id organisation_id user_id"},
    SourceTable{"codelists_reference", "id text url codelist_id"},
    SourceTable{"codelists_search", "id term slug version_id code"},
    SourceTable{"codelists_searchresult", "id code_obj_id search_id"},
    SourceTable{"codelists_signoff", "id date codelist_id user_id"},
    SourceTable{"ctv3sctmap2_mapping",
                "id ctv3_term_type map_status effective_date is_assured ctv3_concept_id "
                "ctv3_term_id sct_concept_id sct_description_id"},
    SourceTable{"django_admin_log",
                "id object_id object_repr action_flag change_message content_type_id user_id "
                "action_time"},
    SourceTable{"django_content_type", "id app_label model"},
    SourceTable{"django_migrations", "id app name applied"},
    SourceTable{"django_session", "session_key session_data expire_date"},
    SourceTable{"dmdvmpprevmap_mapping", "id vpidprev"},
    SourceTable{"opencodelists_membership", "id is_admin date_joined organisation_id user_id"},
    SourceTable{"opencodelists_organisation", "slug name url"},
    SourceTable{"opencodelists_user", "password last_login username name email is_active is_admin"},
    SourceTable{"taggit_tag", "id name slug"},
    SourceTable{"taggit_taggeditem", "id object_id content_type_id tag_id"},
    SourceTable{"versioning_codingsystemrelease",
                "id coding_system release_name valid_from import_timestamp import_ref "
                "database_alias state"},
    SourceTable{"versioning_nhsdrugrefsetversion", "id release tag release_date import_timestamp"},
    SourceTable{"versioning_pcdrefsetversion", "id release tag release_date import_timestamp"},
};

// The last known migration of each of Django's apps, by number. A site that was not built from the
// squashed migrations has more of them, with numbers up to these.
struct KnownApp {
  std::string_view name;
  int last_migration;
};
constexpr std::array known_apps = {
    KnownApp{"admin", 3},       KnownApp{"auth", 12},        KnownApp{"authtoken", 4},
    KnownApp{"bnf", 2},         KnownApp{"bnfdmd", 1},       KnownApp{"builder", 3},
    KnownApp{"codelists", 64},  KnownApp{"contenttypes", 2}, KnownApp{"ctv3", 2},
    KnownApp{"ctv3sctmap2", 1}, KnownApp{"dmd", 1},          KnownApp{"dmdvmpprevmap", 1},
    KnownApp{"icd10", 4},       KnownApp{"maintenance", 1},  KnownApp{"opencodelists", 9},
    KnownApp{"readv2", 4},      KnownApp{"sessions", 1},     KnownApp{"snomedct", 5},
    KnownApp{"taggit", 6},      KnownApp{"versioning", 6},
};

Names words_of(std::string_view text) {
  Names words;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(' '), text.size());
    words.emplace(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return words;
}

void check_columns(const SourceDatabase& source, const SourceTable& table, Refusals& refusals) {
  Names missing = words_of(table.columns);
  for (const std::string& column : source.columns_of(std::string(table.name))) {
    if (missing.erase(column) == 0) {
      refusals.add("the old site's table " + std::string(table.name) + " has the column " + column +
                   ", which this migration does not know");
    }
  }
  for (const std::string& column : missing) {
    refusals.add("the old site's table " + std::string(table.name) + " lacks the column " + column);
  }
}

void check_tables(const SourceDatabase& source, Refusals& refusals) {
  std::map<std::string, std::string> found;  // with their kind
  source.for_each("sqlite_schema",
                  "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view', 'trigger') "
                  "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                  [&](const SourceRow& row) { found.emplace(row.text(0), row.text(1)); });
  for (const SourceTable& table : known_tables) {
    if (found.erase(std::string(table.name)) == 0) {
      refusals.add("the old site lacks the table " + std::string(table.name));
    } else {
      check_columns(source, table, refusals);
    }
  }
  for (const auto& [name, kind] : found) {
    refusals.add("the old site has the " + kind + " " + name +
                 ", which this migration does not know");
  }
}

bool has_table(const SourceDatabase& source, std::string_view name) {
  return !source.columns_of(std::string(name)).empty();
}

// "0064_move_and_publish" is 64; -1 for a name without a number.
int number_of(std::string_view migration) {
  int number = -1;
  const auto [rest, error] =
      std::from_chars(migration.data(), migration.data() + migration.size(), number);
  return error == std::errc() && rest != migration.data() ? number : -1;
}

void check_migrations(const SourceDatabase& source, Refusals& refusals) {
  if (!has_table(source, "django_migrations")) return;
  source.for_each(
      "django_migrations", "SELECT id, app, name FROM django_migrations ORDER BY id",
      [&](const SourceRow& row) {
        const std::string app = row.text(1);
        const std::string name = row.text(2);
        const auto known = std::ranges::find(known_apps, app, &KnownApp::name);
        const int number = number_of(name);
        if (known != known_apps.end() && number >= 1 && number <= known->last_migration) {
          return;
        }
        refusals.add("the old site has Django's migration " + app + "." + name +
                     ", which this migration does not know");
      });
}

void check_references(const SourceDatabase& source, Refusals& refusals) {
  source.for_each("foreign_key_check",
                  "SELECT broken.\"table\", ifnull(broken.rowid, '?'), broken.parent, key.\"from\" "
                  "FROM pragma_foreign_key_check AS broken "
                  "JOIN pragma_foreign_key_list(broken.\"table\") AS key ON key.id = broken.fkid",
                  [&](const SourceRow& row) {
                    refusals.add(row.text(0) + " row " + row.any_text(1) + ", " + row.text(3) +
                                 ": refers to a row of " + row.text(2) + " that does not exist");
                  });
}

std::uint32_t next_id(const SourceDatabase& source, const std::string& table) {
  std::int64_t last = 0;
  const auto note = [&](const SourceRow& row) { last = std::max(last, row.integer(0)); };
  source.for_each(table, "SELECT ifnull(max(id), 0) FROM \"" + table + "\"", note);
  // Ids of deleted rows are not given again.
  source.for_each("sqlite_sequence", "SELECT seq FROM sqlite_sequence WHERE name = '" + table + "'",
                  note);
  if (last + 1 >= id_after) {
    throw_error(base::ErrorCode::invalid,
                table + ": no ids are left after " + std::to_string(last));
  }
  return static_cast<std::uint32_t>(last + 1);
}

}  // namespace

std::span<const SourceTable> source_tables() { return known_tables; }

void check_schema(const SourceDatabase& source, Refusals& refusals) {
  check_tables(source, refusals);
  check_migrations(source, refusals);
  check_references(source, refusals);
}

base::Sha256 identity_of(const SourceDatabase& source) {
  std::string first = "OpenCodelists\n";
  source.for_each("django_migrations",
                  "SELECT id, app, name, applied FROM django_migrations ORDER BY id LIMIT 1",
                  [&](const SourceRow& row) {
                    first += row.text(1) + "\n" + row.text(2) + "\n" + row.text(3);
                  });
  return base::sha256(first);
}

events::NextIds next_ids_of(const SourceDatabase& source) {
  return {base::CodelistId(next_id(source, "codelists_codelist")),
          base::VersionId(next_id(source, "codelists_codelistversion")),
          base::SearchId(next_id(source, "codelists_search"))};
}

}  // namespace codelog::migration
