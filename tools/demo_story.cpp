#include "tools/demo_story.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "coding_systems/versioning/alias.h"
#include "events/base/text.h"
#include "tools/demo_content.h"

namespace codelog::tools {
namespace {

using base::CodelistId;
using base::Result;
using base::VersionId;
using events::CodeStatus;
using events::Commit;
using events::Owner;
using events::OwnerKind;
using events::SearchKind;

struct StoryCodelist {
  const char* system;
  Owner owner;
  const char* author;
  const char* name;
  const char* description;
  const char* methodology;
  bool is_restricted = false;
};

const StoryCodelist& cardiovascular() {
  static const StoryCodelist codelist = {
      "snomedct",
      {OwnerKind::organisation, "example-university"},
      "alice",
      "Cardiovascular disease",
      "Events and lasting diseases of heart and vessels, for studies of outcomes in primary care.",
      "Searched for each disease by its **name** and by what clinicians call it. Two people "
      "decided "
      "every code, and both signed.\n\n1. Ischaemic heart disease\n2. Strokes as well\n3. "
      "Hypertension and atrial fibrillation, for the second study"};
  return codelist;
}

const StoryCodelist& salbutamol() {
  static const StoryCodelist codelist = {"dmd",
                                         {OwnerKind::organisation, "example-hospital"},
                                         "carol",
                                         "Salbutamol inhalers",
                                         "Short-acting relievers, as products and packs.",
                                         "Everything that dm+d finds for salbutamol."};
  return codelist;
}

const StoryCodelist& hospital_diabetes() {
  static const StoryCodelist codelist = {
      "icd10",
      {OwnerKind::organisation, "example-hospital"},
      "carol",
      "Diabetes in hospital records",
      "Diabetes as a diagnosis of an admission.",
      "All of the block on diabetes; its complications are coded elsewhere."};
  return codelist;
}

const StoryCodelist& exacerbations() {
  static const StoryCodelist codelist = {"snomedct",
                                         {OwnerKind::organisation, "example-university"},
                                         "bob",
                                         "Asthma exacerbations",
                                         "Attacks of asthma that bring people to a doctor.",
                                         ""};
  return codelist;
}

const StoryCodelist& headaches() {
  static const StoryCodelist codelist = {"snomedct",
                                         {OwnerKind::user, "carol"},
                                         "carol",
                                         "Headaches",
                                         "Only its owner and administrators read this one.",
                                         "",
                                         true};
  return codelist;
}

const std::array codelists = {&cardiovascular, &salbutamol, &hospital_diabetes, &exacerbations,
                              &headaches};

std::optional<projections::CodelistRecord> find(const projections::Views& views,
                                                const StoryCodelist& codelist) {
  return views.find_codelist(codelist.owner, base::slugify(codelist.name));
}

// One codelist as its people go on with it. The newest version is the one that they work on.
class Work {
 public:
  Work(application::Application& application, const StoryCodelist& codelist)
      : application_(application), codelist_(codelist) {}

  Result<void> create() {
    const auto release =
        coding_systems::make_alias({codelist_.system, demo_release_name, demo_valid_from});
    if (!release) return release.error();
    commands::CreateCodelist command;
    command.owner = codelist_.owner;
    command.name = codelist_.name;
    command.coding_system = codelist_.system;
    command.release = *release;
    command.description = codelist_.description;
    if (*codelist_.methodology != '\0') command.methodology = codelist_.methodology;
    command.is_restricted = codelist_.is_restricted;
    return done(application_.codelists().create(as_person(codelist_.author), command));
  }

  Result<void> search(const char* who, const char* term) {
    const auto added =
        application_.drafts().add_search(as_person(who), version(), {SearchKind::term, term});
    if (!added) return added.error();
    return {};
  }

  // Decides the codes of the draft with these terms; releases of other sizes lack some of them.
  Result<void> decide(const char* who, CodeStatus status, const std::set<std::string_view>& terms,
                      const char* reason) {
    const auto views = application_.views();
    const auto record = views.version(version());
    const auto release = application_.site().open_release(codelist_.system, record->release);
    if (!release) return release.error();
    commands::ChangeStatuses command;
    command.reason = reason;
    for (const auto& code : views.codes(record->id)) {
      const auto node = (*release)->find(code.code);
      if (node && terms.contains((*release)->term(*node))) {
        command.updates.push_back({code.code, status});
      }
    }
    if (command.updates.empty()) return {};
    return done(application_.drafts().change_statuses(as_person(who), record->id, command));
  }

  // Includes the codes that nobody has decided.
  Result<void> include_rest(const char* who, const char* reason) {
    commands::ChangeStatuses command;
    command.selection.emplace();
    command.selection->statuses = {CodeStatus::unresolved};
    command.reason = reason;
    return done(application_.drafts().change_statuses(as_person(who), version(), command));
  }

  Result<void> undo(const char* who) {
    return done(application_.drafts().undo(as_person(who), version()));
  }
  Result<void> save(const char* who) {
    return done(application_.versions().save_for_review(as_person(who), version()));
  }
  Result<void> publish(const char* who) {
    return done(application_.versions().publish(as_person(who), version()));
  }
  Result<void> begin_draft(const char* who) {
    return done(application_.versions().create_draft(as_person(who), version(), std::nullopt));
  }
  Result<void> clone(const char* who) {
    return done(application_.codelists().clone(as_person(who), version()));
  }

  // Signed on the day of the history's clock.
  Result<void> sign_off(const char* who, std::vector<const char*> signers) {
    const std::string day = base::format_date(application_.site().clock.now());
    commands::ChangeDetails command;
    command.signoffs.emplace();
    for (const char* signer : signers) command.signoffs->push_back({signer, day});
    command.references = std::vector{
        events::Reference{"Protocol of the study", "https://university.example.org/protocol"}};
    const CodelistId id = find(application_.views(), codelist_)->id;
    return done(application_.codelists().change_details(as_person(who), id, command));
  }

 private:
  VersionId version() const {
    const auto views = application_.views();
    const auto versions = views.versions_of(find(views, codelist_)->id);
    return std::ranges::max(versions, {}, &projections::VersionRecord::id).id;
  }
  static Result<void> done(const Result<Commit>& commit) {
    if (!commit) return commit.error();
    return {};
  }

  application::Application& application_;
  const StoryCodelist& codelist_;
};

using Play = std::function<Result<void>(Work&)>;

struct Act {
  int day;
  int hour;
  const StoryCodelist& (*codelist)();
  Play play;
};

Play creates() {
  return [](Work& work) { return work.create(); };
}
Play searches(const char* who, const char* term) {
  return [=](Work& work) { return work.search(who, term); };
}
Play decides(const char* who, CodeStatus status, std::set<std::string_view> terms,
             const char* reason) {
  return [=](Work& work) { return work.decide(who, status, terms, reason); };
}
Play includes_rest(const char* who, const char* reason) {
  return [=](Work& work) { return work.include_rest(who, reason); };
}
Play undoes(const char* who) {
  return [=](Work& work) { return work.undo(who); };
}
Play saves(const char* who) {
  return [=](Work& work) { return work.save(who); };
}
Play publishes(const char* who) {
  return [=](Work& work) { return work.publish(who); };
}
Play begins_draft(const char* who) {
  return [=](Work& work) { return work.begin_draft(who); };
}
Play clones(const char* who) {
  return [=](Work& work) { return work.clone(who); };
}
Play signs_off(const char* who, std::vector<const char*> signers) {
  return [=](Work& work) { return work.sign_off(who, signers); };
}

constexpr auto include = CodeStatus::included;
constexpr auto exclude = CodeStatus::excluded;

std::vector<Act> acts_of_first_versions() {
  return {
      {8, 9, &cardiovascular, creates()},
      {8, 9, &cardiovascular, searches("alice", "heart disease")},
      {8, 10, &cardiovascular, searches("alice", "myocardial infarction")},
      {8, 10, &cardiovascular, searches("alice", "angina")},
      {8, 10, &cardiovascular, searches("alice", "disorder of coronary")},
      {8, 11, &cardiovascular,
       decides("alice", include, {"Ischaemic heart disease", "Disorder of coronary artery"},
               "the study's outcome")},
      {8, 11, &cardiovascular,
       decides("alice", exclude, {"Moderate congenital swelling of coronary artery"},
               "congenital")},
      {9, 14, &cardiovascular,
       decides("bob", exclude, {"Angina pectoris"}, "a symptom, not an event")},
      {9, 15, &cardiovascular, includes_rest("bob", "disorders of the coronary arteries")},
      {9, 15, &cardiovascular, saves("bob")},
      {10, 11, &salbutamol, creates()},
      {10, 11, &salbutamol, searches("carol", "salbutamol")},
      {10, 11, &salbutamol, includes_rest("carol", "all strengths")},
      {10, 12, &salbutamol, saves("carol")},
      {13, 10, &cardiovascular, signs_off("alice", {"alice", "bob"})},
      {13, 10, &cardiovascular, publishes("alice")},
      {14, 16, &salbutamol, publishes("carol")},
      {15, 9, &hospital_diabetes, creates()},
      {15, 9, &hospital_diabetes, searches("carol", "diabetes")},
      {15, 10, &hospital_diabetes, includes_rest("carol", "")},
      {15, 11, &hospital_diabetes, saves("carol")},
      {17, 9, &hospital_diabetes, publishes("carol")},
      {19, 13, &hospital_diabetes, clones("bob")},
  };
}

std::vector<Act> acts_of_later_versions() {
  return {
      {24, 9, &cardiovascular, begins_draft("bob")},
      {24, 9, &cardiovascular, searches("bob", "cerebrovascular")},
      {24, 10, &cardiovascular, searches("bob", "heart failure")},
      {24, 10, &cardiovascular,
       decides("bob", include, {"Cerebrovascular accident"}, "the outcome includes strokes")},
      {25, 15, &cardiovascular, decides("alice", include, {"Heart failure"}, "")},
      {25, 16, &cardiovascular, undoes("alice")},
      {26, 9, &cardiovascular,
       decides("alice", exclude, {"Heart failure"}, "has a codelist of its own, see the protocol")},
      {26, 9, &cardiovascular, saves("bob")},
      {29, 11, &cardiovascular, signs_off("alice", {"alice", "bob"})},
      {29, 11, &cardiovascular, publishes("alice")},
      {36, 10, &exacerbations, creates()},
      {36, 10, &exacerbations, searches("bob", "asthma")},
      {36, 11, &exacerbations,
       decides("bob", include, {"Acute exacerbation of asthma"}, "what this list is about")},
      {38, 14, &exacerbations,
       decides("alice", exclude, {"Allergic asthma", "Asthma annual review"},
               "a kind of asthma, not an attack")},
      {40, 9, &headaches, creates()},
      {40, 9, &headaches, searches("carol", "migraine")},
      {40, 9, &headaches, decides("carol", include, {"Migraine"}, "")},
      {43, 9, &cardiovascular, begins_draft("alice")},
      {43, 9, &cardiovascular, searches("alice", "hypertension")},
      {43, 10, &cardiovascular, searches("alice", "atrial fibrillation")},
      {43, 10, &cardiovascular, searches("alice", "disorder of heart")},
      {43, 10, &cardiovascular,
       decides("alice", include, {"Hypertensive disorder", "Atrial fibrillation"},
               "risk factors of the second study")},
      {43, 11, &cardiovascular, includes_rest("alice", "")},
      {44, 11, &cardiovascular,
       decides("bob", exclude, {"Secondary hypertension"}, "has another cause")},
      {45, 9, &cardiovascular, saves("alice")},
  };
}

}  // namespace

bool has_demo_story(const projections::Views& views) {
  return std::ranges::all_of(
      codelists, [&](const auto& codelist) { return find(views, codelist()).has_value(); });
}

Result<void> tell_demo_story(application::Application& application, DemoTime& time) {
  std::set<std::string_view> told;
  std::map<std::string_view, Work> works;
  for (const auto& codelist : codelists) {
    if (find(application.views(), codelist())) told.insert(codelist().name);
    works.emplace(codelist().name, Work(application, codelist()));
  }
  for (const auto& acts : {acts_of_first_versions(), acts_of_later_versions()}) {
    for (const Act& act : acts) {
      if (told.contains(act.codelist().name)) continue;
      time.go_to(act.day, act.hour);
      if (const auto played = act.play(works.at(act.codelist().name)); !played) return played;
    }
  }
  return {};
}

}  // namespace codelog::tools
