#include "server/migration/verified_accounts.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"

namespace codelog::migration {
namespace {

// A sign-in here replaces Django's hash by one of this site's.
void verify_password(const VerificationWork& work, const std::string& subject,
                     const std::string& there, const std::string& here) {
  if (there == here) return;
  if (here.starts_with("$argon2")) {
    work.report.notices.push_back(subject + ": the password, which has a new hash here");
  } else {
    work.differences.add(subject, "the password differs");
  }
}

void verify_user(const VerificationWork& work, const SourceRow& row) {
  const std::string username = row.text(0);
  const std::string subject = "user " + username;
  const auto user = work.views.user(username);
  ++work.report.users_count;
  if (!user || user->is_erased) return work.differences.add(subject, "is missing here");
  const auto personal = accounts::open_sealed(work.folder.keys(), username, user->personal);
  if (!personal) return work.differences.add(subject, personal.error().detail);
  work.differences.check_equal(subject, "the name", row.text(1), personal->name);
  work.differences.check_equal(subject, "the e-mail address", row.text(2), personal->email);
  verify_password(work, subject, row.text(3), personal->password_hash);
  work.differences.check_equal(subject, "whether the user is active", row.boolean(4),
                               user->is_active);
  work.differences.check_equal(subject, "whether the user is an administrator", row.boolean(5),
                               user->is_admin);
  if (row.is_null(6)) {
    if (std::ranges::any_of(user->tokens, &projections::TokenRecord::is_replaceable)) {
      work.differences.add(subject, "has an API token only here");
    }
    return;
  }
  const auto owner = work.views.user_by_token(accounts::digest_token(row.text(6)));
  if (!owner || owner->username != username) {
    work.differences.add(subject, "the API token does not work here");
  }
}

void verify_member(const VerificationWork& work, const SourceRow& row) {
  const std::string organisation = row.text(1);
  const std::string username = row.text(2);
  const std::string subject = "member " + username + " of organisation " + organisation;
  const auto member = work.views.member(organisation, username);
  if (!member) return work.differences.add(subject, "is missing here");
  work.differences.check_equal(subject, "the role", row.boolean(3), member->is_admin);
  work.differences.check_equal(subject, "the day of joining", row.text(4), member->date_joined);
}

void verify_refsets(const VerificationWork& work, const std::string& table,
                    events::RefsetKind kind) {
  std::uint64_t count = 0;
  const auto known = work.views.refset_versions(kind);
  work.source.for_each(
      table, "SELECT id, release, tag, release_date, import_timestamp FROM " + table,
      [&](const SourceRow& row) {
        ++count;
        const auto found = std::ranges::any_of(known, [&](const auto& record) {
          return record.release == row.text(1) && record.tag == row.text(2) &&
                 record.release_date == row.text(3) && record.recorded_at == row.time(4);
        });
        if (!found) work.differences.add(table + " " + row.text(2), "is missing here");
      });
  if (known.size() < count) work.differences.add(table, "has more rows than this site");
}

// The accounts of the old site, by the names that its rows begin with.
struct Known {
  std::set<std::string> users;
  std::set<std::string> organisations;
  std::set<std::pair<std::string, std::string>> members;  // organisation and username
};

void find_what_is_only_here(const VerificationWork& work, const Known& there) {
  for (const projections::UserRecord& user : work.views.users()) {
    if (user.is_erased || there.users.contains(user.username)) continue;
    work.differences.add("user " + user.username, "exists only here");
  }
  for (const projections::OrganisationRecord& organisation : work.views.organisations()) {
    if (!there.organisations.contains(organisation.slug)) {
      work.differences.add("organisation " + organisation.slug, "exists only here");
      continue;
    }
    for (const projections::MemberRecord& member : work.views.members_of(organisation.slug)) {
      if (there.members.contains({organisation.slug, member.username})) continue;
      work.differences.add("member " + member.username + " of organisation " + organisation.slug,
                           "is one only here");
    }
  }
}

}  // namespace

void verify_accounts(const VerificationWork& work) {
  Known there;
  work.source.for_each("opencodelists_user",
                       "SELECT person.username, person.name, person.email, person.password, "
                       "person.is_active, person.is_admin, token.key FROM opencodelists_user AS "
                       "person LEFT JOIN authtoken_token AS token ON token.user_id = "
                       "person.username ORDER BY person.username",
                       [&](const SourceRow& row) {
                         there.users.insert(row.text(0));
                         verify_user(work, row);
                       });
  work.source.for_each(
      "opencodelists_organisation", "SELECT slug, name, url FROM opencodelists_organisation",
      [&](const SourceRow& row) {
        there.organisations.insert(row.text(0));
        const std::string subject = "organisation " + row.text(0);
        const auto known = work.views.organisation(row.text(0));
        if (!known) return work.differences.add(subject, "is missing here");
        work.differences.check_equal(subject, "the name", row.text(1), known->name);
        work.differences.check_equal(subject, "the address", row.text(2), known->url);
      });
  work.source.for_each("opencodelists_membership",
                       "SELECT id, organisation_id, user_id, is_admin, date_joined FROM "
                       "opencodelists_membership",
                       [&](const SourceRow& row) {
                         there.members.insert({row.text(1), row.text(2)});
                         verify_member(work, row);
                       });
  find_what_is_only_here(work, there);
}

void verify_releases(const VerificationWork& work) {
  work.source.for_each(
      "versioning_codingsystemrelease",
      "SELECT id, database_alias, coding_system, release_name, valid_from, state, import_ref, "
      "import_timestamp FROM versioning_codingsystemrelease",
      [&](const SourceRow& row) {
        const std::string subject = "release " + row.text(1);
        const auto known = work.views.release(row.text(1));
        if (!known) return work.differences.add(subject, "is missing here");
        work.differences.check_equal(subject, "the coding system", row.text(2),
                                     known->coding_system);
        work.differences.check_equal(subject, "the name", row.text(3), known->name);
        work.differences.check_equal(subject, "the first day", row.text(4), known->valid_from);
        work.differences.check_equal(subject, "the state", row.text(5),
                                     std::string(events::to_string(known->state)));
        work.differences.check_equal(subject, "the imported archive", row.text(6),
                                     known->import_ref);
        work.differences.check_equal(subject, "the time of the import", row.time(7),
                                     known->imported_at);
      });
  verify_refsets(work, "versioning_pcdrefsetversion", events::RefsetKind::pcd);
  verify_refsets(work, "versioning_nhsdrugrefsetversion", events::RefsetKind::drug);
}

}  // namespace codelog::migration
