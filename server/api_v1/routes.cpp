#include "server/api_v1/routes.h"

#include <memory>

#include "events/base/version_hash.h"
#include "projections/past.h"
#include "server/api_v1/check.h"
#include "server/api_v1/coding_systems.h"
#include "server/api_v1/lists.h"
#include "server/api_v1/old_addresses.h"
#include "server/api_v1/writes.h"
#include "server/application/pages.h"
#include "server/application/receipts.h"
#include "server/caching/cached_route.h"
#include "server/commands/moment.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "server/files/escaped_formulas.h"
#include "server/pages/template.h"

namespace codelog::api_v1 {
namespace {

using application::Application;
using caching::Answer;
using caching::ResponseCache;
using events::Owner;
using events::OwnerKind;
using http::ImpliedMethods;
using http::Method;
using http::PathParameters;
using http::Request;
using http::Response;
using http::Router;
using projections::Views;

// Each address has two forms, one for organisations and one for users.
struct OwnerForm {
  OwnerKind kind;
  std::string_view pattern;
};
constexpr OwnerForm owner_forms[] = {{OwnerKind::organisation, "{owner:slug}"},
                                     {OwnerKind::user, "user/{owner:slug}"}};

Owner owner_of(OwnerKind kind, const PathParameters& path) {
  return {kind, std::string(path["owner"])};
}

auto perhaps_personal(const Application& application) {
  return [&application](const Request& request) { return application.may_be_personal(request); };
}
auto personal_to(const Application& application) {
  return [&application](const Request& request) { return application.is_personal(request); };
}

// An answer that is for everybody may be kept.
std::optional<ResponseCache::Scope> scope_of(const Views& views, ResponseCache::Scope scope) {
  return views.is_personal() ? std::nullopt : std::optional(scope);
}

// --- Lists ---

Answer answer_list(Application& application, Lists& lists, const Request& request,
                   const std::optional<Owner>& owner) {
  const Views views = application.views_for(request);
  if (owner && !commands::check_owner(views, *owner)) return {not_found(), std::nullopt, {}};
  std::string text = lists.make(views, owner, parse_list_query(request.query()));
  return {http::json_text(200, std::move(text)), scope_of(views, {}), views.checkpoint()};
}

Response forgery_page() {
  return application::error_page(400, "CSRF: CSRF Failed. The form was not able to submit.");
}

void add_all_list(Router& router, Application& application, const std::shared_ptr<Lists>& lists) {
  constexpr const char* pattern = "/api/v1/codelist/";
  caching::add_cached_route(router, application.cache(),
                            {.pattern = pattern,
                             .may_be_personal = perhaps_personal(application),
                             .is_personal = personal_to(application),
                             .implied = ImpliedMethods::none,
                             .key = list_key,
                             .make = [&application, lists](const Request& request, auto&) {
                               return answer_list(application, *lists, request, std::nullopt);
                             }});
  // OpenCodelists checks its form token before the method.
  router.add({.methods = {Method::post, Method::put, Method::patch, Method::delete_},
              .pattern = pattern,
              .handler = [](auto&, auto&) { return forgery_page(); },
              .implied = ImpliedMethods::none});
  router.add({.methods = {Method::head, Method::options},
              .pattern = pattern,
              .handler = [](auto&, auto&) { return method_not_allowed("GET"); },
              .implied = ImpliedMethods::none});
}

void add_owner_routes(Router& router, Application& application, const std::shared_ptr<Lists>& lists,
                      const OwnerForm& form) {
  const OwnerKind kind = form.kind;
  const std::string base = "/api/v1/codelist/" + std::string(form.pattern) + "/";
  caching::add_cached_route(
      router, application.cache(),
      {.pattern = base,
       .may_be_personal = perhaps_personal(application),
       .is_personal = personal_to(application),
       .implied = ImpliedMethods::none,
       .key = list_key,
       .make = [&application, lists, kind](const Request& request, const PathParameters& path) {
         return answer_list(application, *lists, request, owner_of(kind, path));
       }});
  router.add({.methods = {Method::post},
              .pattern = base,
              .runs_on = http::RunsOn::writer,
              .handler =
                  [&application, kind](const Request& request, const PathParameters& path) {
                    return post_codelist(application, request, owner_of(kind, path));
                  },
              .implied = ImpliedMethods::none});
  router.add({.methods = {Method::post},
              .pattern = base + "{slug:slug}/versions/",
              .runs_on = http::RunsOn::writer,
              .handler =
                  [&application, kind](const Request& request, const PathParameters& path) {
                    return post_version(application, request, owner_of(kind, path), path["slug"]);
                  },
              .implied = ImpliedMethods::none});
}

// --- Downloads ---

enum class File { download, definition, dmd_download };

const char* suffix_of(File file) {
  switch (file) {
    case File::definition:
      return "-definition.csv";
    case File::dmd_download:
      return "-dmd.csv";
    case File::download:
      break;
  }
  return ".csv";
}

base::Result<std::string> make_file(const Application& application, const Views& views,
                                    const projections::CodelistRecord& codelist,
                                    const projections::VersionRecord& version, File file,
                                    const Request& request) {
  if (file == File::definition) {
    return files::definition_csv(application.site(), views, codelist, version);
  }
  if (file == File::dmd_download) {
    return files::dmd_download_csv(application.site(), views, codelist, version);
  }
  const files::DownloadOptions options{
      .fixed_headers = request.query().has("fixed-headers"),
      .omit_mapped_vmps = request.query().has("omit-mapped-vmps"),
      .include_mapped_vmps = request.query().has("include-mapped-vmps")};
  return files::download_csv(application.site(), views, codelist, version, options);
}

// Other values are ignored, as OpenCodelists ignores the whole parameter.
bool escapes_formulas(const Request& request) {
  return files::asks_for_escaped_formulas(request.query().get("formulas"));
}

// 410 with the way to the reason, if the version was withdrawn.
Response missing_file(Application& application, const Request& request, const PathParameters& path,
                      const Views& views, const Owner& owner) {
  const auto id = base::parse_version_hash(path["version"]);
  const bool is_withdrawn =
      (id && views.withdrawn_version(*id)) ||
      views.withdrawn_version(owner, path["slug"], path["version"]).has_value();
  if (!is_withdrawn) {
    return application::error_page(application, request, 404,
                                   "Please check the URL in the address bar.");
  }
  return application::error_page(application, request, 410,
                                 "This version was withdrawn. Its page says why, and which version "
                                 "to use instead.");
}

// A file of the version as it was at the moment that the request names. The name of the version is
// the one that it had then.
base::Result<Response> past_file(Application& application, const Request& request,
                                 const PathParameters& path, const Owner& owner, File file) {
  const auto moment = commands::parse_moment(application.site(), request.query().get("as_of"));
  if (!moment) return moment.error();
  const Views now = application.views_for(request);
  const auto id = now.handle_with_slug(owner, path["slug"]);
  if (!id || !now.may_read(*id)) return not_found();
  const auto place = application.begin_long_read();
  if (!place) return place.error();
  const events::Log& log = application.site().log;
  const auto records = projections::views_as_of(log, now.store(), {*id, *moment});
  if (!records) return records.error();
  const auto codelist = Views((*records)->reader()).codelist(*id);
  if (!codelist) return not_found();
  const auto named = commands::find_version(Views((*records)->reader()), codelist->handle().owner,
                                            codelist->handle().slug, path["version"]);
  if (!named) return not_found();
  const auto store = projections::views_as_of(log, now.store(), {*id, *moment, named->version.id});
  if (!store) return store.error();
  auto text =
      make_file(application, Views((*store)->reader()), *codelist, named->version, file, request);
  if (!text) return text.error();
  if (escapes_formulas(request)) *text = files::escape_formulas(*text);
  return http::csv(std::move(*text),
                   files::download_name(*codelist, named->version) + suffix_of(file));
}

Answer answer_file(Application& application, const Request& request, const PathParameters& path,
                   OwnerKind kind, File file) {
  const Views views = application.views_for(request);
  const Owner owner = owner_of(kind, path);
  if (request.query().has("as_of")) {
    auto past = past_file(application, request, path, owner, file);
    return {past ? *std::move(past) : http::problem(request, past.error()), std::nullopt, {}};
  }
  const auto named = commands::find_version(views, owner, path["slug"], path["version"]);
  if (!named) return {missing_file(application, request, path, views, owner), std::nullopt, {}};
  const auto& [codelist, version] = *named;
  if (version.status == events::VersionStatus::draft) {
    const std::string draft = "/builder/" + base::version_hash(version.id) + "/";
    return {http::redirect(302, draft), std::nullopt, {}};
  }
  auto text = make_file(application, views, codelist, version, file, request);
  if (!text) {
    // The sentence alone, as OpenCodelists writes it.
    if (text.error().code == base::ErrorCode::invalid) {
      return {http::html(400, pages::escape_html(text.error().detail)), std::nullopt, {}};
    }
    Response response =
        application::error_page(application, request, http::http_status(text.error().code),
                                "This file cannot be made now.");
    response.log_detail = text.error().detail;
    return {std::move(response), std::nullopt, {}};
  }
  if (escapes_formulas(request)) *text = files::escape_formulas(*text);
  const std::string name = files::download_name(codelist, version) + suffix_of(file);
  Response response = http::csv(std::move(*text), name);
  // A hash of another codelist may become a name in this codelist later.
  if (views.handle_with_slug(owner, path["slug"]) != codelist.id) {
    return {std::move(response), std::nullopt, {}};
  }
  return {std::move(response), scope_of(views, {codelist.id}), views.checkpoint()};
}

Response answer_receipt(Application& application, const Request& request,
                        const PathParameters& path, OwnerKind kind) {
  const Views views = application.views_for(request);
  const auto named =
      commands::find_version(views, owner_of(kind, path), path["slug"], path["version"]);
  if (!named) return not_found();
  const std::string name = files::download_name(named->codelist, named->version) + ".tlog-proof";
  auto receipt = application::receipt_of(application, views, named->version, name);
  return receipt ? *std::move(receipt) : http::problem(request, receipt.error());
}

std::string file_key(const Request& request) {
  std::string key = request.path();
  for (const char* flag : {"fixed-headers", "omit-mapped-vmps", "include-mapped-vmps"}) {
    key += request.query().has(flag) ? '1' : '0';
  }
  key += escapes_formulas(request) ? '1' : '0';
  if (request.query().has("as_of")) key += " as of " + std::string(request.query().get("as_of"));
  return key;
}

void add_download_routes(Router& router, Application& application, const OwnerForm& form) {
  const std::string base = "/codelist/" + std::string(form.pattern) + "/{slug:slug}/{version}/";
  const auto add = [&](const char* name, File file) {
    caching::add_cached_route(router, application.cache(),
                              {.pattern = base + name,
                               .may_be_personal = perhaps_personal(application),
                               .is_personal = personal_to(application),
                               .implied = ImpliedMethods::head_and_options,
                               .key = file_key,
                               .make = [&application, kind = form.kind, file](
                                           const Request& request, const PathParameters& path) {
                                 return answer_file(application, request, path, kind, file);
                               }});
  };
  add("download.csv", File::download);
  add("definition.csv", File::definition);
  add("dmd-download.csv", File::dmd_download);
  // Not cached: it grows with the log.
  router.add({.methods = {http::Method::get},
              .pattern = base + "receipt.tlog-proof",
              .runs_on = http::RunsOn::worker,
              .handler = [&application, kind = form.kind](const Request& request,
                                                          const PathParameters& path) {
                return answer_receipt(application, request, path, kind);
              }});
}

}  // namespace

void add_routes(Router& router, Application& application) {
  add_old_addresses(router);
  const auto lists = std::make_shared<Lists>();  // shared by the routes
  add_all_list(router, application, lists);
  add_check_route(router, application);
  add_coding_system_routes(router, application);
  for (const OwnerForm& form : owner_forms) {
    add_owner_routes(router, application, lists, form);
    add_download_routes(router, application, form);
  }
}

}  // namespace codelog::api_v1
