#include "server/migration/account_migration.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "server/migration/source_records.h"
#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

using base::ErrorCode;
using events::Owner;
using events::Stream;
using projections::CodelistRecord;
using projections::MemberRecord;
using projections::UserRecord;
using projections::VersionRecord;
using projections::Views;

accounts::PersonalData personal_of(const SourceUser& user) {
  return {user.name, user.email, user.password_hash};
}

// One part of a user: the value of the last migration, and whether it was changed here since then.
// Other parts do not count: signing in on the new site must not get in the way of the next run.
template <class Value>
struct PartHistory {
  std::optional<Value> brought = {};
  bool has_own_change = false;

  void note(const events::Commit& commit, const Value& value) {
    if (is_of_migration(commit)) {
      brought = value;
      has_own_change = false;
    } else {
      has_own_change = true;
    }
  }
  // The value that was brought is none any longer.
  void note_revoked(const events::Commit& commit) {
    if (is_of_migration(commit)) {
      brought.reset();
    } else {
      has_own_change = true;
    }
  }
};

struct UserHistory {
  PartHistory<events::Sealed> personal;
  PartHistory<bool> is_active;
  PartHistory<bool> is_admin;
  PartHistory<base::Sha256> token;

  bool has_own_change() const {
    return personal.has_own_change || is_active.has_own_change || is_admin.has_own_change ||
           token.has_own_change;
  }
};

UserHistory history_of(const Target& target, const std::string& username) {
  UserHistory history;
  target.for_each_commit(Stream::of_user(username), [&](const events::Commit& commit) {
    for (const events::Event& event : commit.content.events) {
      if (const auto* added = std::get_if<events::UserAdded>(&event)) {
        history.personal.note(commit, added->personal);
        history.is_admin.note(commit, added->is_admin);
        history.is_active.note(commit, true);
      } else if (const auto* data = std::get_if<events::UserPersonalDataChanged>(&event)) {
        history.personal.note(commit, data->personal);
      } else if (const auto* active = std::get_if<events::UserActivationChanged>(&event)) {
        history.is_active.note(commit, active->is_active);
      } else if (const auto* admin = std::get_if<events::UserAdminChanged>(&event)) {
        history.is_admin.note(commit, admin->is_admin);
      } else if (const auto* token = std::get_if<events::TokenSet>(&event)) {
        history.token.note(commit, token->token_digest);
      } else if (const auto* revoked = std::get_if<events::TokenRevoked>(&event)) {
        if (revoked->token_digest == history.token.brought) history.token.note_revoked(commit);
      }
    }
    return true;
  });
  return history;
}

class UserMigration {
 public:
  explicit UserMigration(const MigrationWork& work)
      : work_(work), views_(work.target.views()), keys_(work.target.folder().keys()) {}

  void bring(const SourceUser& user) {
    ++work_.report.users.found;
    const auto known = views_.user(user.username);
    if (!known) return add(user);
    if (known->is_erased) {
      throw_error(ErrorCode::conflict,
                  "user " + user.username + " has been erased here, but the old site has them");
    }
    update(user, *known);
  }

  // A user who was brought and whom the old site has deleted since.
  void remove(const UserRecord& user) {
    if (user.is_erased || !work_.target.was_migrated(Stream::of_user(user.username))) return;
    if (history_of(work_.target, user.username).has_own_change()) {
      throw_error(ErrorCode::conflict, "the old site has deleted user " + user.username +
                                           ", but they were changed here");
    }
    check_did_nothing_here(user);
    std::vector<Stream> streams = {Stream::of_user(user.username)};
    std::vector<events::Event> all;
    for (const std::string& slug : views_.organisations_of(user.username)) {
      streams.push_back(Stream::of_organisation(slug));
      all.emplace_back(events::MemberRemoved{slug, user.username});
    }
    all.emplace_back(events::UserErased{user.username});
    work_.target.append(std::move(streams), std::move(all));
    if (!work_.target.is_planning()) check_done(keys_.erase(user.username));
    ++work_.report.users.removed;
    work_.report.corrected.push_back("user " + user.username +
                                     " is erased, because the old site has deleted them");
  }

 private:
  // Erasing destroys a key, which nothing brings back.
  void check_did_nothing_here(const UserRecord& user) const {
    const auto refuse = [&](const std::string& what) {
      throw_error(ErrorCode::conflict,
                  "the old site has deleted user " + user.username + ", but they " + what);
    };
    const Owner owner{events::OwnerKind::user, user.username};
    if (const auto own = work_.target.own_change(Stream::of_names(owner))) {
      refuse("have made or renamed codelists here: " + *own);
    }
    if (std::ranges::any_of(user.tokens, [](const auto& token) { return !token.is_replaceable; })) {
      refuse("have made API tokens here");
    }
    for (const CodelistRecord& codelist : views_.codelists()) {
      for (const VersionRecord& version : views_.versions_of(codelist.id)) {
        const bool is_brought = version.origin == events::VersionOrigin::migration;
        if (version.author == user.username && !is_brought) {
          refuse("have made version " + base::version_hash(version.id) + " here");
        }
      }
    }
  }

  // Names and addresses are unique among the users of this site, ignoring case. The old site's own
  // may differ only in case.
  void check_free(const SourceUser& user) {
    if (!own_users_) {
      own_users_.emplace();
      for (const UserRecord& known : views_.users()) {
        if (known.is_erased || work_.target.was_migrated(Stream::of_user(known.username))) continue;
        const auto data = accounts::open_sealed(keys_, known.username, known.personal);
        own_users_->push_back({base::ascii_lower(known.username),
                               data ? base::ascii_lower(data->email) : std::string()});
      }
    }
    for (const auto& [username, email] : *own_users_) {
      if (username == base::ascii_lower(user.username) || email == base::ascii_lower(user.email)) {
        throw_error(ErrorCode::conflict, "user " + user.username +
                                             " of the old site has the name or e-mail address of "
                                             "user " +
                                             username + ", who was added here");
      }
    }
  }

  events::Sealed seal(const SourceUser& user) {
    // A plan must not make keys.
    if (work_.target.is_planning()) return {std::string(24, ' '), user.name + user.email};
    check_done(keys_.make_key(user.username));
    return value_or_throw(accounts::seal(keys_, user.username, personal_of(user)));
  }

  static events::TokenSet token_of(const SourceUser& user) {
    return {user.username, accounts::digest_token(*user.token), user.token_created_at};
  }

  void add(const SourceUser& user) {
    check_free(user);
    std::vector<events::Event> all = {events::UserAdded{user.username, seal(user), user.is_admin}};
    if (user.token) all.emplace_back(token_of(user));
    if (!user.is_active) all.emplace_back(events::UserActivationChanged{user.username, false});
    if (user.last_login) all.emplace_back(events::UserMigrated{user.username, user.last_login});
    work_.target.append({Stream::of_user(user.username), Stream::of_accounts()}, std::move(all));
    ++work_.report.users.added;
  }

  void update(const SourceUser& user, const UserRecord& known) {
    const auto personal =
        value_or_throw(accounts::open_sealed(keys_, user.username, known.personal));
    const UserHistory history = history_of(work_.target, user.username);
    std::vector<events::Event> all;
    if (personal != personal_of(user) &&
        may_change(user, "name, e-mail address or password", history.personal.has_own_change,
                   [&] { return was_brought(user, history.personal.brought); })) {
      all.emplace_back(events::UserPersonalDataChanged{user.username, seal(user)});
    }
    add_rights(user, known, history, all);
    add_token(user, history, all);
    if (user.last_login && known.last_login_at < user.last_login) {
      all.emplace_back(events::UserMigrated{user.username, user.last_login});
    }
    if (all.empty()) return;
    work_.target.append({Stream::of_user(user.username)}, std::move(all));
    ++work_.report.users.changed;
  }

  void add_rights(const SourceUser& user, const UserRecord& known, const UserHistory& history,
                  std::vector<events::Event>& all) {
    if (known.is_active != user.is_active &&
        may_change(user, "activation", history.is_active.has_own_change,
                   [&] { return history.is_active.brought == user.is_active; })) {
      all.emplace_back(events::UserActivationChanged{user.username, user.is_active});
      std::vector<base::Sha256> sessions;
      sessions.reserve(known.sessions.size());
      for (const auto& session : known.sessions) sessions.push_back(session.digest);
      if (!user.is_active && !sessions.empty()) {
        all.emplace_back(events::SessionsEnded{user.username, std::move(sessions),
                                               events::SessionEnd::deactivated});
      }
    }
    if (known.is_admin != user.is_admin &&
        may_change(user, "rights of an administrator", history.is_admin.has_own_change,
                   [&] { return history.is_admin.brought == user.is_admin; })) {
      all.emplace_back(events::UserAdminChanged{user.username, user.is_admin});
    }
  }

  void add_token(const SourceUser& user, const UserHistory& history,
                 std::vector<events::Event>& all) {
    std::optional<base::Sha256> there;
    if (user.token) there = accounts::digest_token(*user.token);
    const auto is_here = [&](const std::optional<base::Sha256>& digest) {
      const auto owner = digest ? views_.user_by_token(*digest) : std::nullopt;
      return owner && owner->username == user.username;
    };
    const bool is_same = there ? is_here(there) : !is_here(history.token.brought);
    if (is_same || !may_change(user, "API token", history.token.has_own_change,
                               [&] { return history.token.brought == there; })) {
      return;
    }
    if (there) {
      all.emplace_back(token_of(user));
    } else {
      all.emplace_back(events::TokenRevoked{user.username, *history.token.brought});
    }
  }

  bool was_brought(const SourceUser& user, const std::optional<events::Sealed>& sealed) const {
    if (!sealed) return false;
    const auto data = accounts::open_sealed(keys_, user.username, *sealed);
    return data && *data == personal_of(user);
  }

  // True if the old site's value replaces that of the new site. If the new site has changed it and
  // the old site has not, it stays.
  template <class IsAsBrought>
  bool may_change(const SourceUser& user, const std::string& part, bool has_own_change,
                  const IsAsBrought& is_as_brought) {
    if (!has_own_change) return true;
    if (is_as_brought()) {
      work_.report.kept.push_back("user " + user.username + ": " + part);
      return false;
    }
    throw_error(ErrorCode::conflict,
                "user " + user.username + ": both sites have changed the " + part);
  }

  const MigrationWork& work_;
  const Views views_;
  accounts::KeyRing& keys_;
  struct OwnUser {
    std::string username;  // in lower case, as the address
    std::string email;
  };
  std::optional<std::vector<OwnUser>> own_users_;  // added here, not brought; made when needed
};

class OrganisationMigration {
 public:
  explicit OrganisationMigration(const MigrationWork& work)
      : work_(work), views_(work.target.views()) {}

  void bring(const SourceOrganisation& organisation) {
    const std::string& slug = organisation.slug;
    ++work_.report.organisations.found;
    work_.report.members.found += organisation.members.size();
    std::vector<events::Event> all;
    const auto known = views_.organisation(slug);
    if (!known) {
      all.emplace_back(events::OrganisationAdded{slug, organisation.name, organisation.url});
      ++work_.report.organisations.added;
    } else if (known->name != organisation.name || known->url != organisation.url) {
      all.emplace_back(events::OrganisationChanged{slug, organisation.name, organisation.url});
      ++work_.report.organisations.changed;
    }
    std::vector<Stream> streams = {Stream::of_organisation(slug)};
    bring_members(organisation, streams, all);
    append(slug, known.has_value(), std::move(streams), std::move(all));
  }

  void remove(const projections::OrganisationRecord& organisation) {
    const std::string& slug = organisation.slug;
    if (!work_.target.was_migrated(Stream::of_organisation(slug))) return;
    const Owner owner{events::OwnerKind::organisation, slug};
    if (const auto own = work_.target.own_change(Stream::of_names(owner))) {
      throw_error(ErrorCode::conflict,
                  "the old site has deleted organisation " + slug +
                      ", but codelists of it were made or renamed here: " + *own);
    }
    std::vector<Stream> streams = {Stream::of_organisation(slug)};
    std::vector<events::Event> all;
    for (const MemberRecord& member : views_.members_of(slug)) {
      streams.push_back(Stream::of_user(member.username));
      all.emplace_back(events::MemberRemoved{slug, member.username});
    }
    all.emplace_back(events::OrganisationRemoved{slug});
    append(slug, true, std::move(streams), std::move(all));
    ++work_.report.organisations.removed;
  }

 private:
  void bring_members(const SourceOrganisation& organisation, std::vector<Stream>& streams,
                     std::vector<events::Event>& all) {
    std::map<std::string, MemberRecord> known;
    for (MemberRecord& member : views_.members_of(organisation.slug)) {
      known.emplace(member.username, std::move(member));
    }
    for (const SourceMember& member : organisation.members) {
      const auto found = known.find(member.username);
      const bool is_known = found != known.end();
      const bool is_same = is_known && found->second.is_admin == member.is_admin &&
                           found->second.date_joined == member.date_joined;
      if (is_known) known.erase(found);
      if (is_same) continue;
      ++(is_known ? work_.report.members.changed : work_.report.members.added);
      streams.push_back(Stream::of_user(member.username));
      all.emplace_back(events::MemberSet{organisation.slug, member.username, member.is_admin,
                                         member.date_joined});
    }
    for (const auto& [username, member] : known) {
      const auto user = views_.user(username);
      if (user && user->is_erased) continue;
      ++work_.report.members.removed;
      streams.push_back(Stream::of_user(username));
      all.emplace_back(events::MemberRemoved{organisation.slug, username});
    }
  }

  void append(const std::string& slug, bool is_known, std::vector<Stream> streams,
              std::vector<events::Event> all) {
    if (all.empty()) return;
    if (is_known) {
      if (const auto own = work_.target.own_change(Stream::of_organisation(slug))) {
        throw_error(ErrorCode::conflict, "organisation " + slug +
                                             " differs from the old site's and was changed here (" +
                                             *own + ")");
      }
    }
    work_.target.append(std::move(streams), std::move(all));
  }

  const MigrationWork& work_;
  const Views views_;
};

}  // namespace

void migrate_users(const MigrationWork& work) {
  UserMigration migration(work);
  const std::size_t refused_before = work.refusals.count();
  const auto users = read_users(work.source, work.refusals);
  const bool is_whole = work.refusals.count() == refused_before;
  for (const SourceUser& user : users) {
    work.advance("users", work.report.users.found, users.size());
    work.refusals.attempt([&] { migration.bring(user); });
  }
  // A user who is refused has not been deleted there.
  if (!is_whole) return;
  for (const UserRecord& user : work.target.views().users()) {
    const bool is_there =
        std::ranges::find(users, user.username, &SourceUser::username) != users.end();
    if (!is_there) work.refusals.attempt([&] { migration.remove(user); });
  }
}

void migrate_organisations(const MigrationWork& work) {
  OrganisationMigration migration(work);
  std::vector<SourceOrganisation> organisations;
  if (!work.refusals.attempt([&] { organisations = read_organisations(work.source); })) return;
  for (const SourceOrganisation& organisation : organisations) {
    work.advance("organisations", work.report.organisations.found, organisations.size());
    work.refusals.attempt([&] { migration.bring(organisation); });
  }
  for (const auto& organisation : work.target.views().organisations()) {
    const bool is_there = std::ranges::find(organisations, organisation.slug,
                                            &SourceOrganisation::slug) != organisations.end();
    if (!is_there) work.refusals.attempt([&] { migration.remove(organisation); });
  }
}

}  // namespace codelog::migration
