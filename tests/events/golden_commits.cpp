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

CommitDraft commit_of(std::vector<Event> events) {
  return {{1'700'000'000'123'456},
          "alice",
          "SomeCommand",
          IdempotencyKey{"0b9f3c1e-9f0e-4a52-8a7e-000000000001", digest_from(100)},
          {{"codelist/17", StreamVersion(5)}, {"user/alice", StreamVersion(0)}},
          std::move(events)};
}

}  // namespace

std::vector<GoldenCommit> golden_commits() {
  std::vector<GoldenCommit> all;
  for (auto part : {account_events(), codelist_events(), version_events()}) {
    for (Event& event : part) {
      const std::string name(event_type(event));
      all.push_back({name, commit_of({std::move(event)})});
    }
  }
  // Nothing but what a commit must have, by the system itself.
  all.push_back(
      {"Minimal", {{-1}, "", "", std::nullopt, {{"a", StreamVersion(0)}}, {UserErased{}}}});
  // Several events of one kind and of several; an old-style version.
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
