#include "server/web/routes.h"

#include "server/pages/assets.h"
#include "server/web/accounts/access_pages.h"
#include "server/web/accounts/account_pages.h"
#include "server/web/codelists/codelist_forms.h"
#include "server/web/codelists/codelist_page.h"
#include "server/web/codelists/history_page.h"
#include "server/web/codelists/proof_page.h"
#include "server/web/comparing/compare_page.h"
#include "server/web/comparing/conversions_page.h"
#include "server/web/comparing/diff_page.h"
#include "server/web/documentation/documentation_pages.h"
#include "server/web/organisations/organisation_page.h"
#include "server/web/organisations/organisation_pages.h"
#include "server/web/site/fixed_pages.h"
#include "server/web/site/report_page.h"
#include "server/web/site/site_pages.h"
#include "server/web/site/start_pages.h"
#include "server/web/superusers/superuser_pages.h"
#include "server/web/versions/builder_forms.h"
#include "server/web/versions/methods_page.h"
#include "server/web/versions/sign_offs.h"
#include "server/web/versions/version_ends.h"
#include "server/web/versions/version_forms.h"
#include "server/web/versions/version_pages.h"

namespace codelog::web {

namespace {

using http::Method;
using http::PathParameters;
using http::Request;

// The codelists' pages come first, as in OpenCodelists: /codelist/user/alice/statins/ is one of
// them.
void add_codelist_routes(http::Router& router, application::Application& application) {
  struct Form {
    events::OwnerKind kind;
    std::string pattern;
  };
  const Form forms[] = {{events::OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/"},
                        {events::OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/"}};
  for (const auto& [kind, pattern] : forms) {
    add_page(router, application,
             {.pattern = pattern + "-/",
              .get = [kind = kind](const Visit& visit) { return codelist_page(visit, kind); },
              .is_kept = true});
    add_page(router, application,
             {.pattern = pattern + "{version}/",
              .get = [kind = kind](const Visit& visit) { return version_page(visit, kind); },
              .is_kept = true});
  }
  for (const auto& [kind, pattern] : forms) {
    add_page(router, application,
             {.pattern = pattern + "{version}/diff/{other}/",
              .get = [kind = kind](const Visit& visit) { return diff_page(visit, kind); }});
  }
}

// Names in these addresses carry the hash of their content.
void add_assets(http::Router& router) {
  router.add({.methods = {Method::get},
              .pattern = "/assets/{name}",
              .handler = [](const Request& request, const PathParameters& path) {
                return pages::site_assets().answer(request, path["name"]);
              }});
}

}  // namespace

void add_routes(http::Router& router, application::Application& application) {
  // Before a codelist's versions, as in OpenCodelists: /codelist/org/slug/edit/ is no version.
  add_codelist_forms(router, application);
  add_organisation_page(router, application);
  add_access_pages(router, application);
  add_history_pages(router, application);
  add_proof_pages(router, application);
  add_methods_pages(router, application);
  add_version_forms(router, application);
  add_withdrawal_pages(router, application);
  add_sign_off_forms(router, application);
  add_codelist_routes(router, application);
  add_fixed_pages(router, application);
  add_account_pages(router, application);
  add_builder_forms(router, application);
  add_organisation_pages(router, application);
  add_superuser_pages(router, application);
  add_start_pages(router, application);
  add_site_pages(router, application);
  add_documentation_pages(router, application);
  add_report_pages(router, application);
  add_page(router, application,
           {.pattern = "/compare/", .get = compare_page, .post = combine_sides});
  add_page(router, application, {.pattern = "/compare/download.csv", .get = compared_csv});
  add_assets(router);
  constexpr const char* conversions = "/conversions/";
  add_page(router, application, {.pattern = conversions, .get = conversions_page});
  router.add({.methods = {Method::post},
              .pattern = conversions,
              .runs_on = http::RunsOn::worker,
              .handler =
                  [&application](const Request& request, const PathParameters& path) {
                    return convert_upload(Visit(application, request, path));
                  },
              .body_bytes_max = upload_bytes_max});
}

}  // namespace codelog::web
