// codelog log blame, diff, replay and story: the history of a site, for people and programs.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>

#include "tools/audit_text.h"
#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct AuditOptions {
  CommonOptions common;
  std::string name;  // of a version or a codelist
  std::string from;
  std::string to;
  std::string codelist;
  std::string code;
  std::string as_of;
  std::uint64_t limit = 0;
  bool is_backward = false;
  bool is_sanitised = false;
  bool is_csv = false;
};

// Reads one page after the other.
class Reader {
 public:
  static Result<Reader> open(const CommonOptions& options) {
    auto site = SiteAccess::open(options.folder(site::OpenViews::yes));
    if (!site) return site.error();
    return Reader(std::move(*site));
  }
  Result<Json> read(const std::string& endpoint, const Json& path, const Json& query,
                    const bool is_csv = false) {
    return site_.run("api.read",
                     {{"endpoint", endpoint}, {"path", path}, {"query", query}, {"csv", is_csv}});
  }

 private:
  explicit Reader(SiteAccess site) : site_(std::move(site)) {}
  SiteAccess site_;
};

// ORGANISATION/SLUG, organisation/NAME/SLUG or user/NAME/SLUG.
Result<Json> codelist_path(const std::string& name) {
  const auto first = name.find('/');
  const auto last = name.rfind('/');
  const bool is_long = first != last;
  const std::string kind = is_long ? name.substr(0, first) : "organisation";
  const std::string owner =
      is_long ? name.substr(first + 1, last - first - 1) : name.substr(0, first);
  const bool is_known = kind == "organisation" || kind == "user";
  if (first == std::string::npos || !is_known || owner.empty() || last + 1 == name.size()) {
    return Error{ErrorCode::invalid,
                 "'" + name +
                     "' is not the name of a codelist (ORGANISATION/SLUG or "
                     "user/NAME/SLUG)",
                 {}};
  }
  return Json{{"owner_kind", kind}, {"owner", owner}, {"slug", name.substr(last + 1)}};
}

// --- Blame

Json blame_query(const AuditOptions& options) {
  Json query = Json::object();
  if (!options.as_of.empty()) query["as_of"] = options.as_of;
  if (!options.code.empty()) query["code"] = options.code;
  if (options.limit != 0) query["limit"] = std::to_string(options.limit);
  return query;
}

Result<Json> read_blame(Reader& reader, const AuditOptions& options) {
  Json query = blame_query(options);
  const char* const list = options.code.empty() ? "codes" : "life";
  Json all;
  while (true) {
    auto page = reader.read("getBlame", {{"hash", options.name}}, query);
    if (!page) return page.error();
    if (all.is_null()) {
      all = std::move(*page);
    } else {
      for (Json& entry : (*page)[list]) all[list].push_back(std::move(entry));
      all["next"] = (*page)["next"];
    }
    if (all["next"].is_null() || options.limit != 0) return all;
    query[options.code.empty() ? "offset" : "before"] = all["next"].dump();
  }
}

int blame_csv(Reader& reader, const AuditOptions& options) {
  constexpr std::uint64_t page_codes = 20'000;
  Json query = blame_query(options);
  for (std::uint64_t offset = 0;; offset += page_codes) {
    if (offset != 0) query["offset"] = std::to_string(offset);
    const auto page = reader.read("getBlame", {{"hash", options.name}}, query, true);
    if (!page) return refuse(page.error(), options.common);
    const std::string csv = text_of(*page, "csv");
    // Only the first page has the titles.
    print(offset == 0 ? std::string_view(csv) : std::string_view(csv).substr(csv.find('\n') + 1));
    if ((*page)["next"].is_null() || options.limit != 0) return exit_done;
  }
}

int blame(const AuditOptions& options) {
  auto reader = Reader::open(options.common);
  if (!reader) return refuse(reader.error(), options.common);
  if (options.is_csv) return blame_csv(*reader, options);
  return finish(read_blame(*reader, options), options.common, [&](const Json& found) {
    std::string text = options.code.empty() ? blame_table(found["codes"]) : describe_life(found);
    if (!found["is_complete"].get<bool>()) {
      text += "The history is too long to read: some decisions are missing.\n";
    }
    return text;
  });
}

// --- Differences

bool looks_like_hash(const std::string& text) {
  return text.size() == 8 &&
         std::ranges::any_of(text, [](unsigned char c) { return std::isalpha(c) != 0; }) &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

Result<Json> read_site_changes(Reader& reader, Json query) {
  Json all;
  while (true) {
    auto page = reader.read("getSiteChanges", Json::object(), query);
    if (!page) return page.error();
    if (all.is_null()) {
      all = std::move(*page);
    } else {
      for (const char* const list : {"codelists", "releases"}) {
        for (Json& entry : (*page)[list]) all[list].push_back(std::move(entry));
      }
      all["next"] = (*page)["next"];
    }
    if (all["next"].is_null()) return all;
    query["from"] = all["next"].dump();
  }
}

int show_differences(const AuditOptions& options) {
  auto reader = Reader::open(options.common);
  if (!reader) return refuse(reader.error(), options.common);
  Json query = {{"from", options.from}};
  if (!options.to.empty()) query["to"] = options.to;
  if (options.codelist.empty() && !looks_like_hash(options.from)) {
    return finish(read_site_changes(*reader, query), options.common, describe_site_changes);
  }
  Json path;
  if (options.codelist.empty()) {
    const auto version = reader->read("getVersion", {{"hash", options.from}}, Json::object());
    if (!version) return refuse(version.error(), options.common);
    auto named =
        codelist_path(text_of(*version, "owner") + "/" + text_of((*version)["codelist"], "slug"));
    if (!named) return refuse(named.error(), options.common);
    path = std::move(*named);
  } else {
    auto named = codelist_path(options.codelist);
    if (!named) return refuse(named.error(), options.common);
    path = std::move(*named);
  }
  return finish(reader->read("getChanges", path, query), options.common, describe_changes);
}

// --- Replay and story

int replay(const AuditOptions& options) {
  const auto path = codelist_path(options.name);
  if (!path) return refuse(path.error(), options.common);
  auto reader = Reader::open(options.common);
  if (!reader) return refuse(reader.error(), options.common);
  Json query = {{"direction", options.is_backward ? "backward" : "forward"}};
  if (!options.from.empty()) query["from"] = options.from;
  if (options.limit != 0) query["limit"] = std::to_string(options.limit);
  return finish(reader->read("getReplay", *path, query), options.common, describe_replay);
}

int tell_story(const AuditOptions& options) {
  const auto path = codelist_path(options.name);
  if (!path) return refuse(path.error(), options.common);
  auto reader = Reader::open(options.common);
  if (!reader) return refuse(reader.error(), options.common);
  Json query = {{"group", "session"}};
  if (!options.code.empty()) query["code"] = options.code;
  if (!options.from.empty()) query["before"] = options.from;
  if (options.limit != 0) query["limit"] = std::to_string(options.limit);
  return finish(reader->read("getHistory", *path, query), options.common, describe_story);
}

// --- Export

std::string describe_export(const Json& made) {
  return "exported " + format_count(made["commits"].get<std::uint64_t>()) + " commits to " +
         text_of(made, "folder") + "\n";
}

int export_files(const AuditOptions& options) {
  // A running server works in another folder.
  Json arguments = {{"folder", std::filesystem::absolute(options.name).string()},
                    {"sanitised", options.is_sanitised}};
  if (!options.codelist.empty()) arguments["codelist"] = options.codelist;
  if (!options.from.empty()) arguments["from"] = options.from;
  if (!options.to.empty()) arguments["to"] = options.to;
  const auto views = options.codelist.empty() ? site::OpenViews::no : site::OpenViews::yes;
  return finish(run_operation(options.common, "log.export", arguments, views), options.common,
                describe_export);
}

// --- The command line

constexpr CommandText blame_text = {
    "blame",
    "For each code of a version: who decided it, when, by which commit, why, and from which code "
    "above it follows. With --code, the whole life of one code.",
    "codelog log blame 66f08cca\ncodelog log blame 66f08cca --code 195967001\n"
    "codelog log blame 66f08cca --as-of 2026-11-29 --csv"};
constexpr CommandText diff_text = {
    "diff",
    "What has changed between two positions, times or versions: of the site, or with --codelist of "
    "a codelist: details, versions, codes with their statuses, searches.",
    "codelog log diff 2026-11-01 2026-12-01\n"
    "codelog log diff 120 240 --codelist example-university/asthma\n"
    "codelog log diff 66f08cca 5c9ea1f2"};
constexpr CommandText replay_text = {
    "replay", "A codelist's states one after the other: a state, and what each commit changed.",
    "codelog log replay example-university/asthma\n"
    "codelog log replay user/ada/gout --from 240 --limit 20 --backwards --json"};
constexpr CommandText story_text = {
    "story", "A codelist's history, newest first: who did what, when and why.",
    "codelog log story example-university/asthma\n"
    "codelog log story user/ada/gout --code 195967001"};

constexpr CommandText export_text = {
    "export",
    "Write the log, or one codelist, as files that flatc and jq alone read: FlatBuffers beside "
    "their schema, and JSON lines. Personal data stay sealed.",
    "codelog log export ./log-2026\n"
    "codelog log export ./asthma --codelist example-university/asthma\n"
    "codelog log export ./for-developers --sanitise --from 1000 --to 2000"};

using AuditAction = int (*)(const AuditOptions&);

struct AuditCommand {
  Command command;
  AuditOptions& options;
};

AuditCommand add_audit_command(Command group, const CommandText& text, AuditAction action) {
  Command command = group.add_command(text);
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<AuditOptions>();
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options, action] { return action(*options); });
  return {command, *options};
}

void add_limit(AuditCommand& audit, const char* what) {
  audit.command.add_option("--limit", audit.options.limit, what).type_name("COUNT").positive();
}

}  // namespace

void add_log_audit_commands(Command group) {
  constexpr const char* codelist = "ORGANISATION/SLUG or user/NAME/SLUG";
  AuditCommand story = add_audit_command(group, story_text, tell_story);
  story.command.add_option("CODELIST", story.options.name, codelist).required();
  story.command.add_option("--code", story.options.code, "Only what is about this code")
      .type_name("CODE");
  story.command.add_option("--before", story.options.from, "Only commits before this position")
      .type_name("POSITION");
  add_limit(story, "How many commits or sittings at most");

  AuditCommand blamed = add_audit_command(group, blame_text, blame);
  blamed.command.add_option("HASH", blamed.options.name, "The version").required();
  blamed.command.add_option("--code", blamed.options.code, "The life of this code alone")
      .type_name("CODE");
  blamed.command.add_option("--as-of", blamed.options.as_of, "The version at a position or a time")
      .type_name("MOMENT");
  blamed.command.add_flag("--csv", blamed.options.is_csv, "Print a table for a spreadsheet");
  add_limit(blamed, "How many codes, or events of a code, at most");

  AuditCommand diff = add_audit_command(group, diff_text, show_differences);
  diff.command.add_option("FROM", diff.options.from, "A position, a time, or a version's hash")
      .required();
  diff.command.add_option("TO", diff.options.to, "Another; otherwise the present");
  diff.command.add_option("--codelist", diff.options.codelist, codelist).type_name("CODELIST");

  AuditCommand replayed = add_audit_command(group, replay_text, replay);
  replayed.command.add_option("CODELIST", replayed.options.name, codelist).required();
  replayed.command
      .add_option("--from", replayed.options.from, "The position of the state to begin with")
      .type_name("POSITION");
  replayed.command.add_flag("--backwards", replayed.options.is_backward, "Go backwards");
  add_limit(replayed, "How many commits at most");

  AuditCommand exported = add_audit_command(group, export_text, export_files);
  exported.command.add_option("DIR", exported.options.name, "The folder to make").required();
  exported.command.add_option("--codelist", exported.options.codelist, codelist)
      .type_name("CODELIST");
  exported.command
      .add_option("--from", exported.options.from, "The first position, or commits after a time")
      .type_name("MOMENT");
  exported.command.add_option("--to", exported.options.to, "The last position, or a time")
      .type_name("MOMENT");
  exported.command.add_flag("--sanitise", exported.options.is_sanitised,
                            "Replace personal data and all texts that people typed by pseudonyms");
}

}  // namespace codelog::tools
