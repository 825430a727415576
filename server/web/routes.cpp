#include "server/web/routes.h"

#include "server/web/conversions_page.h"

namespace codelog::web {

void add_routes(http::Router& router, application::Application& application) {
  using http::Method;
  constexpr const char* conversions = "/conversions/";
  router.add({.methods = {Method::get}, .pattern = conversions, .handler = [](auto&, auto&) {
                return conversions_page();
              }});
  router.add({.methods = {Method::post},
              .pattern = conversions,
              .runs_on = http::RunsOn::worker,
              .handler = [&application](const http::Request& request,
                                        auto&) { return convert_upload(application, request); },
              .body_bytes_max = upload_bytes_max});
}

}  // namespace codelog::web
