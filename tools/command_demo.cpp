#include <unistd.h>

#include <array>
#include <memory>
#include <span>

#include "server/site/release_import.h"
#include "server/site/temporary_folder.h"
#include "tools/command.h"
#include "tools/demo/releases.h"
#include "tools/demo_content.h"
#include "tools/remote_registry.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Result;

struct DemoOptions {
  CommonOptions common;
  std::uint32_t concepts_count = demo_concepts_count;  // of SNOMED CT
};

struct DemoRelease {
  const char* system;
  std::string_view valid_from;
  Result<void> (*make)(const std::filesystem::path& archive, std::uint32_t concepts_count);
};
// The codelists use these.
constexpr std::array first_releases = {
    DemoRelease{"snomedct", demo_valid_from,
                [](const std::filesystem::path& archive, std::uint32_t concepts_count) {
                  return demo::make_snomedct_archive(archive, {.concepts_count = concepts_count});
                }},
    DemoRelease{"bnf", demo_valid_from,
                [](const std::filesystem::path& archive, std::uint32_t) {
                  return demo::make_bnf_archive(archive,
                                                {.presentations_count = demo_presentations_count});
                }},
    DemoRelease{"dmd", demo_valid_from,
                [](const std::filesystem::path& archive, std::uint32_t) {
                  return demo::make_dmd_archive(archive);
                }},
    DemoRelease{"icd10", demo_valid_from, [](const std::filesystem::path& archive, std::uint32_t) {
                  return demo::make_icd10_archive(archive);
                }}};
constexpr std::array later_releases = {DemoRelease{
    "snomedct", demo_later_valid_from,
    [](const std::filesystem::path& archive, std::uint32_t concepts_count) {
      return demo::make_snomedct_archive(archive, {.concepts_count = concepts_count, .edition = 2});
    }}};
constexpr int later_releases_day = 49;

struct ImportedInto {
  const site::DataFolderOptions& folder;
  std::uint32_t concepts_count;
};

// Imports the releases; adds their aliases.
Result<void> import_demo_releases(std::span<const DemoRelease> releases, const ImportedInto& into,
                                  const site::ReportProgress& report, Json& aliases) {
  const auto temporary = site::TemporaryFolder::make();
  if (!temporary) return temporary.error();
  RemoteRegistry registry(into.folder);
  for (const DemoRelease& release : releases) {
    const auto archive = temporary->path() / ("demo_" + std::string(release.system) + ".zip");
    if (const auto made = release.make(archive, into.concepts_count); !made) return made.error();
    const auto imported = site::import_release(
        into.folder.data,
        {release.system, archive, std::string(demo_release_name), std::string(release.valid_from)},
        registry, report);
    if (!imported) return imported.error();
    aliases.push_back(imported->alias);
  }
  return {};
}

// In this process: the history of an unused folder may begin weeks ago.
Result<Json> fill_unused(const site::DataFolderOptions& folder, PastTime& time) {
  const auto opened = open_folder_here(folder, {});
  if (!opened) return opened.error();
  application::Application application((*opened)->site());
  return fill_demo(application, time);
}

Result<Json> run_operation(const site::DataFolderOptions& folder, std::string_view operation) {
  auto site = SiteAccess::open(folder);
  if (!site) return site.error();
  return site->run(operation, Json::object());
}

Result<Json> make_demo(const DemoOptions& options) {
  site::DataFolderOptions folder = options.common.folder();
  ProgressLine progress;
  const site::ReportProgress report = [&](const site::WorkProgress& work) {
    progress.show(work.stage, work.done, work.total);
    return true;
  };
  PastTime past;
  const bool unused = !std::filesystem::exists(folder.data);
  if (unused) folder.clock = &past;
  {
    auto site = SiteAccess::open(folder, report);
    if (!site) return site.error();
    const auto found = site->run("demo.find", Json::object());
    if (!found) return found.error();
    if ((*found)["complete"].get<bool>())
      return Json{{"created", false}, {"tokens", Json::object()}};
  }
  Json aliases = Json::array();
  if (const auto imported =
          import_demo_releases(first_releases, {folder, options.concepts_count}, report, aliases);
      !imported)
    return imported.error();
  progress.show("codelists", 0, 0);
  auto outcome = unused ? fill_unused(folder, past) : run_operation(folder, "demo.fill");
  if (!outcome) return outcome;
  past.go_to(later_releases_day, 9);
  if (const auto imported =
          import_demo_releases(later_releases, {folder, options.concepts_count}, report, aliases);
      !imported)
    return imported.error();
  if (const auto reported = run_operation(folder, "demo.report"); !reported)
    return reported.error();
  (*outcome)["releases"] = std::move(aliases);
  return outcome;
}

std::string describe(const Json& outcome, const std::string& data) {
  const std::string folder = data == "data" ? "" : " --data " + data;
  std::string text;
  if (outcome["created"].get<bool>()) {
    text = "made " + std::to_string(outcome["releases"].size()) +
           " releases, 3 users, 2 organisations and " +
           std::to_string(outcome["codelists"].size()) + " codelist versions\n\n";
  } else {
    text = "the demonstration is there already\n\n";
  }
  if (outcome.contains("password")) {
    text += "alice (administrator), bob and carol log in with " +
            outcome["password"].get<std::string>() + "\n\n";
  }
  const Json& tokens = outcome["tokens"];
  for (const auto& [username, token] : tokens.items()) {
    text += "token of " + username +
            std::string(8 - std::min<std::size_t>(username.size(), 7), ' ') +
            token.get<std::string>() + "\n";
  }
  const std::string token = tokens.contains("alice") ? tokens["alice"].get<std::string>()
                                                     : "$(codelog user token alice" + folder + ")";
  if (!tokens.empty()) text += "\n";
  const std::string url = "http://127.0.0.1:7000";
  text +=
      "Try next:\n  codelog serve" + folder + "\n  token=" + token + "\n  curl " + url +
      "/api/v2/releases\n  curl '" + url +
      "/api/v2/releases/snomedct_demo_20240101/search?term=asthma'\n  curl " + url +
      "/api/v1/codelist/example-university/\n  curl -H \"Authorization: Token $token\" \\\n      "
      " " +
      "-H 'Content-Type: application/json' \\\n       -d '{\"owner\": \"user/alice\", \"name\": "
      "\"My first\", \"coding_system\": \"snomedct\"}' \\\n       " +
      url + "/api/v2/codelists\n";
  return text;
}

int make(const DemoOptions& options) {
  return finish(make_demo(options), options.common,
                [&](const Json& outcome) { return describe(outcome, options.common.data); });
}

}  // namespace

void add_demo_command(Command program) {
  Command command = program.add_command(
      {"demo",
       "Make a demonstration: small synthetic releases, users with a password and tokens, "
       "organisations, and codelists in all states, with weeks of history if the folder is new. "
       "A second call changes nothing and says so.",
       "codelog demo --data demo\ncodelog serve --data demo\n"
       "codelog demo --data large --concepts 200000"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<DemoOptions>();
  add_data_options(command, options->common);
  command
      .add_option("--concepts", options->concepts_count,
                  "How many concepts the releases of SNOMED CT have, for trying large codelists")
      .type_name("COUNT")
      .between(demo_concepts_count, 400'000)
      .show_default();
  add_json_option(command, options->common);
  command.set_action([options] { return make(*options); });
}

}  // namespace codelog::tools
