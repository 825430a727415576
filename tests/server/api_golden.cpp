#include "tests/server/api_golden.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <zlib.h>

#include <array>
#include <catch2/catch.hpp>

#include "events/base/digest.h"
#include "mappings/dmdvmpprevmap/import.h"
#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "server/commands/codelist_commands.h"

namespace codelog::tests {
namespace {

using events::Event;
using events::Owner;
using events::OwnerKind;

std::optional<std::string> text_of(const OrderedJson& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<std::string>();
}

Owner owner_of(const OrderedJson& handle) {
  const auto organisation = text_of(handle.at("organisation_id"));
  if (organisation) return {OwnerKind::organisation, *organisation};
  return {OwnerKind::user, handle.at("user_id")};
}

base::Timestamp time_of(const OrderedJson& text) {
  const auto time = base::parse_timestamp(text.get_ref<const std::string&>());
  REQUIRE(time);
  return *time;
}

events::VersionStatus status_of(const OrderedJson& version) {
  const std::string status = version.at("status");
  if (status == "draft") return events::VersionStatus::draft;
  return status == "published" ? events::VersionStatus::published
                               : events::VersionStatus::under_review;
}

std::vector<base::CodeWithStatus> codes_of(const OrderedJson& statuses) {
  std::vector<base::CodeWithStatus> codes;
  for (const auto& [code, status] : statuses.items()) {
    codes.push_back({code, *base::parse_code_status(status.get<std::string>())});
  }
  std::sort(codes.begin(), codes.end());
  return codes;
}

void seed_accounts(ApiSite& site, const OrderedJson& state) {
  for (const OrderedJson& user : state.at("users")) {
    const std::string name = user.at("username");
    REQUIRE(site.keys().make_key(name));
    auto sealed = accounts::seal(site.keys(), name, {user.at("name"), user.at("email"), ""});
    REQUIRE(sealed);
    const std::string token = user.at("token");
    site.append({events::Stream::of_user(name)},
                {events::UserAdded{name, std::move(*sealed), user.at("is_admin")},
                 events::TokenSet{name, accounts::digest_token(token)},
                 events::UserActivationChanged{name, user.at("is_active")}});
  }
  for (const OrderedJson& organisation : state.at("organisations")) {
    const std::string slug = organisation.at("slug");
    std::vector<Event> all = {
        events::OrganisationAdded{slug, organisation.at("name"), organisation.at("url")}};
    for (const OrderedJson& member : organisation.at("members")) {
      all.push_back(events::MemberSet{slug, member.at(0), member.at(1)});
    }
    site.append({events::Stream::of_organisation(slug)}, std::move(all));
  }
}

void seed_releases(ApiSite& site, const OrderedJson& state) {
  for (const OrderedJson& release : state.at("releases")) {
    const std::string alias = release.at("database_alias");
    if (alias == small_snomedct || alias == small_bnf || alias == small_dmd ||
        alias == small_ctv3 || alias == small_icd10) {
      site.register_release(release.at("coding_system"));
      continue;
    }
    if (site.views().release(alias)) continue;  // of the releases that every site has
    const bool ready = release.at("state") == "ready";
    site.append({events::Stream::of_release(alias)},
                {events::ReleaseRegistered{.alias = alias,
                                           .coding_system = release.at("coding_system"),
                                           .name = release.at("release_name"),
                                           .valid_from = release.at("valid_from"),
                                           .import_ref = "",
                                           .state = ready ? events::ReleaseState::ready
                                                          : events::ReleaseState::importing}});
  }
}

// OpenCodelists' own table, in a file of its own.
void write_bnfdmd(const std::filesystem::path& file, const OrderedJson& rows) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Transaction transaction(database);
  database.exec(
      "CREATE TABLE \"bnfdmd_mapping\" (\"dmd_code\" varchar(18) NOT NULL PRIMARY KEY, "
      "\"dmd_type\" varchar(4) NOT NULL, \"bnf_concept_id\" varchar(15) NOT NULL)");
  SQLite::Statement insert(database, "INSERT INTO bnfdmd_mapping VALUES (?, ?, ?)");
  for (const OrderedJson& row : rows) {
    for (int column = 0; column < 3; ++column) {
      insert.bind(column + 1, row.at(static_cast<std::size_t>(column)).get<std::string>());
    }
    insert.exec();
    insert.reset();
  }
  transaction.commit();
}

void seed_mappings(ApiSite& site, const OrderedJson& state) {
  write_bnfdmd(site.mapping_file("bnfdmd"), state.at("bnfdmd_mapping"));
  site.register_mapping("bnfdmd");
  write_previous_vmps(site.mapping_file("dmdvmpprevmap"), state.at("vmpprev_mapping"));
  site.register_mapping("dmdvmpprevmap");
}

void seed_codelist(ApiSite& site, const OrderedJson& codelist) {
  const base::CodelistId id(codelist.at("id").get<std::uint32_t>());
  const OrderedJson& handles = codelist.at("handles");
  events::CodelistCreated created;
  created.codelist = id;
  created.coding_system = codelist.at("coding_system_id");
  created.owner = owner_of(handles.at(0));
  created.name = handles.at(0).at("name");
  created.slug = handles.at(0).at("slug");
  created.description = text_of(codelist.at("description"));
  created.methodology = text_of(codelist.at("methodology"));
  for (const OrderedJson& reference : codelist.at("references")) {
    created.references.push_back({reference.at("text"), reference.at("url")});
  }
  for (const OrderedJson& signoff : codelist.at("signoffs")) {
    created.signoffs.push_back({signoff.at("user_id"), signoff.at("date")});
  }
  std::vector<events::Stream> streams = {events::Stream::of_codelist(id),
                                         events::Stream::of_names(created.owner)};
  std::vector<Event> all = {std::move(created)};
  for (std::size_t i = 1; i < handles.size(); ++i) {
    all.push_back(events::CodelistHandleChanged{id, owner_of(handles[i]), handles[i].at("name"),
                                                handles[i].at("slug")});
  }
  if (!codelist.at("tags").empty()) {
    all.push_back(events::CodelistTagsReplaced{id, codelist.at("tags")});
  }
  const OrderedJson& versions = codelist.at("versions");
  site.append(std::move(streams), std::move(all), time_of(versions.at(0).at("created_at")));
  for (const OrderedJson& version : versions) {
    append_golden_version(site, id, version, time_of(version.at("created_at")));
    // Gives the draft OpenCodelists' time of its last change.
    events::StatusesReapplied touched;
    touched.version = base::VersionId(version.at("id").get<std::uint32_t>());
    site.append({events::Stream::of_codelist(id)}, {std::move(touched)},
                time_of(version.at("updated_at")));
  }
}

}  // namespace

OrderedJson read_golden(const std::string& name) {
  const std::string path = std::string(CODELOG_TESTS_DIR) + "/golden/" + name + ".json.gz";
  const auto file = gzopen(path.c_str(), "rb");
  INFO(path);
  REQUIRE(file != nullptr);
  std::string text;
  std::array<char, 65536> block{};
  int count = 0;
  while ((count = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  gzclose(file);
  return OrderedJson::parse(text);
}

void write_previous_vmps(const std::filesystem::path& file, const OrderedJson& pairs) {
  using coding_systems::SctidText;
  std::vector<mappings::PreviousVmp> all;
  for (const OrderedJson& pair : pairs) {
    all.push_back({*SctidText::from(pair.at(0).get<std::string>()),
                   *SctidText::from(pair.at(1).get<std::string>())});
  }
  coding_systems::ImportRequest request;
  request.target_folder = file.parent_path();
  request.alias = file.stem();
  REQUIRE(mappings::extend_dmdvmpprevmap(request, std::nullopt, std::move(all)));
}

void append_golden_version(ApiSite& site, base::CodelistId codelist, const OrderedJson& version,
                           base::Timestamp time) {
  events::VersionCreated created;
  created.version = base::VersionId(version.at("id").get<std::uint32_t>());
  created.codelist = codelist;
  created.status = status_of(version);
  created.origin = events::VersionOrigin::migration;
  created.tag = text_of(version.at("tag"));
  created.author = text_of(version.at("author"));
  created.release = version.at("release");
  created.csv_data = text_of(version.at("csv_data"));
  created.codes = codes_of(version.at("code_statuses"));
  for (const OrderedJson& search : version.value("searches", OrderedJson::array())) {
    const bool by_term = !search.at("term").is_null();
    std::vector<std::string> codes = search.at("results");
    std::sort(codes.begin(), codes.end());
    created.searches.push_back({base::SearchId(search.at("id").get<std::uint32_t>()),
                                by_term ? events::SearchKind::term : events::SearchKind::code,
                                search.at(by_term ? "term" : "code"), search.at("slug"),
                                std::move(codes)});
  }
  site.append({events::Stream::of_codelist(codelist)}, {std::move(created)}, time);
}

void seed_golden_mappings(ApiSite& site) { seed_mappings(site, read_golden("00_state")); }

void seed_golden_state(ApiSite& site) {
  const OrderedJson state = read_golden("00_state");
  seed_accounts(site, state);
  seed_releases(site, state);
  seed_mappings(site, state);
  for (const OrderedJson& codelist : state.at("codelists")) seed_codelist(site, codelist);
}

std::string python_json(const OrderedJson& value) {
  const std::string compact = value.dump(-1, ' ', true);
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    out += c;
    if (in_text && c == '\\') {
      out += compact[++i];
      continue;
    }
    if (c == '"') in_text = !in_text;
    if (!in_text && (c == ',' || c == ':')) out += ' ';
  }
  return out;
}

OrderedJson statuses_of(const projections::Views& views, base::VersionId version) {
  OrderedJson statuses = OrderedJson::object();
  for (const auto& code : views.codes(version)) {
    statuses[code.code] = std::string(base::to_string(code.status));
  }
  return statuses;
}

std::string statuses_sha1(const projections::Views& views, base::VersionId version) {
  return base::sha1_hex(statuses_of(views, version).dump());
}

namespace {

OrderedJson searches_of(const projections::Views& views, base::VersionId id) {
  OrderedJson searches = OrderedJson::array();
  for (const auto& record : views.searches(id)) {
    const bool by_term = record.search.kind == events::SearchKind::term;
    searches.push_back({{"id", record.search.id.value()},
                        {"term", by_term ? OrderedJson(record.search.text) : OrderedJson()},
                        {"code", by_term ? OrderedJson() : OrderedJson(record.search.text)},
                        {"slug", record.search.slug},
                        {"n_results", record.search.codes.size()}});
  }
  return searches;
}

}  // namespace

void check_builder_state(const projections::Views& views, const OrderedJson& expected) {
  const base::VersionId draft_id(4);
  const base::CodelistId codelist_id(2);
  const auto version = views.version(draft_id);
  const auto codelist = views.codelist(codelist_id);
  REQUIRE(version);
  REQUIRE(codelist);
  CHECK(events::to_string(version->status) == expected.at("status").get<std::string>());
  CHECK(version->codes_count() == expected.at("n_codes"));
  for (const auto& [status, count] : expected.at("counts").items()) {
    const auto index = static_cast<std::size_t>(*base::parse_code_status(status));
    CHECK(version->counts[index] == count);
  }
  CHECK(statuses_sha1(views, draft_id) == expected.at("statuses_sha1").get<std::string>());
  CHECK(searches_of(views, draft_id).dump() == expected.at("searches").dump());
  // Codelog stores a cleared text as an empty one.
  const auto text = [](const OrderedJson& value) {
    return value.is_null() ? std::string() : value.get<std::string>();
  };
  const OrderedJson& details = expected.at("codelist");
  CHECK(codelist->description.value_or("") == text(details.at("description")));
  CHECK(codelist->methodology.value_or("") == text(details.at("methodology")));
  CHECK(codelist->references.size() == details.at("references").size());
}

}  // namespace codelog::tests
