#include "tools/demo_content.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "coding_systems/versioning/alias.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "tools/codelist_operations.h"
#include "tools/demo/drug_words.h"
#include "tools/demo_story.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::VersionId;
using events::CodeStatus;
using events::Commit;
using events::Owner;
using events::OwnerKind;
using events::SearchKind;

struct Person {
  const char* username;
  const char* name;
  const char* email;
  bool is_admin;
};
constexpr std::array demo_people = {Person{"alice", "Alice Adams", "alice@example.org", true},
                                    Person{"bob", "Bob Brown", "bob@example.org", false},
                                    Person{"carol", "Carol Clarke", "carol@example.net", false}};

struct DemoOrganisation {
  const char* slug;
  const char* name;
  const char* url;
  std::vector<const char*> members;
};
const std::array organisations = {
    DemoOrganisation{"example-university",
                     "Example University",
                     "https://university.example.org",
                     {"alice", "bob"}},
    DemoOrganisation{
        "example-hospital", "Example Hospital", "https://hospital.example.net", {"carol"}}};

enum class Ending { draft, under_review, published };

struct DemoCodelist {
  const char* system;
  Owner owner;
  const char* author;
  const char* name;
  const char* description;
  const char* methodology;
  std::vector<commands::AddSearch> searches;
  // Searches include the topmost codes found; the codes of these terms are excluded.
  std::vector<std::string_view> excluded_terms;
  std::vector<std::string_view> undecided_terms;  // for drafts only
  Ending ending = Ending::draft;
};

// Three invented drugs: easy to type, and different on every site.
std::string new_password() {
  std::random_device random;
  const auto syllable = [&](const auto& syllables) {
    std::uniform_int_distribution<std::size_t> any(0, syllables.size() - 1);
    return std::string(syllables[any(random)]);
  };
  std::string password;
  for (int drug = 0; drug < 3; ++drug) {
    password += (drug == 0 ? "" : "-") + syllable(demo::stem_starts) +
                syllable(demo::stem_middles) + syllable(demo::stem_ends);
  }
  return password;
}

Owner organisation(const char* slug) { return {OwnerKind::organisation, slug}; }
Owner user(const char* name) { return {OwnerKind::user, name}; }

std::vector<DemoCodelist> demo_codelists() {
  return {{"snomedct",
           organisation("example-university"),
           "bob",
           "Asthma diagnoses",
           "Diagnoses of asthma in adults and children.",
           "Searched for asthma; reviews and codes that have been retired are left out.",
           {{SearchKind::term, "asthma"}},
           {"Asthma annual review", "Asthma NOS"},
           {},
           Ending::published},
          {"bnf",
           organisation("example-university"),
           "alice",
           "Statins",
           "Statins prescribed in primary care.",
           "All statins of the section on lipid-regulating drugs, fluvastatin excepted.",
           {{SearchKind::term, "statin"}},
           {"Fluvastatin sodium"},
           {},
           Ending::published},
          {"snomedct",
           organisation("example-hospital"),
           "carol",
           "Diabetes and its complications",
           "Diabetes mellitus of any type, with complications.",
           "Gestational diabetes is left out.",
           {{SearchKind::term, "diabetes"}, {SearchKind::term, "diabetic"}},
           {"Gestational diabetes mellitus", "Diabetic foot examination"},
           {},
           Ending::under_review},
          {"snomedct",
           user("carol"),
           "carol",
           "Hypertension",
           "High blood pressure, work in progress.",
           "",
           {{SearchKind::term, "hypertension"}, {SearchKind::term, "blood pressure"}},
           {"Blood pressure taking"},
           {"Renal hypertension", "Systolic blood pressure"},
           Ending::draft},
          {"bnf",
           organisation("example-university"),
           "bob",
           "Asthma inhalers",
           "Bronchodilators and inhaled corticosteroids.",
           "",
           {{SearchKind::code, "0301"}, {SearchKind::code, "0302"}},
           {"Salmeterol"},
           {"Corticosteroids (Respiratory)"},
           Ending::draft}};
}

// Codelists use a system's first release, even if there is a later one.
Result<std::string> release_of(const char* system) {
  return coding_systems::make_alias({system, demo_release_name, demo_valid_from});
}

Result<VersionId> version_made_by(const Commit& commit) {
  for (const events::Event& event : commit.content.events) {
    if (const auto* created = std::get_if<events::VersionCreated>(&event)) return created->version;
  }
  return Error{ErrorCode::corrupt, "a commit that should make a version makes none", {}};
}

bool is_among(const std::vector<std::string_view>& terms, std::string_view term) {
  return std::ranges::find(terms, term) != terms.end();
}

class DemoMaker {
 public:
  DemoMaker(application::Application& application, DemoTime& time)
      : application_(application), time_(time) {}

  Result<Json> make() {
    for (const Person& person : demo_people) {
      if (const auto made = make_person(person); !made) return made.error();
    }
    for (const DemoOrganisation& group : organisations) {
      if (const auto made = make_organisation(group); !made) return made.error();
    }
    int day = 1;
    for (const DemoCodelist& codelist : demo_codelists()) {
      time_.go_to(day++, 9);
      if (const auto made = make_codelist(codelist); !made) return made.error();
    }
    created_ = created_ || !has_demo_story(application_.views());
    if (const auto told = tell_demo_story(application_, time_); !told) return told.error();
    Json made = {{"created", created_}, {"tokens", tokens_}, {"codelists", list_codelists()}};
    if (!password_.empty()) made["password"] = password_;
    return made;
  }

 private:
  Result<void> make_person(const Person& person) {
    auto& accounts = application_.accounts();
    const auto write = commands::Write{commands::Actor::system(), std::nullopt};
    const auto known = application_.views().user(person.username);
    if (!known) {
      const auto added = accounts.add_user(
          write, {person.username, person.name, person.email, std::nullopt, person.is_admin});
      if (!added) return added.error();
      if (password_.empty()) password_ = new_password();
      const auto set = accounts.set_password(write, person.username, password_);
      if (!set) return set.error();
      created_ = true;
    }
    if (known && !known->tokens.empty()) return {};
    const auto token = accounts.set_token(write, person.username);
    if (!token) return token.error();
    tokens_[person.username] = token->token;
    return {};
  }

  Result<void> make_organisation(const DemoOrganisation& group) {
    auto& accounts = application_.accounts();
    if (!application_.views().organisation(group.slug)) {
      const auto added =
          accounts.add_organisation(as_person("alice"), {group.slug, group.name, group.url});
      if (!added) return added.error();
      created_ = true;
    }
    for (const char* member : group.members) {
      if (application_.views().member(group.slug, member)) continue;
      const auto set =
          accounts.set_member(as_person("alice"), group.slug, member, member == group.members[0]);
      if (!set) return set.error();
    }
    return {};
  }

  Result<void> make_codelist(const DemoCodelist& codelist) {
    const std::string slug = base::slugify(codelist.name);
    if (application_.views().find_codelist(codelist.owner, slug)) return {};
    created_ = true;
    commands::CreateCodelist command;
    command.owner = codelist.owner;
    command.name = codelist.name;
    command.coding_system = codelist.system;
    const auto release = release_of(codelist.system);
    if (!release) return release.error();
    command.release = *release;
    command.description = codelist.description;
    if (*codelist.methodology != '\0') command.methodology = codelist.methodology;
    const commands::Write write = as_person(codelist.author);
    const auto created = application_.codelists().create(write, command);
    if (!created) return created.error();
    const auto version = version_made_by(*created);
    if (!version) return version.error();
    for (const commands::AddSearch& search : codelist.searches) {
      const auto added = application_.drafts().add_search(write, *version, search);
      if (!added) return added.error();
    }
    if (const auto decided = decide(write, *version, codelist); !decided) return decided;
    return end(codelist, *version);
  }

  Result<void> end(const DemoCodelist& codelist, VersionId version) {
    const commands::Write write = as_person(codelist.author);
    if (codelist.ending == Ending::draft) {
      // Changes its mind, to put an undone step into the history.
      if (const auto undone = application_.drafts().undo(write, version); !undone)
        return undone.error();
      if (const auto redone = application_.drafts().redo(write, version); !redone)
        return redone.error();
      return {};
    }
    auto& versions = application_.versions();
    if (const auto saved = versions.save_for_review(write, version); !saved) return saved.error();
    if (codelist.ending == Ending::under_review) return {};
    const auto published = versions.publish(as_person("alice"), version);
    if (!published) return published.error();
    if (std::string_view(codelist.system) != "snomedct") return {};
    // Starts a new draft from the published version.
    const auto release = release_of(codelist.system);
    if (!release) return release.error();
    const auto draft = versions.create_draft(as_person("bob"), version, *release);
    if (!draft) return draft.error();
    const auto next = version_made_by(*draft);
    if (!next) return next.error();
    const auto added =
        application_.drafts().add_search(as_person("bob"), *next, {SearchKind::term, "wheez"});
    if (!added) return added.error();
    return {};
  }

  // Includes the topmost codes, and excludes the codes of excluded_terms.
  Result<void> decide(const commands::Write& write, VersionId version,
                      const DemoCodelist& codelist) {
    const auto views = application_.views();
    const auto record = views.version(version);
    CODELOG_CHECK(record.has_value(), "the views show what was just written");
    const auto release = application_.site().open_release(codelist.system, record->release);
    if (!release) return release.error();
    const coding_systems::Release& open = **release;
    std::set<coding_systems::Node> found;
    for (const auto& code : views.codes(version)) {
      if (const auto node = open.find(code.code)) found.insert(*node);
    }
    commands::ChangeStatuses command;
    for (const coding_systems::Node node : found) {
      const std::string_view term = open.term(node);
      const auto parents = open.hierarchy().parents(node);
      const bool topmost =
          std::ranges::none_of(parents, [&](const auto parent) { return found.contains(parent); });
      if (is_among(codelist.undecided_terms, term)) continue;
      if (is_among(codelist.excluded_terms, term)) {
        command.updates.push_back({std::string(open.code(node)), CodeStatus::excluded});
      } else if (topmost) {
        command.updates.push_back({std::string(open.code(node)), CodeStatus::included});
      }
    }
    if (command.updates.empty()) return {};
    const auto changed = application_.drafts().change_statuses(write, version, command);
    if (!changed) return changed.error();
    return {};
  }

  Json list_codelists() const {
    static constexpr std::array names = {"draft", "under review", "published"};
    Json list = Json::array();
    const auto views = application_.views();
    for (const projections::CodelistRecord& codelist : views.codelists()) {
      for (const projections::VersionRecord& version : views.versions_of(codelist.id)) {
        list.push_back({{"owner", events::to_string(codelist.handle().owner)},
                        {"slug", codelist.handle().slug},
                        {"version", base::version_hash(version.id)},
                        {"status", names.at(static_cast<std::size_t>(version.status))}});
      }
    }
    return list;
  }

  application::Application& application_;
  DemoTime& time_;
  bool created_ = false;
  std::string password_;
  Json tokens_ = Json::object();
};

}  // namespace

commands::Write as_person(const char* username) {
  return {{.username = username, .is_admin = std::string_view(username) == "alice"}, std::nullopt};
}

bool has_demo(application::Application& application) {
  const auto views = application.views();
  const auto alias =
      coding_systems::make_alias({"snomedct", demo_release_name, demo_later_valid_from});
  return alias && views.upgrade_report(*alias) && has_demo_story(views) &&
         std::ranges::all_of(demo_codelists(), [&](const DemoCodelist& codelist) {
           return views.find_codelist(codelist.owner, base::slugify(codelist.name)).has_value();
         });
}

Result<Json> fill_demo(application::Application& application, DemoTime& time) {
  return DemoMaker(application, time).make();
}

Result<void> report_demo_upgrade(application::Application& application) {
  const auto alias =
      coding_systems::make_alias({"snomedct", demo_release_name, demo_later_valid_from});
  if (!alias) return alias.error();
  return wait_for_upgrade_report(application, *alias, {});
}

}  // namespace codelog::tools
