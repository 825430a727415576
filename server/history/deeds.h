// What an event did, in the few facts that a story tells of it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/log.h"
#include "projections/views.h"

namespace codelog::history {

// A deed shows at most this many of the codes that it decided.
inline constexpr std::size_t deed_codes_max = 12;

// What a codelist says of itself.
struct Texts {
  std::string description;
  std::string methodology;
  bool operator==(const Texts&) const = default;
};

struct Deed {
  std::string_view type;  // "StatusesChanged", as histories show it
  std::optional<base::VersionId> version;
  // What was searched for; or the name, tag, labels or person that the event is about.
  std::string text;
  std::string reason;
  std::optional<base::Position> step;     // that was undone, redone or explained; or the past that
                                          // was restored
  std::optional<base::VersionId> source;  // that a version was made from
  std::string release;                    // of a new version
  std::optional<events::VersionOrigin> origin;  // of a new version
  std::optional<events::VersionStatus> status;  // of a new version
  std::optional<events::DeletionCause> cause;
  std::optional<bool> is_on;  // of a setting, or: a code was searched for
  // Codes that were found, decided, confirmed, or that a version began with.
  std::uint64_t codes_count = 0;
  std::uint64_t changed_count = 0;            // codes whose status changed; new ones, for a search
  std::vector<base::CodeWithStatus> decided;  // the first ones
  // What became of the code that the story is about; without `after`, it left the version.
  std::optional<base::CodeChange> change;
  // Of a change of the texts: as they are then, and as they were, where a story has read that.
  std::optional<Texts> texts;
  std::optional<Texts> texts_before;
};

// The codelist's texts after an event that sets them.
std::optional<Texts> texts_of(const events::Event& event);

// Nothing for events of no interest, and, if a code is given, for those that are not about it.
std::optional<Deed> deed_of(const events::Event& event, std::string_view code);

// True if the event is about a codelist or its versions, and so tells nothing else.
bool is_about_codelist(const events::Event& event);
// The first codelist of a commit that tells of nothing but codelists, all of which the reader with
// these views may read: only of such a commit may the reader have the bytes. Nothing for others.
std::optional<base::CodelistId> readable_codelist(const projections::Views& views,
                                                  const events::Commit& commit);
// True for the name of such events, as histories show it.
bool is_type_about_codelist(std::string_view type);

// True for steps of a draft, which a person makes by the dozen.
bool is_step_of_draft(std::string_view type);

}  // namespace codelog::history
