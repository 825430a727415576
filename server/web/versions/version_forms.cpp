#include "server/web/versions/version_forms.h"

#include <array>

#include "events/base/version_hash.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/identity/idempotency.h"
#include "server/web/versions/upgrade_page.h"
#include "server/web/visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using commands::NamedVersion;
using events::Owner;
using events::OwnerKind;

struct OwnerForm {
  OwnerKind kind;
  std::string_view pattern;
};
constexpr std::array<OwnerForm, 2> owner_forms = {
    OwnerForm{OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/"},
    OwnerForm{OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/"}};

Owner owner_of(const Visit& visit, OwnerKind kind) {
  return {kind, std::string(visit.path("owner"))};
}

std::string builder_path(base::VersionId id) { return "/builder/" + base::version_hash(id) + "/"; }

std::string codelist_path_after(const Visit& visit, const events::Commit& commit) {
  const auto handle = identity::handle_after(visit.application().site(), commit);
  return handle ? commands::page_of(*handle) : "/";
}

using VersionAction =
    std::function<http::Response(const Visit&, const http::Form&, const NamedVersion&)>;

// In OpenCodelists' order: the version, whether it is a draft, then who may do this.
FormAction on_version(OwnerKind kind, VersionAction action) {
  return [kind, action = std::move(action)](const Visit& visit, const http::Form& form) {
    const auto named = commands::find_version(visit.views(), owner_of(visit, kind),
                                              visit.path("slug"), visit.path("version"));
    if (!named) return visit.not_found();
    if (named->version.status == events::VersionStatus::draft) {
      return visit.redirect(builder_path(named->version.id));
    }
    if (!commands::can_edit(visit.views(), visit.actor(), named->codelist)) {
      return visit.redirect("/");
    }
    return action(visit, form, *named);
  };
}

http::Response create_new_version(const Visit& visit, const http::Form& form,
                                  const NamedVersion& named) {
  std::optional<std::string> release;
  const std::string_view alias = form.fields.get("coding_system_database_alias");
  if (!alias.empty()) release = std::string(alias);
  const auto made =
      visit.application().versions().create_draft(visit.write(), named.version.id, release);
  if (!made) return refused(visit, made.error());
  const auto draft = made_version(*made);
  CODELOG_CHECK(draft.has_value(), "a new draft is in its commit");
  return visit.redirect(builder_path(*draft));
}

http::Response publish(const Visit& visit, const http::Form&, const NamedVersion& named) {
  const auto published = visit.application().versions().publish(visit.write(), named.version.id);
  if (!published) return refused(visit, published.error());
  return visit.redirect(commands::page_of(named.codelist, named.version));
}

http::Response remove(const Visit& visit, const http::Form& form, const NamedVersion& named) {
  const auto removed = visit.application().versions().remove(
      visit.write(), named.version.id, std::string(form.fields.get("reason")));
  if (!removed) return refused(visit, removed.error());
  const bool is_left = visit.application().views().codelist(named.codelist.id).has_value();
  return visit.redirect(is_left ? commands::page_of(named.codelist.handle()) : "/");
}

http::Response convert_to_dmd(const Visit& visit, const http::Form&, const NamedVersion& named) {
  const auto converted =
      visit.application().dmd_conversions().convert(visit.write(), named.version.id);
  if (converted) return visit.redirect(codelist_path_after(visit, *converted));
  if (converted.error().code != base::ErrorCode::conflict) {
    return refused(visit, converted.error());
  }
  return visit.redirect(commands::page_of(named.codelist, named.version), converted.error().detail);
}

// --- The newest version

// The newest version that the visitor sees in lists.
std::optional<projections::VersionRecord> visible_version(
    const Visit& visit, const projections::CodelistRecord& codelist) {
  const bool sees_all =
      visit.visitor() && commands::can_edit(visit.views(), visit.actor(), codelist);
  const auto versions = visit.views().versions_of(codelist.id);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (sees_all || version->status == events::VersionStatus::published) return *version;
  }
  return std::nullopt;
}

http::Response show_newest(const Visit& visit, OwnerKind kind) {
  const auto codelist = visit.views().find_codelist(owner_of(visit, kind), visit.path("slug"));
  if (!codelist) return visit.not_found();
  const auto newest = visible_version(visit, *codelist);
  if (!newest) return visit.redirect("/", "This codelist has not been published");
  // A message that waits is for the page behind this one.
  return http::redirect(302, commands::page_of(*codelist, *newest));
}

http::Response clone(const Visit& visit, OwnerKind kind) {
  const auto codelist = visit.views().find_codelist(owner_of(visit, kind), visit.path("slug"));
  if (!codelist) return visit.not_found();
  const auto source = visible_version(visit, *codelist);
  if (!source) return visit.not_found();
  const auto cloned = visit.application().codelists().clone(visit.write(), source->id);
  if (!cloned) return refused(visit, cloned.error());
  return visit.redirect(codelist_path_after(visit, *cloned));
}

// OpenCodelists' link clones by a GET. Here it asks, because browsers read links ahead, and other
// sites can have them loaded.
http::Response ask_before_cloning(const Visit& visit, OwnerKind kind) {
  const auto codelist = visit.views().find_codelist(owner_of(visit, kind), visit.path("slug"));
  if (!codelist) return visit.not_found();
  return visit.form_page(
      "Clone " + codelist->handle().name,
      {.action = std::string(visit.request().path()),
       .button = "Clone",
       .sentence = "You get a codelist of your own, with a copy of this one's newest version."});
}

}  // namespace

void add_version_forms(http::Router& router, application::Application& application) {
  for (const OwnerForm& owner : owner_forms) {
    const OwnerKind kind = owner.kind;
    const std::string base(owner.pattern);
    add_page(router, application, {.pattern = base, .get = [kind](const Visit& visit) {
                                     return show_newest(visit, kind);
                                   }});
    add_page(
        router, application,
        {.pattern = base + "clone/",
         .get = [kind](const Visit& visit) { return ask_before_cloning(visit, kind); },
         .post = [kind](const Visit& visit, const http::Form&) { return clone(visit, kind); }});
    const auto post = [&](const char* name, VersionAction action) {
      add_page(
          router, application,
          {.pattern = base + "{version}/" + name, .post = on_version(kind, std::move(action))});
    };
    add_page(router, application,
             {.pattern = base + "{version}/-/upgrade/",
              .get = [kind](const Visit& visit) { return upgrade_page(visit, kind); },
              .post = [kind](const Visit& visit,
                             const http::Form& form) { return make_upgrade(visit, form, kind); }});
    post("create-new-version/", create_new_version);
    post("publish/", publish);
    post("delete/", remove);
    post("dmd-convert", convert_to_dmd);
  }
}

}  // namespace codelog::web
