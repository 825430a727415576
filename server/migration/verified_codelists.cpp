#include "server/migration/verified_codelists.h"

#include <algorithm>
#include <utility>

#include "coding_systems/base/coding_system.h"
#include "events/base/version_hash.h"
#include "server/api_v1/lists.h"
#include "server/commands/csv_table.h"

namespace codelog::migration {
namespace {

using base::CodelistId;
using base::VersionId;
using nlohmann::json;

// Of several current handles or none, the last one counts.
constexpr const char* entry_query =
    "SELECT codelist.id, handle.slug, handle.name, codelist.coding_system_id, handle.user_id, "
    "handle.organisation_id, organisation.name, codelist.description, codelist.methodology "
    "FROM codelists_codelist AS codelist "
    "JOIN codelists_handle AS handle ON handle.codelist_id = codelist.id "
    "LEFT JOIN opencodelists_organisation AS organisation "
    "ON organisation.slug = handle.organisation_id "
    "WHERE codelist.id = ? ORDER BY handle.is_current DESC, handle.id DESC LIMIT 1";

json optional_of(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  });
  return text;
}

// The rule of OpenCodelists' API for a table.
bool has_code_header(const std::string& table, const std::string& coding_system) {
  const auto* system = coding_systems::find_coding_system(coding_system);
  const auto rows = commands::read_csv(table);
  if (system == nullptr || !rows || rows->empty()) return false;
  return std::ranges::any_of(rows->front().fields, [&](const std::string& title) {
    return std::ranges::find(system->code_headers, lower(title)) != system->code_headers.end();
  });
}

}  // namespace

CodelistVerification::CodelistVerification(const VerificationWork& work) : work_(work) {
  const api_v1::ListQuery everything{
      .include_users = true, .description = true, .methodology = true, .references = true};
  const Json list = Json::parse(api_v1::Lists().make(work_.views, std::nullopt, everything));
  for (const Json& entry : list.at("codelists")) {
    entries_.emplace(entry.at("full_slug").get<std::string>(), entry);
  }
}

void CodelistVerification::compare(CodelistId id) {
  const Json entry = entry_of(id);
  const auto full_slug = entry.at("full_slug").get<std::string>();
  const std::string subject = "codelist " + full_slug;
  const auto here = entries_.find(full_slug);
  if (here == entries_.end()) {
    work_.differences.add(subject, "is missing in this site's list");
  } else {
    for (const auto& [field, value] : entry.items()) {
      if (here->second.at(field) == value) continue;
      work_.differences.add(subject, field + " in the API differs: " + value.dump() +
                                         " in the old site, " + here->second.at(field).dump() +
                                         " here");
    }
  }
  compare_handles(id, subject);
  compare_people(id, subject);
  compare_versions(id, subject);
}

void CodelistVerification::note_others(const std::vector<CodelistId>& ids) {
  for (const CodelistId id : work_.views.codelist_ids()) {
    if (std::ranges::binary_search(ids, id)) continue;
    work_.differences.add("codelist " + std::to_string(id.value()),
                          "exists here, but not in the old site");
  }
}

CodelistVerification::Json CodelistVerification::entry_of(CodelistId id) const {
  Json entry;
  work_.source.for_each("codelists_codelist", entry_query, id.value(), [&](const SourceRow& row) {
    const bool is_of_user = !row.is_null(4);
    const std::string owner = is_of_user ? "user/" + row.text(4) : row.text(5);
    const std::string full_slug = owner + "/" + row.text(1);
    entry = {{"full_slug", full_slug},
             {"slug", row.text(1)},
             {"name", row.text(2)},
             {"coding_system_id", row.text(3)},
             {"organisation", is_of_user ? "" : row.text(6)},
             {"user", is_of_user ? row.text(4) : ""},
             {"description", optional_of(row.optional_text(7))},
             {"methodology", optional_of(row.optional_text(8))},
             {"references", Json::array()},
             {"versions", versions_of(id, full_slug, row.text(3))}};
  });
  work_.source.for_each(
      "codelists_reference",
      "SELECT id, text, url FROM codelists_reference WHERE codelist_id = ? "
      "ORDER BY id",
      id.value(), [&](const SourceRow& row) {
        entry["references"].push_back({{"text", row.text(1)}, {"url", row.text(2)}});
      });
  return entry;
}

CodelistVerification::Json CodelistVerification::versions_of(
    CodelistId id, const std::string& full_slug, const std::string& coding_system) const {
  Json versions = Json::array();
  work_.source.for_each("codelists_codelistversion",
                        "SELECT id, nullif(tag, ''), status, nullif(csv_data, ''), updated_at FROM "
                        "codelists_codelistversion WHERE codelist_id = ? ORDER BY created_at, id",
                        id.value(), [&](const SourceRow& row) {
                          const std::string hash = base::version_hash(VersionId(row.id(0)));
                          const auto tag = row.optional_text(1);
                          const auto table = row.optional_text(3);
                          const bool is_downloadable =
                              row.text(2) != "draft" &&
                              (!table || has_code_header(*table, coding_system));
                          versions.push_back({{"hash", hash},
                                              {"tag", optional_of(tag)},
                                              {"full_slug", full_slug + "/" + tag.value_or(hash)},
                                              {"status", row.text(2)},
                                              {"downloadable", is_downloadable},
                                              {"updated_date", row.text(4).substr(0, 10)}});
                        });
  return versions;
}

// Every address that the codelist ever had leads to it.
void CodelistVerification::compare_handles(CodelistId id, const std::string& subject) const {
  work_.source.for_each(
      "codelists_handle",
      "SELECT id, organisation_id, user_id, slug, name FROM codelists_handle WHERE codelist_id = ?",
      id.value(), [&](const SourceRow& row) {
        const bool is_of_user = row.is_null(1);
        const events::Owner owner{
            is_of_user ? events::OwnerKind::user : events::OwnerKind::organisation,
            row.text(is_of_user ? 2 : 1)};
        if (work_.views.handle_with_slug(owner, row.text(3)) != id) {
          work_.differences.add(subject, "the address " + events::to_string(owner) + "/" +
                                             row.text(3) + " leads elsewhere here");
        }
        if (work_.views.handle_with_name(owner, row.text(4)) != id) {
          work_.differences.add(subject, "the name '" + row.text(4) + "' is another one's here");
        }
      });
}

void CodelistVerification::compare_people(CodelistId id, const std::string& subject) const {
  const auto known = work_.views.codelist(id);
  if (!known) return work_.differences.add(subject, "is missing here");
  const auto texts_of = [&](const std::string& table, const std::string& query) {
    std::vector<std::string> texts;
    work_.source.for_each(table, query, id.value(),
                          [&](const SourceRow& row) { texts.push_back(row.text(1)); });
    return texts;
  };
  std::vector<std::string> signoffs;
  for (const auto& signoff : known->signoffs) {
    signoffs.push_back(signoff.username + " " + signoff.date);
  }
  work_.differences.check_equal(
      subject, "the list of sign-offs",
      texts_of("codelists_signoff",
               "SELECT id, user_id || ' ' || date FROM codelists_signoff WHERE codelist_id = ? "
               "ORDER BY id"),
      signoffs);
  auto collaborators = known->collaborators;
  std::ranges::sort(collaborators);
  work_.differences.check_equal(
      subject, "the list of collaborators",
      texts_of("codelists_collaboration",
               "SELECT DISTINCT 1, collaborator_id FROM codelists_collaboration WHERE "
               "codelist_id = ? ORDER BY collaborator_id"),
      collaborators);
  work_.differences.check_equal(
      subject, "the list of tags",
      texts_of("taggit_tag",
               "SELECT tag.id, tag.name FROM taggit_tag AS tag JOIN taggit_taggeditem AS item ON "
               "item.tag_id = tag.id JOIN django_content_type AS type ON type.id = "
               "item.content_type_id WHERE type.model = 'codelist' AND item.object_id = ? "
               "ORDER BY tag.name"),
      known->tags);
  work_.source.for_each(
      "codelists_codelist",
      "SELECT id, is_private, created_at, updated_at FROM codelists_codelist WHERE id = ?",
      id.value(), [&](const SourceRow& row) {
        work_.differences.check_equal(subject, "is_private", row.boolean(1), known->is_private);
        work_.differences.check_equal(subject, "created_at", row.time(2), known->created_at);
        work_.differences.check_equal(subject, "updated_at", row.time(3), known->updated_at);
      });
}

// --- Versions

void CodelistVerification::compare_versions(CodelistId id, const std::string& subject) const {
  std::uint64_t count = 0;
  work_.source.for_each(
      "codelists_codelistversion",
      "SELECT version.id, version.author_id, release.database_alias, version.created_at, "
      "version.updated_at, nullif(version.csv_data, '') FROM codelists_codelistversion AS version "
      "JOIN versioning_codingsystemrelease AS release ON release.id = "
      "version.coding_system_release_id WHERE version.codelist_id = ? ORDER BY version.id",
      id.value(), [&](const SourceRow& row) {
        ++count;
        compare_version(row,
                        "version " + base::version_hash(VersionId(row.id(0))) + " of " + subject);
      });
  work_.report.versions_count += count;
  if (work_.views.versions_of(id).size() != count) {
    work_.differences.add(subject, "the number of versions differs");
  }
}

void CodelistVerification::compare_version(const SourceRow& row, const std::string& subject) const {
  const VersionId id(row.id(0));
  const auto known = work_.views.version(id);
  if (!known) return work_.differences.add(subject, "is missing here");
  Differences& differences = work_.differences;
  differences.check_equal(subject, "the author", row.optional_text(1), known->author);
  differences.check_equal(subject, "the release", row.text(2), known->release);
  differences.check_equal(subject, "created_at", row.time(3), known->created_at);
  differences.check_equal(subject, "updated_at", row.time(4), known->updated_at);
  differences.check_equal(subject, "the table", row.optional_text(5), work_.views.csv_data(id));
  std::vector<std::string> releases;
  work_.source.for_each("codelists_codelistversion_compatible_releases",
                        "SELECT link.id, release.database_alias FROM "
                        "codelists_codelistversion_compatible_releases AS link JOIN "
                        "versioning_codingsystemrelease AS release ON release.id = "
                        "link.codingsystemrelease_id WHERE link.codelistversion_id = ? ORDER BY 2",
                        id.value(),
                        [&](const SourceRow& link) { releases.push_back(link.text(1)); });
  // This site may know of more.
  if (!std::ranges::includes(work_.views.compatible_releases(id), releases)) {
    differences.add(subject, "a compatible release is not known here");
  }
  if (known->has_csv_data) return;
  std::vector<std::string> statuses;
  for (const auto& code : work_.views.codes(id)) {
    statuses.push_back(code.code + " " + std::string(base::to_string(code.status)));
  }
  std::size_t at = 0;
  bool is_equal = true;
  work_.source.for_each("codelists_codeobj",
                        "SELECT id, code || ' ' || status FROM codelists_codeobj WHERE "
                        "version_id = ? ORDER BY code",
                        id.value(), [&](const SourceRow& code) {
                          is_equal =
                              is_equal && at < statuses.size() && statuses[at] == code.text(1);
                          ++at;
                        });
  work_.report.statuses_count += at;
  if (!is_equal || at != statuses.size()) differences.add(subject, "the statuses of codes differ");
  compare_searches(id, subject);
}

void CodelistVerification::compare_searches(VersionId version, const std::string& subject) const {
  std::vector<std::string> here;
  for (const auto& [id, search] : work_.views.searches(version)) {
    const std::string head = std::to_string(search.id.value()) + " " +
                             std::string(events::to_string(search.kind)) + " " + search.text + " " +
                             search.slug;
    here.push_back(head);
    for (const std::string& code : search.codes) here.push_back(head + " " + code);
  }
  std::vector<std::string> there;
  work_.source.for_each(
      "codelists_search",
      "SELECT search.id, search.id || CASE WHEN search.term IS NULL THEN ' code ' || search.code "
      "ELSE ' term ' || search.term END || ' ' || search.slug, code.code FROM codelists_search AS "
      "search LEFT JOIN codelists_searchresult AS result ON result.search_id = search.id LEFT JOIN "
      "codelists_codeobj AS code ON code.id = result.code_obj_id WHERE search.version_id = ? "
      "ORDER BY search.id, code.code",
      version.value(), [&](const SourceRow& row) {
        const std::string head = row.text(1);
        if (there.empty() || !there.back().starts_with(std::to_string(row.id(0)) + " ")) {
          there.push_back(head);
          ++work_.report.searches_count;
        }
        if (!row.is_null(2)) there.push_back(head + " " + row.text(2));
      });
  work_.differences.check_equal(subject, "the list of searches or their results", there, here);
}

}  // namespace codelog::migration
