#include "tools/audit_text.h"

#include <algorithm>

#include "tools/terminal.h"

namespace codelog::tools {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

namespace {

constexpr std::size_t codes_shown_max = 50;
constexpr std::size_t term_width_max = 44;

std::string position_of(const Json& object) {
  const auto found = object.find("position");
  return found != object.end() && found->is_number() ? std::to_string(found->get<std::uint64_t>())
                                                     : std::string("-");
}
std::string count_in(const Json& object, const char* name) {
  return format_count(object[name].get<std::uint64_t>());
}
std::string actor_of(const Json& object) {
  const std::string actor = text_of(object, "actor");
  return actor.empty() ? "(operator)" : actor;
}
// "2026-11-29 15:30" of 2026-11-29T15:30:00Z.
std::string minute_of(const Json& object) {
  std::string time = text_of(object, "time").substr(0, 16);
  std::ranges::replace(time, 'T', ' ');
  return time;
}
std::string status_of(const Json& status) {
  return status.is_string() ? status.get<std::string>() : std::string("·");
}
// Keeps whole characters.
std::string shortened(const std::string& text) {
  if (text.size() <= term_width_max) return text;
  std::size_t size = term_width_max - 1;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u) --size;
  return text.substr(0, size) + "…";
}
std::string with_term(const Json& object) {
  const std::string term = shortened(text_of(object, "term"));
  return text_of(object, "code") + (term.empty() ? "" : " |" + term + "|");
}

std::vector<std::vector<std::string>> blame_rows(const Json& code) {
  std::vector<std::vector<std::string>> rows;
  const std::vector<std::string> first = {text_of(code, "code"), shortened(text_of(code, "term")),
                                          text_of(code, "status")};
  for (const Json& decision : code["decided_by"]) {
    const bool is_own = decision["code"] == code["code"];
    const bool is_given = decision.value("given", false);
    auto row = first;
    row.push_back(position_of(decision));
    row.push_back(minute_of(decision));
    row.push_back(decision.contains("position") ? actor_of(decision) : "(not found)");
    row.push_back(is_own ? "" : text_of(decision, "status") + " " + with_term(decision));
    row.push_back(is_given ? "(given with the version)" : text_of(decision, "reason"));
    rows.push_back(std::move(row));
  }
  if (!rows.empty()) return rows;
  rows.push_back(first);
  rows.back().resize(8);
  return rows;
}

std::string describe_search(const Json& search) {
  const bool is_added = search["before"].is_null();
  const Json& one = is_added ? search["after"] : search["before"];
  const bool is_removed = search["after"].is_null();
  const char* const what =
      is_added ? "search added: " : (is_removed ? "search removed: " : "search finds others: ");
  return std::string("  ") + what + text_of(one, "term") + text_of(one, "code") + "\n";
}

std::string describe_version_changes(const Json& version) {
  std::string text = "version " + text_of(version, "hash") + ": " + text_of(version, "change");
  const Json& before = version["before"];
  const Json& after = version["after"];
  if (before.is_object() && after.is_object() && before["status"] != after["status"]) {
    text += ", " + text_of(before, "status") + " → " + text_of(after, "status");
  }
  if (version["compared_with"].is_string()) {
    text += ", compared with " + text_of(version, "compared_with");
  }
  text += "\n";
  if (!version.contains("codes")) return text;
  text += "  " + count_in(version, "added_count") + " codes added, " +
          count_in(version, "removed_count") + " removed, " + count_in(version, "changed_count") +
          " statuses changed\n";
  std::size_t shown_count = 0;
  for (const Json& code : version["codes"]) {
    if (shown_count++ == codes_shown_max) {
      text += "  … (--json shows more)\n";
      break;
    }
    text += "  " + status_of(code["before"]) + " → " + status_of(code["after"]) + "  " +
            with_term(code) + "\n";
  }
  for (const Json& search : version["searches"]) text += describe_search(search);
  return text;
}

std::string describe_decided(const Json& deed) {
  const Json terms = deed.value("terms", Json::object());
  std::string text;
  for (const Json& decided : deed["decided"]) {
    const auto code = decided[0].get<std::string>();
    text += (text.empty() ? " " : ", ") + decided[1].get<std::string>() + " " +
            with_term({{"code", code}, {"term", terms.value(code, "")}});
  }
  const auto count = deed["codes_count"].get<std::uint64_t>();
  if (count > deed["decided"].size()) text += ", … (" + format_count(count) + " codes)";
  return text;
}

std::string describe_deed(const Json& deed) {
  std::string text = text_of(deed, "type");
  if (deed.contains("version")) text += " " + text_of(deed, "version");
  if (deed.contains("text")) text += " \"" + text_of(deed, "text") + "\"";
  if (deed.contains("decided")) {
    text += describe_decided(deed);
  } else if (deed["codes_count"] != 0) {
    text += " (" + count_in(deed, "codes_count") + " codes)";
  }
  if (deed.contains("reason")) text += ": " + text_of(deed, "reason");
  return text;
}

std::string describe_step(const Json& step) {
  std::string text = position_of(step) + "  " + minute_of(step) + "  " + actor_of(step);
  for (const Json& deed : step["deeds"]) text += "\n    " + describe_deed(deed);
  return text + "\n";
}

std::string describe_version_step(const Json& version) {
  std::string text = "    " + text_of(version, "hash") + ": " +
                     format_count(version["changes"].size()) + " statuses changed";
  const Json& after = version["after"];
  if (!after.is_object()) return text + "; the version ended\n";
  for (const auto& [status, count] : after["counts"].items()) {
    if (count != 0) text += ", " + status + " " + format_count(count.get<std::uint64_t>());
  }
  return text + "\n";
}

}  // namespace

std::string blame_table(const Json& codes) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& code : codes) {
    for (auto& row : blame_rows(code)) rows.push_back(std::move(row));
  }
  return format_table({{"code"},
                       {"term"},
                       {"status"},
                       {"position", true},
                       {"time"},
                       {"who"},
                       {"follows from"},
                       {"why"}},
                      rows);
}

std::string describe_life(const Json& life) {
  std::string text = with_term(life) + "\n";
  if (life["now"].is_object()) text += "\n" + blame_table(Json::array({life["now"]})) + "\n";
  std::vector<std::vector<std::string>> rows;
  for (const Json& event : life["life"]) {
    const bool has_change = event.contains("after");
    rows.push_back(
        {position_of(event), minute_of(event), actor_of(event), text_of(event, "version"),
         text_of(event, "type") + (event.value("counts", true) ? "" : " (undone)"),
         has_change ? status_of(event["before"]) + " → " + status_of(event["after"]) : "",
         text_of(event, "text"), text_of(event, "reason")});
  }
  return text + format_table({{"position", true},
                              {"time"},
                              {"who"},
                              {"version"},
                              {"event"},
                              {"status"},
                              {"search"},
                              {"why"}},
                             rows);
}

std::string describe_changes(const Json& changes) {
  std::string text;
  for (const auto& [name, sides] : changes["details"].items()) {
    text += name + ": " + sides["before"].dump() + " → " + sides["after"].dump() + "\n";
  }
  for (const Json& version : changes["versions"]) text += describe_version_changes(version);
  if (text.empty()) return "nothing has changed\n";
  if (!changes["is_complete"].get<bool>()) {
    text += "More versions have changed: compare two of them by their hashes.\n";
  }
  return text;
}

std::string describe_site_changes(const Json& changes) {
  std::string text;
  for (const Json& codelist : changes["codelists"]) {
    const Json& handle = codelist["codelist"];
    text += handle.is_object() ? text_of(handle, "owner") + "/" + text_of(handle, "slug")
                               : "deleted codelist " + codelist["id"].dump();
    text += ": " + count_in(codelist, "commits_count") + " commits, " +
            count_in(codelist, "decided_count") + " decisions";
    for (const char* const what : {"made", "saved", "published", "ended"}) {
      const Json& versions = codelist[what];
      if (versions.empty()) continue;
      text += std::string("; ") + what;
      for (const Json& hash : versions) text += " " + hash.get<std::string>();
    }
    text += "\n";
  }
  for (const Json& release : changes["releases"]) {
    text += "release " + release.get<std::string>() + " registered\n";
  }
  return text.empty() ? "nothing has changed\n" : text;
}

std::string describe_replay(const Json& replay) {
  std::string text = "state at " + position_of(replay["state"]) + ":";
  for (const Json& version : replay["state"]["versions"]) {
    text += " " + text_of(version, "hash") + " (" + text_of(version, "status") + ")";
  }
  text += "\n";
  for (const Json& step : replay["steps"]) {
    text += describe_step(step);
    for (const Json& version : step["versions"]) text += describe_version_step(version);
  }
  if (!replay["next"].is_null()) text += "more: --from " + replay["next"].dump() + "\n";
  return text;
}

std::string describe_story(const Json& story) {
  std::string text;
  for (const Json& group : story["groups"]) {
    for (const Json& step : group["steps"]) text += describe_step(step);
    text += "\n";
  }
  if (!story["next"].is_null()) text += "older: --before " + story["next"].dump() + "\n";
  return text;
}

}  // namespace codelog::tools
