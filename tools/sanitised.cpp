#include "tools/sanitised.h"

#include <algorithm>
#include <array>
#include <random>
#include <type_traits>
#include <variant>

#include "events/base/digest.h"
#include "events/fields.h"

namespace codelog::tools {
namespace {

using events::SearchKind;

// Fields whose texts are names of things in releases, or dates: nobody typed them here.
constexpr std::array<std::string_view, 11> kept_fields = {
    "alias",       "assumed", "coding_system", "compatible_releases",
    "date_joined", "mapping", "release",       "release_date",
    "reopened",    "settled", "valid_from"};

template <class T>
constexpr bool is_plain =
    std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, base::Position> ||
    std::is_same_v<T, base::Timestamp> || std::is_same_v<T, base::CodelistId> ||
    std::is_same_v<T, base::VersionId> || std::is_same_v<T, base::SearchId> ||
    std::is_same_v<T, base::CodeChange> || std::is_same_v<T, base::CodeWithStatus> ||
    std::is_same_v<T, events::VersionContent>;

class FieldSanitiser {
 public:
  explicit FieldSanitiser(const Sanitiser& sanitiser) : sanitiser_(sanitiser) {}

  // Every type of field has its rule; a new type does not compile without one.
  template <class T>
  void operator()(std::string_view name, T& value) const {
    if constexpr (!is_plain<T>) apply(name, value);
  }

 private:
  void replace(std::string& text) const { text = sanitiser_.pseudonym(text); }

  void apply(std::string_view name, std::string& text) const {
    if (std::ranges::find(kept_fields, name) == kept_fields.end()) replace(text);
  }
  template <class T>
  void apply(std::string_view name, std::optional<T>& value) const {
    if constexpr (!is_plain<T>) {
      if (value) apply(name, *value);
    }
  }
  template <class T>
  void apply(std::string_view name, std::vector<T>& values) const {
    if constexpr (!is_plain<T>) {
      for (T& value : values) apply(name, value);
    }
  }
  // Digests of secrets; digests of contents and files say nothing.
  void apply(std::string_view name, base::Sha256& digest) const {
    if (name.find("token") != std::string_view::npos ||
        name.find("session") != std::string_view::npos) {
      digest = {};
    }
  }
  void apply(std::string_view, events::Sealed& sealed) const { sealed = {}; }
  void apply(std::string_view, events::Owner& owner) const { replace(owner.name); }
  void apply(std::string_view, events::Reference& reference) const {
    replace(reference.text);
    replace(reference.url);
  }
  void apply(std::string_view, events::SignOff& signoff) const { replace(signoff.username); }
  void apply(std::string_view, events::SearchWithResults& search) const {
    if (search.kind == SearchKind::term) replace(search.text);
    replace(search.slug);
  }
  void apply(std::string_view, events::SearchLeftOut& search) const {
    if (search.kind == SearchKind::term) replace(search.text);
    replace(search.problem);
  }
  void apply(std::string_view, events::VersionUpgrade& upgrade) const { replace(upgrade.problem); }
  void apply(std::string_view, events::HandleTimes& times) const { replace(times.handle); }
  void apply(std::string_view, events::CollaboratorTimes& times) const { replace(times.username); }

  const Sanitiser& sanitiser_;
};

// The stream's kind and ids stay, names do not: "user/alice" becomes "user/x0123456789-5".
std::string sanitised_stream(const Sanitiser& sanitiser, const events::Stream& stream) {
  constexpr std::array<std::string_view, 5> without_names = {"codelist/", "release/", "mapping/",
                                                             "refset/", "migration"};
  const std::string& name = stream.name();
  if (std::ranges::any_of(without_names,
                          [&](std::string_view kind) { return name.starts_with(kind); })) {
    return name;
  }
  const auto end = name.rfind('/');
  if (end == std::string::npos) return name;
  return name.substr(0, end + 1) + sanitiser.pseudonym(std::string_view(name).substr(end + 1));
}

}  // namespace

Sanitiser::Sanitiser() {
  constexpr int words = 8;
  std::random_device random;  // the system's source of randomness
  for (int i = 0; i < words; ++i) key_ += std::to_string(random()) + " ";
}

std::string Sanitiser::pseudonym(std::string_view text) const {
  if (text.empty()) return {};
  constexpr std::size_t digits = 10;
  return "x" + base::to_hex(base::sha256({key_, text, key_})).substr(0, digits) + "-" +
         std::to_string(text.size());
}

void Sanitiser::sanitise(events::CommitDraft& commit) const {
  commit.actor = pseudonym(commit.actor);
  commit.idempotency.reset();
  for (events::StreamExpectation& touched : commit.streams) {
    touched.stream = events::Stream(sanitised_stream(*this, touched.stream));
  }
  const FieldSanitiser sanitise_field(*this);
  for (events::Event& any : commit.events) {
    std::visit([&]<class Event>(
                   Event& event) { events::Description<Event>::fields(event, sanitise_field); },
               any);
  }
}

}  // namespace codelog::tools
