#include "tests/projections/random_history.h"

#include <unistd.h>

#include "events/base/check.h"
#include "events/rocksdb/rocks_log.h"
#include "tests/coding_systems/codeset_fake_release.h"

namespace codelog::tests {

namespace fs = std::filesystem;
using commands::Actor;
using commands::Write;

namespace {

constexpr int users_count = 4;
constexpr const char* user_with_password = "user1";
constexpr const char* later_alias = "bnf_later_20240601";

template <class T>
T must(base::Result<T> result) {
  CODELOG_CHECK(static_cast<bool>(result), result ? "" : result.error().detail);
  return std::move(*result);
}

Write write_of(const std::string& username) { return {Actor{.username = username}, std::nullopt}; }

std::vector<std::string> make_codes(std::size_t count) {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < count; ++i) codes.push_back("c" + std::to_string(1000 + i));
  return codes;
}

// A random hierarchy of the codes, different at each call.
std::shared_ptr<const coding_systems::Release> make_release(std::mt19937& random,
                                                            const std::vector<std::string>& codes) {
  FakeRelease::Edges edges;
  std::vector<std::string> orphans;
  for (std::size_t i = 1; i < codes.size(); ++i) {
    if (i % 17 == 0) {
      orphans.push_back(codes[i]);
      continue;
    }
    const std::size_t parents_count = 1 + random() % 2;
    for (std::size_t p = 0; p < parents_count; ++p) {
      edges.emplace_back(codes[random() % i], codes[i]);
    }
  }
  return std::make_shared<FakeRelease>(edges, orphans, codes[0]);  // as commands share it
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "codelog_test_XXXXXX").string();
  CODELOG_CHECK(::mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() { fs::remove_all(path_); }

std::unique_ptr<events::EventLog> open_log(const TemporaryFolder& folder) {
  events::LogOptions options;
  options.folder = folder.path() / "log";
  return must(events::open_log(options));
}

TestSite::TestSite(const fs::path& folder, unsigned seed, std::size_t codes_count,
                   std::unique_ptr<events::Log> log) {
  std::mt19937 random(seed);
  codes_ = make_codes(codes_count);
  release_ = make_release(random, codes_);
  later_release_ = make_release(random, codes_);
  open(folder, std::move(log));
}

TestSite::TestSite(const fs::path& folder, std::shared_ptr<const coding_systems::Release> release)
    : release_(release), later_release_(std::move(release)) {
  open(folder, nullptr);
}

void TestSite::open(const fs::path& folder, std::unique_ptr<events::Log> log) {
  keys_ = must(accounts::KeyRing::open(folder / "keys" / "users"));
  if (log == nullptr) {
    events::LogOptions options;
    options.folder = folder / "log";
    options.witness_file = folder / "witness";
    log = must(events::open_log(options));
  }
  log_ = std::move(log);
  projections_ = must(projections::Projections::open(folder / "projections", *log_));
  executor_ = std::make_unique<commands::Executor>(
      commands::Site{*log_, *projections_,
                     [this](std::string_view, const std::string& alias)
                         -> base::Result<std::shared_ptr<const coding_systems::Release>> {
                       return alias == later_alias ? later_release_ : release_;
                     },
                     *keys_, clock_});
}

RandomHistory::RandomHistory(TestSite& site, unsigned seed)
    : site_(site),
      random_(seed),
      access_(site.executor()),
      accounts_(site.executor()),
      codelists_(site.executor()),
      versions_(site.executor()),
      drafts_(site.executor()),
      releases_(site.executor()),
      identities_(site.executor()) {}

std::size_t RandomHistory::pick(std::size_t count) { return random_() % count; }
bool RandomHistory::chance(double probability) {
  return std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

bool RandomHistory::note(const base::Result<events::Commit>& commit) {
  if (!commit) {
    // Refusals are expected; other errors are not.
    const base::ErrorCode code = commit.error().code;
    CODELOG_CHECK(code != base::ErrorCode::corrupt && code != base::ErrorCode::io &&
                      code != base::ErrorCode::unavailable && code != base::ErrorCode::unconfirmed,
                  commit.error().detail);
    return false;
  }
  if (!commit->content.events.empty()) ++accepted_[commit->content.command];
  return true;
}

std::string RandomHistory::some_user() { return "user" + std::to_string(pick(users_count)); }

Write RandomHistory::somebody() {
  const std::string username = some_user();
  return {Actor{.username = username, .is_admin = username == "user0", .is_system = false},
          std::nullopt};
}

std::vector<std::string> RandomHistory::some_codes() {
  std::vector<std::string> codes;
  for (std::size_t i = 0, count = 1 + pick(12); i < count; ++i) {
    codes.push_back(site_.codes()[pick(site_.codes().size())]);
  }
  return codes;
}

std::vector<projections::CodelistRecord> RandomHistory::codelists() {
  return site_.projections().views().codelists();
}

std::optional<projections::CodelistRecord> RandomHistory::some_codelist() {
  const auto all = codelists();
  if (all.empty()) return std::nullopt;
  return all[pick(all.size())];
}

std::optional<projections::VersionRecord> RandomHistory::some_version() {
  const auto codelist = some_codelist();
  if (!codelist) return std::nullopt;
  const auto versions = site_.projections().views().versions_of(codelist->id);
  if (versions.empty()) return std::nullopt;  // another user has deleted the codelist
  return versions[pick(versions.size())];
}

std::optional<projections::VersionRecord> RandomHistory::some_draft() {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto version = some_version();
    if (version && version->status == events::VersionStatus::draft) return version;
  }
  return std::nullopt;
}

void RandomHistory::set_up() {
  const Write system{Actor::system(), std::nullopt};
  for (int i = 0; i < users_count; ++i) {
    const std::string name = "user" + std::to_string(i);
    commands::AddUser user;
    user.username = name;
    user.name = "User " + name;
    user.email = name + "@example.org";
    user.is_admin = i == 0;
    if (name == user_with_password) user.password = "can be unlinked";
    note(accounts_.add_user(system, user));
  }
  for (const char* slug : {"north", "south"}) {
    note(accounts_.add_organisation(system, {slug, slug, "https://example.org"}));
    for (int i = 0; i < users_count; ++i) {
      note(accounts_.set_member(system, slug, "user" + std::to_string(i), i < 2));
    }
  }
  events::ReleaseRegistered release;
  release.alias = "bnf_fake_20240101";
  release.coding_system = "bnf";
  release.name = "fake";
  release.valid_from = "2024-01-01";
  note(releases_.register_release(system, release));
  release.alias = later_alias;
  release.name = "later";
  release.valid_from = "2024-06-01";
  note(releases_.register_release(system, release));
}

bool RandomHistory::step() {
  const std::size_t kind = pick(100);
  if (kind < 3) return account_step();
  if (kind < 5) return release_step();
  if (kind < 20) return codelist_step();
  if (kind < 40) return version_step();
  return draft_step();
}

bool RandomHistory::account_step() {
  const Write system{Actor::system(), std::nullopt};
  switch (pick(9)) {
    case 6: {
      const std::string issuer = "https://" + std::to_string(pick(2)) + ".example.org";
      if (chance(0.5)) return note(identities_.unlink(write_of(user_with_password), issuer));
      return note(identities_.link(write_of(chance(0.5) ? some_user() : user_with_password),
                                   {issuer, "person " + std::to_string(pick(3))}));
    }
    case 0: {
      const auto token = accounts_.set_token(system, some_user());
      return token && note(token->commit);
    }
    case 1:
      return note(accounts_.set_member(system, "north", some_user(), chance(0.5)));
    case 2:
      return note(accounts_.remove_member(system, "north", some_user()));
    case 3:
      return note(accounts_.set_active(system, some_user(), chance(0.7)));
    case 4:
      return note(access_.set_site_access(system, chance(0.3)));
    case 5:
      return note(access_.set_owner_access(system, new_codelist().owner, chance(0.5)));
    default: {
      commands::AddUser user;
      user.username = "extra" + std::to_string(++made_);
      user.name = user.username;
      user.email = user.username + "@example.org";
      if (!note(accounts_.add_user(system, user))) return false;
      return chance(0.5) || note(accounts_.erase_user(system, user.username));
    }
  }
}

bool RandomHistory::release_step() {
  const Write system{Actor::system(), std::nullopt};
  if (chance(0.3)) {
    const auto report = releases_.compare_versions(later_alias, {}, {});
    return note(report ? releases_.record_report(system, *report) : report.error());
  }
  const auto kind = chance(0.5) ? events::RefsetKind::pcd : events::RefsetKind::drug;
  return note(
      releases_.record_refset_version(system, {kind, "release", "tag" + std::to_string(pick(3)),
                                               "2024-01-0" + std::to_string(1 + pick(9))}));
}

commands::CreateCodelist RandomHistory::new_codelist() {
  commands::CreateCodelist command;
  command.owner = chance(0.5) ? events::Owner{events::OwnerKind::organisation, "south"}
                              : events::Owner{events::OwnerKind::user, some_user()};
  command.name = "List " + std::to_string(chance(0.8) ? ++made_ : made_);
  command.coding_system = "bnf";
  if (chance(0.5)) command.description = "About " + command.name;
  if (chance(0.3)) command.references = {{"Paper", "https://example.org/" + command.name}};
  if (chance(0.3)) command.signoffs = {{some_user(), "2024-02-03"}};
  if (chance(0.4)) command.codes = some_codes();
  if (!command.codes && chance(0.2)) command.csv_data = "code,term\r\nc1001,one\r\nc1002,two\r\n";
  if (chance(0.3)) command.tag = "v1";
  return command;
}

commands::ChangeDetails RandomHistory::new_details() {
  commands::ChangeDetails command;
  if (chance(0.4)) command.description = "Text " + std::to_string(pick(1000));
  if (chance(0.3)) command.methodology = "How " + std::to_string(pick(1000));
  if (chance(0.3)) command.tags = std::vector<std::string>{"a", "t" + std::to_string(pick(5))};
  if (chance(0.3)) {
    command.references =
        std::vector<events::Reference>{{"R", "https://example.org/r" + std::to_string(pick(9))}};
  }
  if (chance(0.2)) command.signoffs = std::vector<events::SignOff>{{some_user(), "2024-05-06"}};
  if (chance(0.3)) command.name = "Renamed " + std::to_string(pick(40));
  if (chance(0.2)) command.slug = "slug-" + std::to_string(pick(40));
  if (chance(0.1)) command.owner = events::Owner{events::OwnerKind::organisation, "south"};
  return command;
}

bool RandomHistory::codelist_step() {
  const auto codelist = some_codelist();
  if (!codelist || codelists().size() < 15)
    return note(codelists_.create(somebody(), new_codelist()));
  const Write write = somebody();
  switch (pick(9)) {
    case 8:
      return note(access_.set_codelist_access(write, codelist->id, chance(0.5)));
    case 0:
      return note(codelists_.create(write, new_codelist()));
    case 1:
    case 2:
      return note(codelists_.change_details(write, codelist->id, new_details()));
    case 3:
      return note(codelists_.add_collaborator(write, codelist->id, some_user()));
    case 4:
      return note(codelists_.remove_collaborator(write, codelist->id, some_user()));
    case 5:
      past_names_.push_back({codelist->handle(), site_.log().head().position});
      return note(codelists_.remove(write, codelist->id, chance(0.7) ? "wrong" : ""));
    case 6:
      return restore_step();
    default: {
      const auto version = some_version();
      return version && note(codelists_.clone(write, version->id));
    }
  }
}

// A codelist that somebody wanted to delete comes back as it was before, or as it was earlier.
bool RandomHistory::restore_step() {
  if (past_names_.empty()) return false;
  const auto& [handle, position] = past_names_[pick(past_names_.size())];
  const base::Position earlier(1 + pick(position.value()));
  const auto past =
      codelists_.find_past({handle.owner, handle.slug, chance(0.6) ? position : earlier});
  if (!past) return false;
  const Write write{{.username = "user0", .is_admin = true}, std::nullopt};
  return note(codelists_.restore(write, *past, "needed again"));
}

bool RandomHistory::version_step() {
  const auto version = some_version();
  if (!version) return false;
  const Write write = somebody();
  switch (pick(10)) {
    case 9:
      return note(versions_.upgrade(write, version->id, later_alias));
    case 0: {
      commands::CreateVersion command;
      if (chance(0.8)) command.codes = some_codes();
      if (!command.codes) command.csv_data = "code\nc1003\n";
      command.release = "bnf_fake_20240101";
      command.always_create_new_version = chance(0.5);
      return note(versions_.create(write, version->codelist, command));
    }
    case 1: {
      const auto codelist = site_.projections().views().codelist(version->codelist);
      commands::UpdateCodelist command;
      command.name = codelist->handle().name;
      command.slug = codelist->handle().slug;
      command.codes = some_codes();
      command.release = "bnf_fake_20240101";
      command.should_publish = chance(0.3);
      return note(versions_.update_codelist(write, version->codelist, command));
    }
    case 2:
    case 3:
      return note(versions_.create_draft(write, version->id, std::nullopt));
    case 4:
      return note(versions_.convert_to_new_style(write, version->id));
    case 5:
      return note(versions_.save_for_review(write, version->id));
    case 6:
      return chance(0.4) && note(versions_.publish(write, version->id));
    case 7:
      return chance(0.3) && note(versions_.remove(write, version->id, "why not"));
    default:
      return chance(0.3) && note(versions_.discard(write, version->id));
  }
}

bool RandomHistory::draft_step() {
  const auto draft = some_draft();
  if (!draft) return codelist_step();
  const Write write = somebody();
  const auto views = site_.projections().views();
  const auto searches = views.searches(draft->id);
  switch (pick(11)) {
    case 10: {
      const auto upgraded = versions_.upgrade(write, draft->id, later_alias);
      if (!note(upgraded)) return false;
      const auto& made = std::get<events::VersionCreated>(upgraded->content.events.front());
      if (made.assumed.empty()) return true;
      auto codes = std::optional(std::vector{made.assumed[pick(made.assumed.size())]});
      if (chance(0.3)) codes.reset();
      return note(drafts_.confirm_assumptions(write, made.version, codes));
    }
    case 0:
    case 1: {
      commands::AddSearch search;
      search.kind = chance(0.7) ? events::SearchKind::term : events::SearchKind::code;
      search.text = search.kind == events::SearchKind::term
                        ? "c1" + std::to_string(10 + pick(10))
                        : site_.codes()[pick(site_.codes().size())];
      const auto outcome = drafts_.add_search(write, draft->id, search);
      return outcome && outcome->commit && note(*outcome->commit);
    }
    case 2:
      return !searches.empty() && note(drafts_.remove_search(
                                      write, draft->id, searches[pick(searches.size())].search.id));
    case 3:
      if (chance(0.3)) return note(drafts_.undo_own(write, draft->id));
      return note(drafts_.undo(write, draft->id)) &&
             (chance(0.7) || note(drafts_.redo(write, draft->id)));
    case 4:
      if (chance(0.3) && !draft->undo_steps.empty()) {
        return note(drafts_.give_reason(write, draft->id, {draft->undo_steps.back(), "known"}));
      }
      return note(drafts_.redo(write, draft->id));
    case 5: {
      if (!chance(0.3)) return false;
      const auto updated = drafts_.update(write, draft->id);
      if (updated && !updated->content.events.empty()) return note(updated);
      return note(drafts_.reapply(write, draft->id));
    }
    default: {
      const auto codes = views.codes(draft->id);
      if (codes.empty()) return false;
      commands::ChangeStatuses command;
      for (std::size_t i = 0, count = 1 + pick(3); i < count; ++i) {
        constexpr base::CodeStatus wanted[] = {
            base::CodeStatus::included, base::CodeStatus::excluded, base::CodeStatus::unresolved};
        // Sometimes a code that the draft does not have.
        const auto& code = chance(0.1) ? site_.codes()[pick(site_.codes().size())]
                                       : codes[pick(codes.size())].code;
        command.updates.push_back({code, wanted[pick(3)]});
      }
      command.base_position = site_.log().head().position;
      return note(drafts_.change_statuses(write, draft->id, command));
    }
  }
}

}  // namespace codelog::tests
