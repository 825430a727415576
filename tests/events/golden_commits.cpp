#include "golden_commits.h"

namespace codelog::events {
namespace {

base::Sha256 digest_from(std::uint8_t first) {
  base::Sha256 digest;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(first + i);
  return digest;
}

const Sealed sealed{std::string("nonce of 24 bytes: \0\n\xff\x80\x01", 24),
                    std::string("cipher\0text\n\xfe", 13)};
const Owner organisation{OwnerKind::organisation, "opensafely"};
const Owner user{OwnerKind::user, "alice"};
const std::vector<Reference> references = {{"A paper", "https://example.org/a?b=1&c=2"}, {"", ""}};
const std::vector<SignOff> signoffs = {{"bob", "2024-02-29"}, {"carol", "2023-01-01"}};
const std::vector<std::string> tags = {"", "asthma", "naïve – 喘息"};

const SearchWithResults term_search{
    SearchId(7), SearchKind::term, "Ünïcode \"term\"", "unicode-term", {"", "195967001", "J45"}};
const SearchWithResults code_search{SearchId(8), SearchKind::code, "J45", "code:J45", {}};

const std::vector<CodeWithStatus> all_statuses = {{"1", CodeStatus::unresolved},
                                                  {"2", CodeStatus::in_conflict},
                                                  {"3", CodeStatus::included},
                                                  {"4", CodeStatus::included_by_ancestor},
                                                  {"5 with a space", CodeStatus::excluded},
                                                  {"", CodeStatus::excluded_by_ancestor}};

const std::vector<CodeChange> changes = {
    {"1", std::nullopt, CodeStatus::unresolved},
    {"2", CodeStatus::unresolved, CodeStatus::excluded_by_ancestor},
    {"3", CodeStatus::excluded_by_ancestor, std::nullopt},
    {"", CodeStatus::in_conflict, CodeStatus::included_by_ancestor}};

const VersionCreated new_style{VersionId(41),
                               CodelistId(17),
                               VersionStatus::under_review,
                               VersionOrigin::version,
                               "tag 1",
                               "alice",
                               "snomedct_3600_20230419",
                               digest_from(1),
                               VersionId(40),
                               std::nullopt,
                               all_statuses,
                               {term_search, code_search}};

CommitDraft commit_of(std::vector<Event> events) {
  return {{1'700'000'000'123'456},
          "alice",
          "SomeCommand",
          IdempotencyKey{"0b9f3c1e-9f0e-4a52-8a7e-000000000001", digest_from(100)},
          {{Stream("codelist/17"), StreamVersion(5)}, {Stream("user/alice"), StreamVersion(0)}},
          std::move(events)};
}

std::vector<Event> account_events() {
  return {UserAdded{"alice", sealed, true},
          UserPersonalDataChanged{"alice", sealed},
          UserActivationChanged{"alice", true},
          UserAdminChanged{"alice", true},
          UserErased{"alice"},
          TokenSet{"alice", digest_from(3)},
          OrganisationAdded{"opensafely", "OpenSAFELY", "https://www.opensafely.org"},
          MemberSet{"opensafely", "alice", true},
          MemberRemoved{"opensafely", "alice"}};
}

std::vector<Event> codelist_events() {
  return {ReleaseRegistered{"snomedct_3600_20230419", "snomedct", "36.0.0", "2023-04-19",
                            "archive.zip", ReleaseState::ready, digest_from(9), 1'234'567'890'123},
          CodelistCreated{CodelistId(17), "snomedct", user, "Asthma", "asthma", "A description", "",
                          references, signoffs, VersionId(3)},
          CodelistDetailsChanged{CodelistId(17), "", "How it was made\nin two lines"},
          CodelistHandleChanged{CodelistId(17), organisation, "New name", "new-name"},
          CodelistReferencesReplaced{CodelistId(17), references},
          CodelistSignOffsReplaced{CodelistId(17), signoffs},
          CollaboratorAdded{CodelistId(17), "bob"},
          CollaboratorRemoved{CodelistId(17), "bob"},
          CodelistTagsReplaced{CodelistId(17), tags},
          CodelistDeleted{CodelistId(4'294'967'295), DeletionCause::requested, "a duplicate"}};
}

std::vector<Event> version_events() {
  return {new_style,
          SearchAdded{VersionId(41), term_search, digest_from(4), changes},
          SearchRemoved{VersionId(41), code_search, changes},
          StatusesChanged{VersionId(41), all_statuses, "agreed in the meeting", digest_from(5),
                          changes},
          StatusesReapplied{VersionId(41), digest_from(6), changes},
          DraftStepUndone{VersionId(41), Position(99), changes, {term_search}, {code_search}},
          DraftStepRedone{VersionId(41), Position(99), changes, {code_search}, {term_search}},
          VersionSavedForReview{VersionId(41)},
          VersionPublished{VersionId(41)},
          VersionDeleted{VersionId(41), DeletionCause::superseded, "published another"}};
}

std::vector<Event> release_events() {
  const VersionUpgrade affected{
      VersionId(41), UpgradeOutcome::affected, true, {1, 2, 3, 4, 5, 6, 7, 8, 4'294'967'295}, ""};
  const VersionUpgrade unknown{
      VersionId(42), UpgradeOutcome::cannot_tell, false, {}, "the release file is missing"};
  return {MappingRegistered{"bnfdmd", "20240101", "2024-01-01", "BNF Snomed Mapping data.zip",
                            digest_from(11), 1'234'567'890'123},
          RefsetVersionRecorded{RefsetKind::drug, "41.2.0", "20250423", "2025-04-23"},
          UpgradesReported{"snomedct_3700_20231004", digest_from(12), {affected, unknown}},
          AssumptionsConfirmed{VersionId(41), {"", "195967001", "J45"}},
          CodelistRestored{CodelistId(17), Position(1'234'567'890'123), "deleted by mistake"}};
}

std::vector<Event> sign_in_events() {
  const base::Timestamp later{1'701'209'600'123'456};
  return {TokenAdded{"alice", digest_from(13), "nightly import", TokenScope::read, later},
          TokenRevoked{"alice", digest_from(13)},
          SessionStarted{"alice", digest_from(15), later, sealed},
          SessionsEnded{"alice", {digest_from(15), digest_from(16)}, SessionEnd::deactivated},
          OrganisationChanged{"opensafely", "OpenSAFELY", "https://www.opensafely.org/about"},
          IdentityLinked{"alice", "https://login.example.ac.uk/", sealed},
          IdentityUnlinked{"alice", "https://login.example.ac.uk/"}};
}

std::vector<Event> migration_events() {
  const base::Timestamp early{1'600'000'000'123'456};
  const base::Timestamp late{1'700'000'000'654'321};
  return {
      SiteMigrationBegun{digest_from(13), CodelistId(4'294'967'295), VersionId(34), SearchId(17)},
      UserMigrated{"alice", early},
      CodelistMigrated{CodelistId(17),
                       early,
                       late,
                       {{"organisation/opensafely/asthma", early, late},
                        {"user/alice/asthma", late, base::Timestamp{-1}}},
                       {{"bob", early, late}}},
      VersionMigrated{VersionId(41), late, {"snomedct_3600_20230419", "snomedct_37"}},
      OrganisationRemoved{"opensafely"},
      CodelistPrivacyChanged{CodelistId(17), true}};
}

std::vector<Event> access_events() {
  return {CodelistAccessChanged{CodelistId(17), true}, OwnerAccessChanged{organisation, true},
          SiteAccessChanged{true},
          ReasonGiven{VersionId(41), Position(1'234'567'890'123), "seen in primary care"},
          CommitExplained{"has left the university"}};
}

// Events with fields that were added later.
std::vector<GoldenCommit> grown_events() {
  SearchWithResults words = term_search;
  words.mode = SearchMode::words;
  words.active = ActiveFilter::active;
  words.types = {"Disorder", ""};
  VersionCreated upgraded = new_style;
  upgraded.searches = {words};
  upgraded.searches_left_out = {{SearchKind::code, "138875005", 1'000'000'000'000}};
  upgraded.assumed = {"2", "4"};
  VersionCreated restored = new_style;
  restored.created_at = base::Timestamp{1'700'000'000'123'456};
  CodelistCreated restored_codelist{
      CodelistId(17), "bnf", organisation, "Statins", "statins", "", "", {}, {}, std::nullopt};
  restored_codelist.created_at = base::Timestamp{-1};
  VersionCreated of_expression = new_style;
  of_expression.expression = "<< 195967001 |Asthma| MINUS 281239006";
  const std::vector<std::string> settled = {"2", "4"};
  const base::Timestamp early{1'600'000'000'123'456};
  ReleaseRegistered imported{"bnf_1_20240101", "bnf", "1", "2024-01-01", "", ReleaseState::ready};
  imported.imported_at = base::Timestamp{1'700'000'000'123'456};
  const VersionContent content{"snomedct_3600_20230419", digest_from(20), digest_from(21),
                               digest_from(22)};
  VersionCreated finished = new_style;
  finished.content = content;
  return {
      {"VersionCreated5", commit_of({finished})},
      {"VersionSavedForReview3", commit_of({VersionSavedForReview{VersionId(41), {}, content}})},
      {"VersionPublished2",
       commit_of({VersionPublished{VersionId(41), content},
                  VersionPublished{VersionId(42), VersionContent{"", {}, digest_from(23), {}}}})},
      {"CodelistSignOffsReplaced2",
       commit_of(
           {CodelistSignOffsReplaced{CodelistId(17), {{"bob", "2024-02-29", digest_from(24)}}}})},
      {"VersionCreated4", commit_of({of_expression})},
      {"StatusesReapplied3",
       commit_of({StatusesReapplied{VersionId(41), {}, changes, {}, {words}, {term_search}}})},
      {"TokenSet2", commit_of({TokenSet{"alice", digest_from(3), early}})},
      {"MemberSet2", commit_of({MemberSet{"opensafely", "alice", false, "2020-02-29"}})},
      {"ReleaseRegistered2", commit_of({imported})},
      {"RefsetVersionRecorded2",
       commit_of({RefsetVersionRecorded{RefsetKind::pcd, "PCD 1", "20240101", "2024-01-01",
                                        base::Timestamp{1'700'000'000'123'456}}})},
      {"CodelistCreated2", commit_of({restored_codelist})},
      {"VersionCreated3", commit_of({restored})},
      {"VersionCreated2", commit_of({upgraded})},
      {"SearchRemoved2", commit_of({SearchRemoved{VersionId(41), words, changes, settled}})},
      {"StatusesChanged2",
       commit_of({StatusesChanged{VersionId(41), all_statuses, "", {}, changes, settled}})},
      {"StatusesReapplied2", commit_of({StatusesReapplied{VersionId(41), {}, changes, settled}})},
      {"DraftStepUndone2",
       commit_of({DraftStepUndone{VersionId(41), Position(99), changes, {}, {}, settled}})},
      {"DraftStepRedone2",
       commit_of({DraftStepRedone{VersionId(41), Position(99), changes, {}, {}, settled}})},
      {"TokenAdded2",
       commit_of({TokenAdded{"alice", digest_from(14), "", TokenScope::write, std::nullopt}})},
      {"VersionSavedForReview2",
       commit_of({VersionSavedForReview{VersionId(41), {"snomedct_3700_20231004"}}})}};
}

}  // namespace

std::vector<GoldenCommit> golden_commits() {
  std::vector<GoldenCommit> all;
  for (auto part : {account_events(), sign_in_events(), codelist_events(), version_events(),
                    release_events(), migration_events(), access_events()}) {
    for (Event& event : part) {
      const std::string name(event_type(event));
      all.push_back({name, commit_of({std::move(event)})});
    }
  }
  for (GoldenCommit& golden : grown_events()) all.push_back(std::move(golden));
  // A commit with only the required fields, by the system itself.
  all.push_back(
      {"Minimal", {{-1}, "", "", std::nullopt, {{Stream("a"), StreamVersion(0)}}, {UserErased{}}}});
  // Several events, of one kind and of different kinds; an old-style version.
  VersionCreated old_style;
  old_style.version = VersionId(1);
  old_style.origin = VersionOrigin::csv;
  old_style.csv_data = "code,term\n1,\"a, b\"\n";
  all.push_back(
      {"Several", commit_of({VersionPublished{VersionId(1)}, old_style,
                             VersionDeleted{VersionId(2), DeletionCause::discarded, ""},
                             VersionDeleted{VersionId(3), DeletionCause::with_codelist, ""}})});
  return all;
}

}  // namespace codelog::events
