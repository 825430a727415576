// The story of a codelist in words: what each commit did, as the history page and the one of a
// moment show it.
#pragma once

#include <map>
#include <string>

#include "server/commands/version_contents.h"
#include "server/history/story.h"
#include "server/web/visit.h"

namespace codelog::web {

// How pages name people. Who has been erased has no name any longer.
struct Person {
  std::string name;
  std::string path;  // empty: has no page
};
Person person_of(const projections::Views& views, const std::string& username);

// The terms of a codelist's codes, from the releases of its versions. Of one visit.
class StoryTerms {
 public:
  StoryTerms(const Visit& visit, const projections::CodelistRecord& codelist)
      : visit_(visit), codelist_(codelist) {}

  // Of the version's release, or that of the newest version if it has been deleted; empty without a
  // file.
  std::string of(std::optional<base::VersionId> version, const std::string& code);

 private:
  const coding_systems::Release* release_of(std::optional<base::VersionId> version);

  const Visit& visit_;
  const projections::CodelistRecord& codelist_;
  std::map<std::string, commands::ReleasePointer> open_;  // by alias
};

class StoryView {
 public:
  StoryView(const Visit& visit, const projections::CodelistRecord& codelist)
      : visit_(visit), codelist_(codelist), terms_(visit, codelist) {}

  // Fills {{>STEP}}: who did what; without the person for a step of a sitting.
  void add_step(pages::Section& place, const history::Step& step) {
    add_step(place, step, Naming::person);
  }
  // Fills the place of a group: a step, or a sitting with its steps.
  void add_group(pages::Section& place, const history::Group& group);

  StoryTerms& terms() { return terms_; }

 private:
  enum class Naming : std::uint8_t { person, nobody };
  // What a deed did, around at most one link.
  struct Telling {
    std::string verb;
    std::string link_words = {};
    std::string link_path = {};
    std::string tail = {};
  };

  Telling tell(const history::Deed& deed) const;
  Telling tell_version(const history::Deed& deed) const;
  Telling tell_draft(const history::Deed& deed) const;
  Telling tell_details(const history::Deed& deed) const;
  Telling with_version(std::string verb, std::optional<base::VersionId> version,
                       std::string tail = {}) const;
  Telling with_step(std::string verb, const history::Deed& deed) const;
  std::string source_words(const history::Deed& deed) const;
  std::string release_words(const history::Deed& deed) const;
  void add_step(pages::Section& place, const history::Step& step, Naming naming);
  void add_actor(pages::Section& place, const std::string& actor) const;
  void add_deed(pages::Section& place, const history::Deed& deed);
  void add_codes(pages::Section& place, const history::Deed& deed);

  const Visit& visit_;
  const projections::CodelistRecord& codelist_;
  StoryTerms terms_;
};

// "14 min", "1 h 20 min"; "less than a minute".
std::string duration_words(base::Timestamp from, base::Timestamp to);

}  // namespace codelog::web
