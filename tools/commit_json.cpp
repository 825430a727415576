#include "tools/commit_json.h"

#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "events/base/version_hash.h"
#include "events/fields.h"
#include "server/accounts/personal_data.h"

namespace codelog::tools {
namespace {

// --- The values of fields, each type in one way

Json json_of(bool value) { return value; }
Json json_of(std::uint64_t value) { return value; }
Json json_of(const std::string& text) { return text; }
Json json_of(const base::Sha256& digest) { return base::to_hex(digest); }
Json json_of(base::Position position) { return position.value(); }
Json json_of(base::Timestamp time) { return base::format_timestamp(time); }
Json json_of(base::CodelistId id) { return id.value(); }
Json json_of(base::VersionId id) { return base::version_hash(id); }
Json json_of(base::SearchId id) { return id.value(); }
Json json_of(base::CodeStatus status) { return base::to_string(status); }
Json json_of(const events::Owner& owner) { return events::to_string(owner); }

template <class Enum>
requires std::is_enum_v<Enum> Json json_of(Enum value) { return events::to_string(value); }

Json json_of(const events::VersionContent& content) {
  return {{"release", content.release},
          {"release_digest", json_of(content.release_digest)},
          {"content_digest", json_of(content.content_digest)},
          {"download_digest", json_of(content.download_digest)}};
}

template <class Value>
Json json_of(const std::optional<Value>& value) {
  if (!value) return nullptr;
  return json_of(*value);
}

Json json_of(const events::CodeChange& change) {
  return Json::array({change.code, json_of(change.before), json_of(change.after)});
}

Json json_of(const events::CodeWithStatus& code) {
  return Json::array({code.code, json_of(code.status)});
}

Json json_of(const events::Reference& reference) {
  return {{"text", reference.text}, {"url", reference.url}};
}

Json json_of(const events::SignOff& signoff) {
  Json json = {{"user", signoff.username}, {"date", signoff.date}};
  if (signoff.content_digest != base::Sha256{})
    json["content_digest"] = json_of(signoff.content_digest);
  return json;
}

template <class Search>
Json asked(const Search& search) {
  Json json = {{events::to_string(search.kind), search.text},
               {"mode", base::to_string(search.mode)}};
  if (search.active != events::ActiveFilter::any) {
    json["active"] = search.active == events::ActiveFilter::active;
  }
  if (!search.types.empty()) json["types"] = search.types;
  return json;
}

Json json_of(const events::SearchWithResults& search) {
  Json json = asked(search);
  json["id"] = search.id.value();
  json["slug"] = search.slug;
  json["codes"] = search.codes;
  return json;
}

Json json_of(const events::SearchLeftOut& search) {
  Json json = asked(search);
  json["codes"] = search.codes_count;
  if (!search.problem.empty()) json["problem"] = search.problem;
  return json;
}

Json json_of(const events::UpgradeCounts& counts) {
  return {{"newly_matched", counts.newly_matched},
          {"no_longer_matched", counts.no_longer_matched},
          {"new_descendants", counts.new_descendants},
          {"inactive", counts.inactive},
          {"removed", counts.removed},
          {"moved", counts.moved},
          {"renamed", counts.renamed},
          {"status_changed", counts.status_changed},
          {"searches_left_out", counts.searches_left_out}};
}

Json json_of(const events::VersionUpgrade& row) {
  return {{"version", json_of(row.version)},
          {"outcome", json_of(row.outcome)},
          {"is_compatible", row.is_compatible},
          {"counts", json_of(row.counts)},
          {"problem", row.problem}};
}

Json json_of(const events::HandleTimes& times) {
  return {{"handle", times.handle},
          {"created_at", json_of(times.created_at)},
          {"updated_at", json_of(times.updated_at)}};
}

Json json_of(const events::CollaboratorTimes& times) {
  return {{"user", times.username},
          {"created_at", json_of(times.created_at)},
          {"updated_at", json_of(times.updated_at)}};
}

template <class Value>
Json json_of(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const Value& value : values) list.push_back(json_of(value));
  return list;
}

// Of an event about one user.
template <class Event>
Json personal_of(const Event& event, const events::Sealed& sealed, const accounts::KeyRing& keys,
                 const IsErased& is_erased) {
  const std::string& username = event.username;
  // A crash may have left the key of an erased user.
  if (is_erased(username)) return {{"erased", true}};
  if (const auto problem = accounts::problem_with_key(keys, username, sealed)) {
    return {{"unreadable", *problem}};
  }
  const auto data = accounts::open_sealed(keys, username, sealed);
  // The user may have been erased meanwhile.
  if (!data) return {{"unreadable", data.error().detail}};
  return {
      {"name", data->name}, {"email", data->email}, {"has_password", !data->password_hash.empty()}};
}

Json sealed_json(const std::string& username, const events::Sealed& sealed,
                 const accounts::KeyRing& keys, const IsErased& is_erased) {
  if (is_erased(username)) return {{"erased", true}};
  const auto opened = keys.open_sealed(username, sealed);
  if (!opened) return {{"unreadable", opened.error().detail}};
  return Json::parse(*opened, nullptr, false);
}

// Where a session came from.
Json personal_of(const events::SessionStarted& event, const events::Sealed& sealed,
                 const accounts::KeyRing& keys, const IsErased& is_erased) {
  return sealed_json(event.username, sealed, keys, is_erased);
}

// The person at the issuer.
Json personal_of(const events::IdentityLinked& event, const events::Sealed& sealed,
                 const accounts::KeyRing& keys, const IsErased& is_erased) {
  return sealed_json(event.username, sealed, keys, is_erased);
}

// `open` makes the JSON of sealed data.
template <class Event, class Open>
void add_fields(const Event& event, const Open& open, Json& json) {
  events::visit_fields(event, [&](const char* name, const auto& value) {
    if constexpr (std::is_same_v<decltype(value), const events::Sealed&>) {
      json[name] = open(event, value);
    } else {
      json[name] = json_of(value);
    }
  });
}

Json head_of(const events::Commit& commit) {
  return {{"position", commit.position.value()},
          {"time", base::format_timestamp(commit.content.time)},
          {"actor", commit.content.actor},
          {"command", commit.content.command}};
}

template <class Open>
Json whole_commit(const events::Commit& commit, const Open& open) {
  Json json = head_of(commit);
  const auto& idempotency = commit.content.idempotency;
  json["idempotency_key"] = idempotency ? Json(idempotency->key) : Json(nullptr);
  json["streams"] = Json::array();
  for (const events::StreamExpectation& stream : commit.content.streams) {
    json["streams"].push_back(
        {{"stream", stream.stream.name()}, {"version", stream.version.value()}});
  }
  json["events"] = Json::array();
  for (const events::Event& event : commit.content.events) {
    Json fields = {{"type", events::event_type(event)}};
    std::visit([&](const auto& value) { add_fields(value, open, fields); }, event);
    json["events"].push_back(std::move(fields));
  }
  return json;
}

}  // namespace

Json upgrades_to_json(const events::UpgradesReported& report) {
  Json json = Json::object();
  events::visit_fields(report,
                       [&](const char* name, const auto& value) { json[name] = json_of(value); });
  return json;
}

Json commit_summary(const events::Commit& commit) {
  Json json = head_of(commit);
  json["events"] = Json::array();
  for (const events::Event& event : commit.content.events) {
    json["events"].push_back(events::event_type(event));
  }
  return json;
}

Json commit_to_json(const events::Commit& commit, const accounts::KeyRing& keys,
                    const IsErased& is_erased) {
  return whole_commit(commit, [&](const auto& event, const events::Sealed& sealed) {
    return personal_of(event, sealed, keys, is_erased);
  });
}

Json sealed_commit_to_json(const events::Commit& commit) {
  return whole_commit(commit, [](const auto&, const events::Sealed&) {
    return Json{{"sealed", true}};
  });
}

}  // namespace codelog::tools
