#include "server/web/versions/version_ends.h"

#include "events/base/version_hash.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using commands::NamedVersion;
using events::VersionStatus;
using projections::EndedVersionRecord;
using projections::VersionRecord;

std::uint64_t decisions_count(const VersionRecord& version) {
  return version.counts[static_cast<std::size_t>(base::CodeStatus::included)] +
         version.counts[static_cast<std::size_t>(base::CodeStatus::excluded)];
}

// "The draft of ben (48 decisions, 1 Dec 2026)"
std::string words_of_sibling(const Visit& visit, const VersionRecord& version) {
  const bool is_draft = version.status == VersionStatus::draft;
  std::string text = is_draft ? "The draft " : "The version under review ";
  text += base::version_hash(version.id);
  if (version.author) {
    const bool is_own = *version.author == visit.actor().username;
    text += " of " + (is_own ? "yours" : shown_name(visit.views(), *version.author));
  }
  text += " (";
  if (!version.has_csv_data) text += pages::counted(decisions_count(version), "decision") + ", ";
  return text + day_of(version.updated_at) + ")";
}

http::Response withdrawn_page(const Visit& visit, const EndedVersionRecord& ended) {
  const projections::Handle& handle = ended.handles.front();
  pages::Template content("withdrawn.html");
  content.set("NAME", handle.name).set("OWNER", owner_name(visit.views(), handle.owner));
  content.set("OWNER_PATH", owner_path(handle.owner));
  content.set("HASH", base::version_hash(ended.version));
  if (ended.tag) content.set_and_show("TAG", *ended.tag);
  content.set("ACTOR", shown_name(visit.views(), ended.actor));
  content.set_and_show("REASON", ended.reason);
  add_time(content, "TIME", ended.ended_at);
  const auto codelist = visit.views().codelist(ended.codelist);
  const auto successor = visit.views().newest_published_of(ended.codelist);
  // The overview shows the newest version that the visitor may see.
  const bool has_overview =
      successor || (codelist && sees_all_versions(visit, *codelist) &&
                    visit.views().newest_version_of(ended.codelist).has_value());
  if (codelist && has_overview) {
    content.set_and_show("OVERVIEW", commands::page_of(codelist->handle()) + "-/");
  }
  if (codelist && successor) {
    content.add("SUCCESSOR")
        .set("PATH", commands::page_of(*codelist, *successor))
        .set("VERSION", commands::tag_or_hash(*successor))
        .set("DAY", day_of(successor->created_at));
  } else {
    content.show("NO_SUCCESSOR");
  }
  return visit.page(
      {.status = 410,
       .title = handle.name + " " + ended.tag.value_or(base::version_hash(ended.version)),
       .has_own_heading = true,
       .width = pages::Width::wide},
      content.expand());
}

// --- Withdrawing

http::Response withdrawal_form(const Visit& visit, const NamedVersion& named, std::string reason,
                               const Problems& problems) {
  const std::string name =
      named.codelist.handle().name + " " + commands::tag_or_hash(named.version);
  return visit.form_page(
      "Withdraw " + name,
      {.action = withdraw_path(named),
       .button = "Withdraw this version",
       .fields = {{.kind = FieldKind::text_area,
                   .name = "reason",
                   .label = "Why it is withdrawn",
                   .value = std::move(reason),
                   .hint = "Everybody who follows a link to this version reads this sentence."}},
       .sentence = "The version and its files leave the site. Its page stays, and says why, since "
                   "when, and which version to use instead. Its history stays in the log.",
       .is_destructive = true},
      problems);
}

using Withdrawal =
    std::function<http::Response(const Visit&, const http::Form&, const NamedVersion&)>;

http::Response on_published(const Visit& visit, const http::Form& form, events::OwnerKind kind,
                            const Withdrawal& action) {
  const events::Owner owner{kind, std::string(visit.path("owner"))};
  const auto named =
      commands::find_version(visit.views(), owner, visit.path("slug"), visit.path("version"));
  if (!named) return missing_version_page(visit, owner);
  if (!visit.actor().is_admin) {
    return visit.no_permission("Only administrators of this site can withdraw a published version.",
                               "Withdraw a version");
  }
  if (named->version.status == VersionStatus::published) return action(visit, form, *named);
  return visit.redirect(commands::page_of(named->codelist, named->version),
                        "Only a published version is withdrawn; this one can be deleted.");
}

http::Response withdraw(const Visit& visit, const http::Form& form, const NamedVersion& named) {
  const auto withdrawn = visit.application().versions().remove(visit.write(), named.version.id,
                                                               text_of(form, "reason"));
  if (withdrawn) {
    return visit.redirect(
        commands::page_of(named.codelist, named.version),
        "The version is withdrawn, by commit " + std::to_string(withdrawn->position.value()) + ".");
  }
  const bool is_mendable = http::http_status(withdrawn.error().code) == 400;
  return is_mendable
             ? withdrawal_form(visit, named, text_of(form, "reason"), Problems(withdrawn.error()))
             : refused(visit, withdrawn.error());
}

}  // namespace

void add_publishing(const Visit& visit, pages::Section& place, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  const std::string path = commands::page_of(codelist, version);
  pages::Section shown = place.include("PUBLISHING", "_publishing.html");
  shown.set("VERSION", commands::tag_or_hash(version));
  shown.set("PUBLISH", visit.form({.action = path + "publish/", .button = "Publish"}));
  shown.set("DELETE", visit.form({.action = path + "delete/",
                                  .button = "Delete",
                                  .fields = {{.name = "reason",
                                              .label = "Why, for the history (optional)",
                                              .is_required = false}},
                                  .is_destructive = true}));
  for (const VersionRecord& sibling : visit.views().versions_of(codelist.id)) {
    if (sibling.id == version.id || sibling.status == VersionStatus::published) continue;
    shown.add("CLOSED").set("WHICH", words_of_sibling(visit, sibling));
  }
}

http::Response missing_version_page(const Visit& visit, const events::Owner& owner) {
  const std::string_view name = visit.path("version");
  const auto id = base::parse_version_hash(name);
  auto ended = id ? visit.views().withdrawn_version(*id) : std::nullopt;
  if (!ended) ended = visit.views().withdrawn_version(owner, visit.path("slug"), name);
  return ended ? withdrawn_page(visit, *ended) : visit.not_found();
}

std::string withdraw_path(const NamedVersion& named) {
  return commands::page_of(named.codelist, named.version) + "withdraw/";
}

void add_withdrawal_pages(http::Router& router, application::Application& application) {
  for (const auto& [kind, pattern] :
       {std::pair{events::OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/"},
        std::pair{events::OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/"}}) {
    const auto ask = [](const Visit& visit, const http::Form&, const NamedVersion& named) {
      return withdrawal_form(visit, named, {}, {});
    };
    add_page(router, application,
             {.pattern = std::string(pattern) + "{version}/withdraw/",
              .get = [kind = kind,
                      ask](const Visit& visit) { return on_published(visit, {}, kind, ask); },
              .post =
                  [kind = kind](const Visit& visit, const http::Form& form) {
                    return on_published(visit, form, kind, withdraw);
                  }});
  }
}

}  // namespace codelog::web
