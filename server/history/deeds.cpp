#include "server/history/deeds.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <variant>

#include "events/fields.h"

namespace codelog::history {
namespace {

using base::CodeChange;
using base::CodeWithStatus;

// The entry of a code in a list that is sorted by code.
template <class Entry>
const Entry* find_sorted(const std::vector<Entry>& entries, std::string_view code) {
  const auto found = std::ranges::lower_bound(entries, code, {}, &Entry::code);
  return found != entries.end() && found->code == code ? &*found : nullptr;
}

// True if a table has the text as a whole cell or word.
bool has_word(std::string_view text, std::string_view word) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t after = at + word.size();
    if ((at == 0 || !is_part(text[at - 1])) && (after == text.size() || !is_part(text[after]))) {
      return true;
    }
  }
  return false;
}

template <class Event>
Texts texts_in(const Event& event) {
  return {event.description.value_or(""), event.methodology.value_or("")};
}

class MakeDeed {
 public:
  explicit MakeDeed(std::string_view code) : code_(code) {}

  bool operator()(const events::CodelistCreated& event) {
    deed.text = event.name;
    deed.source = event.cloned_from;
    return is_of_interest();
  }
  bool operator()(const events::CodelistDetailsChanged& event) {
    deed.texts = texts_in(event);
    return is_of_interest();
  }
  bool operator()(const events::CodelistReferencesReplaced&) { return is_of_interest(); }
  bool operator()(const events::CodelistSignOffsReplaced&) { return is_of_interest(); }
  bool operator()(const events::CodelistMigrated&) { return is_of_interest(); }
  bool operator()(const events::CodelistHandleChanged& event) {
    deed.text = event.name;
    return is_of_interest();
  }
  bool operator()(const events::CollaboratorAdded& event) {
    deed.text = event.username;
    return is_of_interest();
  }
  bool operator()(const events::CollaboratorRemoved& event) {
    deed.text = event.username;
    return is_of_interest();
  }
  bool operator()(const events::CodelistTagsReplaced& event) {
    for (const std::string& tag : event.tags) deed.text += (deed.text.empty() ? "" : ", ") + tag;
    return is_of_interest();
  }
  bool operator()(const events::CodelistPrivacyChanged& event) {
    deed.is_on = event.is_private;
    return is_of_interest();
  }
  bool operator()(const events::CodelistAccessChanged& event) {
    deed.is_on = event.is_restricted;
    return is_of_interest();
  }
  bool operator()(const events::CodelistDeleted& event) {
    deed.cause = event.cause;
    deed.reason = event.reason;
    return true;
  }
  bool operator()(const events::CodelistRestored& event) {
    deed.step = event.as_of;
    deed.reason = event.reason;
    return true;
  }

  bool operator()(const events::VersionCreated& event) {
    deed.version = event.version;
    deed.origin = event.origin;
    deed.status = event.status;
    deed.text = event.tag.value_or("");
    deed.release = event.release;
    deed.source = event.source;
    deed.codes_count = event.codes.size();
    if (code_.empty()) return true;
    if (event.csv_data) return has_word(*event.csv_data, code_);
    const CodeWithStatus* const found = find_sorted(event.codes, code_);
    if (found == nullptr) return false;
    deed.change = CodeChange{found->code, std::nullopt, found->status};
    return true;
  }
  bool operator()(const events::VersionSavedForReview& event) { return about(event.version); }
  bool operator()(const events::VersionPublished& event) { return about(event.version); }
  bool operator()(const events::VersionDeleted& event) {
    deed.cause = event.cause;
    deed.reason = event.reason;
    return about(event.version);
  }

  bool operator()(const events::SearchAdded& event) {
    deed.version = event.version;
    take(event.search);
    for (const CodeChange& change : event.changes) deed.changed_count += change.before ? 0 : 1;
    return note_change(event.changes) || finds(event.search);
  }
  bool operator()(const events::SearchRemoved& event) {
    deed.version = event.version;
    take(event.search);
    deed.changed_count = event.changes.size();
    return note_change(event.changes) || finds(event.search);
  }
  bool operator()(const events::StatusesChanged& event) {
    deed.version = event.version;
    deed.reason = event.reason;
    deed.codes_count = event.updates.size();
    deed.changed_count = event.changes.size();
    for (const CodeWithStatus& update : event.updates) {
      if (deed.decided.size() == deed_codes_max) break;
      if (code_.empty() || update.code == code_) deed.decided.push_back(update);
    }
    const bool is_decided = !code_.empty() && !deed.decided.empty();
    // The codes that brought a status about by being above it.
    if (!code_.empty() && !is_decided) {
      const std::size_t count = std::min(event.updates.size(), deed_codes_max);
      deed.decided.assign(event.updates.begin(),
                          event.updates.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return note_change(event.changes) || is_decided;
  }
  bool operator()(const events::StatusesReapplied& event) {
    deed.version = event.version;
    deed.changed_count = event.changes.size();
    return note_change(event.changes);
  }
  bool operator()(const events::AssumptionsConfirmed& event) {
    deed.version = event.version;
    deed.codes_count = event.settled.size();
    return code_.empty() || std::ranges::binary_search(event.settled, code_);
  }
  bool operator()(const events::DraftStepUndone& event) { return moved(event); }
  bool operator()(const events::DraftStepRedone& event) { return moved(event); }
  bool operator()(const events::ReasonGiven& event) {
    deed.step = event.step;
    deed.reason = event.reason;
    return about(event.version);
  }
  bool operator()(const auto&) { return false; }

  Deed deed;

 private:
  // Of events that are about no code.
  bool is_of_interest() const { return code_.empty(); }
  bool about(base::VersionId version) {
    deed.version = version;
    return is_of_interest();
  }
  bool moved(const auto& event) {
    deed.version = event.version;
    deed.step = event.step;
    deed.changed_count = event.changes.size();
    return note_change(event.changes);
  }
  void take(const events::SearchWithResults& search) {
    deed.text = search.text;
    deed.is_on = search.kind == events::SearchKind::code;
    deed.codes_count = search.codes.size();
  }
  bool finds(const events::SearchWithResults& search) const {
    return code_.empty() || std::ranges::binary_search(search.codes, code_);
  }
  bool note_change(const std::vector<CodeChange>& changes) {
    if (code_.empty()) return true;
    const CodeChange* const found = find_sorted(changes, code_);
    if (found == nullptr) return false;
    deed.change = *found;
    return true;
  }

  std::string_view code_;
};

template <class Event>
constexpr bool names_codelist = requires(const Event& event) {
  event.codelist;
}
|| requires(const Event& event) { event.version; };

template <std::size_t... Index>
bool is_one_of_types(std::string_view type, std::index_sequence<Index...>) {
  return (
      (names_codelist<std::variant_alternative_t<Index, events::AnyEvent>> &&
       events::Description<std::variant_alternative_t<Index, events::AnyEvent>>::name == type) ||
      ...);
}

}  // namespace

bool is_about_codelist(const events::Event& event) {
  return std::visit([](const auto& value) { return names_codelist<decltype(value)>; }, event);
}

std::optional<base::CodelistId> readable_codelist(const projections::Views& views,
                                                  const events::Commit& commit) {
  std::optional<base::CodelistId> first;
  for (const events::StreamExpectation& touched : commit.content.streams) {
    const auto codelist = touched.stream.codelist();
    if (!codelist) continue;
    if (!views.may_read(*codelist)) return std::nullopt;
    if (!first) first = codelist;
  }
  const bool tells_nothing_else = std::ranges::all_of(commit.content.events, is_about_codelist);
  return tells_nothing_else ? first : std::nullopt;
}

bool is_type_about_codelist(std::string_view type) {
  return is_one_of_types(type, std::make_index_sequence<events::event_types_count>());
}

std::optional<Texts> texts_of(const events::Event& event) {
  if (const auto* const created = std::get_if<events::CodelistCreated>(&event)) {
    return texts_in(*created);
  }
  if (const auto* const changed = std::get_if<events::CodelistDetailsChanged>(&event)) {
    return texts_in(*changed);
  }
  return std::nullopt;
}

std::optional<Deed> deed_of(const events::Event& event, std::string_view code) {
  MakeDeed make(code);
  const bool is_told = std::visit([&](const auto& value) { return make(value); }, event);
  if (!is_told) return std::nullopt;
  make.deed.type = events::event_type(event);
  return std::move(make.deed);
}

bool is_step_of_draft(std::string_view type) {
  constexpr std::array<std::string_view, 6> types = {"StatusesChanged",      "StatusesReapplied",
                                                     "AssumptionsConfirmed", "DraftStepUndone",
                                                     "DraftStepRedone",      "ReasonGiven"};
  return std::ranges::find(types, type) != types.end();
}

}  // namespace codelog::history
