#include "server/web/codelists/proof_page.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "events/base/version_hash.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "server/history/deeds.h"
#include "server/history/story.h"
#include "server/web/codelists/history_page.h"
#include "server/web/codelists/story_view.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::Position;
using projections::CodelistRecord;
using projections::VersionRecord;

// A position of the log that the visitor's views have reached.
std::optional<Position> position_in_path(const Visit& visit) {
  const std::string_view text = visit.path("position");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  if (number > visit.views().checkpoint().value()) return std::nullopt;
  return Position(number);
}

// The version that the commit finished, if it has not changed since.
std::optional<VersionRecord> finished_version(const Visit& visit, const CodelistRecord& codelist,
                                              Position position) {
  const auto versions = visit.views().versions_of(codelist.id);
  const auto found = std::ranges::find_if(versions, [&](const VersionRecord& version) {
    return version.changed_at == position && version.status != events::VersionStatus::draft;
  });
  if (found == versions.end()) return std::nullopt;
  return *found;
}

// What src/islands/proof.tsx compares with the bytes of the commit.
std::string island_props(const Visit& visit, const CodelistRecord& codelist,
                         const history::Step& step) {
  nlohmann::json props = {{"position", step.position.value()},
                          {"time", step.time ? base::format_timestamp(*step.time) : ""},
                          {"actor", step.actor},
                          {"version", nullptr},
                          {"csv", nullptr}};
  if (const auto version = finished_version(visit, codelist, step.position)) {
    props["version"] = base::version_hash(version->id);
    if (files::is_downloadable(visit.views(), codelist, *version)) {
      props["csv"] = commands::page_of(codelist, *version) + "download.csv";
    }
  }
  return props.dump();
}

http::Response proof_page(const Visit& visit, events::OwnerKind kind) {
  const auto codelist =
      visit.views().find_codelist({kind, std::string(visit.path("owner"))}, visit.path("slug"));
  const auto position = position_in_path(visit);
  if (!codelist || !position) return visit.not_found();
  const events::Log& log = visit.application().site().log;
  const auto commit = log.read(*position);
  if (!commit) return refused(visit, commit.error());
  if (history::readable_codelist(visit.views(), *commit) != codelist->id) return visit.not_found();
  const auto step = history::read_step(log, *position);
  if (!step) return refused(visit, step.error());
  const projections::Handle& handle = codelist->handle();
  pages::Template content("proof.html");
  content.set("NAME", handle.name).set("OVERVIEW", commands::page_of(handle) + "-/");
  content.set("OWNER", owner_name(visit.views(), handle.owner));
  content.set("OWNER_PATH", owner_path(handle.owner));
  content.set("POSITION", position_words(*position));
  const std::string number = std::to_string(position->value());
  content.set("MOMENT", history_path(handle) + "?at=" + number);
  content.set("FILE", "/api/v2/commits/" + number + "/proof");
  content.set("FILE_ADDRESS", visit.address_of("/api/v2/commits/" + number + "/proof"));
  content.set("KEY_ADDRESS", visit.address_of("/log/verifier-key"));
  if (step->time) add_time(content, "TIME", *step->time);
  content.set("PROPS", island_props(visit, *codelist, *step));
  StoryView(visit, *codelist).add_step(content, *step);
  return visit.page({.title = "Proof of commit " + position_words(*position) + " of " + handle.name,
                     .has_own_heading = true,
                     .canonical = visit.address_of(proof_path(handle, *position))},
                    content.expand());
}

}  // namespace

std::string proof_path(const projections::Handle& handle, base::Position position) {
  return commands::page_of(handle) + "-/proof/" + std::to_string(position.value()) + "/";
}

void add_proof_pages(http::Router& router, application::Application& application) {
  const std::pair<events::OwnerKind, std::string> codelists[] = {
      {events::OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/-/proof/{position}/"},
      {events::OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/-/proof/{position}/"}};
  for (const auto& [kind, pattern] : codelists) {
    add_page(router, application, {.pattern = pattern, .get = [kind = kind](const Visit& visit) {
                                     return proof_page(visit, kind);
                                   }});
  }
}

}  // namespace codelog::web
