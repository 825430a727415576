#include "server/web/superusers/superuser_codelists.h"

#include <algorithm>
#include <charconv>

#include "events/base/text.h"
#include "server/application/names.h"
#include "server/commands/access_commands.h"
#include "server/commands/moment.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/web/pager.h"
#include "server/web/superusers/superuser_visit.h"
#include "server/web/versions/version_ends.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::Owner;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr const char* codelists_path = "/superusers/codelists/";
constexpr std::size_t codelists_per_page = 50;

std::string path_of(base::CodelistId id) {
  return codelists_path + std::to_string(id.value()) + "/";
}

// "organisation/SLUG" or "user/NAME", as pages write addresses: "SLUG" alone is an organisation.
base::Result<Owner> parse_owner_text(std::string_view text) {
  const std::string trimmed(base::trim_unicode_space(text));
  const bool has_kind = trimmed.find('/') != std::string::npos;
  return commands::parse_owner(has_kind ? trimmed : "organisation/" + trimmed);
}

http::Response codelists_page(const Visit& visit) {
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  pages::Template content("superuser_codelists.html");
  const auto found = find_all_codelists(visit, query);
  content.set("QUERY", query).set("COUNT", pages::counted(found.size(), "codelist"));
  content.show(found.empty() ? "NONE" : "SOME");
  const Pager pager = pager_of(visit.request(), found.size(), codelists_per_page);
  for (std::size_t i = pager.first(); i < pager.after(); ++i) {
    add_codelist_row(visit, content, found[i]);
  }
  add_pager(content, pager, {{"q", query}});
  return superuser_page(visit, "Codelists", content.expand());
}

// --- One codelist

std::optional<CodelistRecord> numbered_codelist(const Visit& visit) {
  std::uint32_t id = 0;
  const std::string_view text = visit.path("codelist");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() ? visit.views().codelist(base::CodelistId(id)) : std::nullopt;
}

void add_version_rows(const Visit& visit, pages::Section& content, const CodelistRecord& codelist) {
  const auto versions = visit.views().versions_of(codelist.id);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    pages::Section row = content.add("VERSION");
    row.set("PATH", commands::page_of(codelist, *version));
    row.set("NAME", commands::tag_or_hash(*version));
    row.set("AUTHOR", version->author ? shown_name(visit.views(), *version->author) : "–");
    add_badge(row, version->status);
    add_time(row, "TIME", version->updated_at);
    if (version->status == events::VersionStatus::published) {
      row.set_and_show("WITHDRAW", withdraw_path({codelist, *version}));
    }
  }
}

http::Response codelist_admin_page(const Visit& visit) {
  const auto codelist = numbered_codelist(visit);
  if (!codelist) return visit.not_found();
  const projections::Handle& handle = codelist->handle();
  pages::Template content("superuser_codelist.html");
  content.set("PAGE", commands::page_of(handle) + "-/").set("PATH", path_of(codelist->id));
  content.set("OWNER", owner_name(visit.views(), handle.owner));
  content.set("OWNER_PATH", owner_path(handle.owner));
  content.set("ADDRESS", application::full_slug(handle));
  content.set("SYSTEM", system_name(codelist->coding_system));
  content.set("ACCESS", commands::page_of(handle) + "-/access/");
  content.show(commands::is_restricted(visit.views(), *codelist) ? "RESTRICTED" : "OPEN");
  add_time(content, "CREATED", codelist->created_at);
  add_version_rows(visit, content, *codelist);
  add_record(visit, content, events::Stream::of_codelist(codelist->id));
  return superuser_page(visit, handle.name, content.expand());
}

// --- Handing over, deleting

http::Response hand_over_page(const Visit& visit, const CodelistRecord& codelist,
                              const http::Parameters& typed, const Problems& problems) {
  const Form form{
      .action = path_of(codelist.id) + "hand-over/",
      .button = "Hand over",
      .fields = {{.name = "owner", .label = "New owner", .hint = "user/NAME, or organisation/SLUG"},
                 reason_field()},
      .sentence =
          "Its versions, addresses and history stay. The old addresses go on "
          "leading to it."};
  return superuser_form(visit, "Hand over " + codelist.handle().name, with_typed(form, typed),
                        problems, path_of(codelist.id));
}

http::Response hand_over(const Visit& visit, const http::Form& form,
                         const CodelistRecord& codelist) {
  const std::string text = text_of(form, "owner");
  const auto owner = parse_owner_text(text);
  if (!owner) return hand_over_page(visit, codelist, form.fields, Problems(owner.error()));
  const auto done =
      visit.application().codelists().hand_over(explained(visit, form), codelist.id, *owner);
  if (done) return visit.redirect(path_of(codelist.id), "It belongs to " + text + " now.");
  return is_mendable(done.error())
             ? hand_over_page(visit, codelist, form.fields, Problems(done.error()))
             : refused(visit, done.error());
}

http::Response delete_page(const Visit& visit, const CodelistRecord& codelist,
                           const http::Parameters& typed, const Problems& problems) {
  const auto versions = visit.views().versions_of(codelist.id);
  const auto published =
      std::ranges::count(versions, events::VersionStatus::published, &VersionRecord::status);
  const Form form{
      .action = path_of(codelist.id) + "delete/",
      .button = "Delete the codelist",
      .fields = {{.kind = FieldKind::text_area,
                  .name = "reason",
                  .label = "Why it is deleted",
                  .hint = published > 0 ? "Everybody who follows a link to a published version "
                                          "reads this sentence."
                                        : "The log keeps it.",
                  .is_required = published > 0}},
      .sentence = "All versions leave the site: " + pages::grouped(versions.size()) +
                  ", of which " + pages::grouped(static_cast<std::uint64_t>(published)) +
                  " published. Pages of published versions stay, and say why. The codelist can be "
                  "brought back as it was.",
      .is_destructive = true};
  return superuser_form(visit, "Delete " + codelist.handle().name, with_typed(form, typed),
                        problems, path_of(codelist.id));
}

http::Response delete_codelist(const Visit& visit, const http::Form& form,
                               const CodelistRecord& codelist) {
  const auto deleted =
      visit.application().codelists().remove(visit.write(), codelist.id, text_of(form, "reason"));
  if (deleted) {
    const std::uint64_t position = deleted->position.value();
    return visit.redirect(std::string(codelists_path) +
                              "restore/?codelist=" + application::full_slug(codelist.handle()) +
                              "&as_of=" + std::to_string(position - 1),
                          codelist.handle().name + " is deleted, by commit " +
                              std::to_string(position) + ". With this form you can bring it back.");
  }
  return is_mendable(deleted.error())
             ? delete_page(visit, codelist, form.fields, Problems(deleted.error()))
             : refused(visit, deleted.error());
}

http::Response show_action(const Visit& visit) {
  const auto codelist = numbered_codelist(visit);
  const std::string_view action = visit.path("action");
  if (codelist && action == "hand-over") return hand_over_page(visit, *codelist, {}, {});
  if (codelist && action == "delete") return delete_page(visit, *codelist, {}, {});
  return visit.not_found();
}

http::Response act_on_codelist(const Visit& visit, const http::Form& form) {
  const auto codelist = numbered_codelist(visit);
  const std::string_view action = visit.path("action");
  if (codelist && action == "hand-over") return hand_over(visit, form, *codelist);
  if (codelist && action == "delete") return delete_codelist(visit, form, *codelist);
  return visit.not_found();
}

// --- Bringing back

http::Response restore_page(const Visit& visit, const http::Parameters& typed,
                            const Problems& problems) {
  const Form form{.action = std::string(codelists_path) + "restore/",
                  .button = "Bring back",
                  .fields = {{.name = "codelist",
                              .label = "Codelist",
                              .hint = "ORGANISATION/SLUG or user/NAME/SLUG, as it was then"},
                             {.name = "as_of",
                              .label = "As it was at",
                              .hint = "A position of the log, a day (2026-11-30), or a time "
                                      "(2026-11-30T14:02:00Z)"},
                             reason_field()},
                  .sentence =
                      "The codelist gets its old addresses, versions and hashes, by new "
                      "events: one that was deleted, or one that was spoilt. Later versions "
                      "of it are deleted."};
  return superuser_form(visit, "Bring back a codelist", with_typed(form, typed), problems,
                        codelists_path);
}

base::Result<commands::PastName> past_name_of(const Visit& visit, const http::Form& form) {
  const std::string name(base::trim_unicode_space(form.fields.get("codelist")));
  const std::size_t slash = name.rfind('/');
  const auto owner = parse_owner_text(name.substr(0, slash == std::string::npos ? 0 : slash));
  if (slash == std::string::npos || !owner) {
    return base::field_error(base::ErrorCode::invalid, "codelist",
                             "must be ORGANISATION/SLUG or user/NAME/SLUG");
  }
  const auto moment = commands::parse_moment(visit.application().site(),
                                             base::trim_unicode_space(form.fields.get("as_of")));
  if (!moment) return moment.error();
  return commands::PastName{*owner, name.substr(slash + 1), *moment};
}

base::Result<commands::Commit> bring_back(const Visit& visit, const http::Form& form) {
  const auto name = past_name_of(visit, form);
  if (!name) return name.error();
  const auto place = visit.application().begin_long_read();
  if (!place) return place.error();
  const auto past = visit.application().codelists().find_past(*name);
  if (!past) return past.error();
  return visit.application().codelists().restore(visit.write(), *past, text_of(form, "reason"));
}

http::Response restore(const Visit& visit, const http::Form& form) {
  const auto restored = bring_back(visit, form);
  if (restored) {
    return visit.redirect(path_of(commands::restored_by(*restored).codelist),
                          "The codelist is back.");
  }
  return is_mendable(restored.error())
             ? restore_page(visit, form.fields, Problems(restored.error()))
             : refused(visit, restored.error());
}

}  // namespace

std::vector<CodelistRecord> find_all_codelists(const Visit& visit, std::string_view text) {
  const std::string lower = base::ascii_lower(text);
  auto found = visit.views().codelists();
  std::erase_if(found, [&](const CodelistRecord& codelist) {
    const std::string names = base::ascii_lower(application::full_slug(codelist.handle()) + "\n" +
                                                codelist.handle().name);
    return names.find(lower) == std::string::npos;
  });
  std::ranges::sort(found, {}, [](const CodelistRecord& codelist) {
    return base::ascii_lower(codelist.handle().name);
  });
  return found;
}

void add_codelist_row(const Visit& visit, pages::Section& place, const CodelistRecord& codelist) {
  pages::Section row = place.add("CODELIST");
  row.set("PATH", path_of(codelist.id)).set("NAME", codelist.handle().name);
  row.set("ADDRESS", application::full_slug(codelist.handle()));
  row.set("SYSTEM", system_name(codelist.coding_system));
  row.set("VERSIONS", pages::grouped(visit.views().versions_of(codelist.id).size()));
  row.show_if(commands::is_restricted(visit.views(), codelist), "RESTRICTED");
  add_time(row, "TIME", codelist.updated_at);
}

void add_superuser_codelists(http::Router& router, application::Application& application) {
  const std::string base = codelists_path;
  add_page(router, application, {.pattern = base, .get = for_superusers(codelists_page)});
  add_page(router, application,
           {.pattern = base + "restore/",
            .get = for_superusers([](const Visit& visit) {
              return restore_page(visit, visit.request().query(), {});
            }),
            .post = for_superusers(restore)});
  const std::string one = base + "{codelist:digits}/";
  add_page(router, application, {.pattern = one, .get = for_superusers(codelist_admin_page)});
  add_page(router, application,
           {.pattern = one + "{action}/",
            .get = for_superusers(show_action),
            .post = for_superusers(act_on_codelist)});
}

}  // namespace codelog::web
