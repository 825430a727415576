#include "server/api_v1/old_addresses.h"

#include <array>
#include <string>
#include <string_view>

namespace codelog::api_v1 {
namespace {

constexpr std::string_view mistake = "immunosuppresion";
constexpr std::string_view right = "immunosuppression";
constexpr std::array old_paths = {
    "/codelist/opensafely/permanent-immunosuppresion/",
    "/codelist/opensafely/permanent-immunosuppresion/2020-06-02/download.csv",
    "/codelist/opensafely/temporary-immunosuppresion/",
    "/codelist/opensafely/temporary-immunosuppresion/2020-04-24/download.csv"};

}  // namespace

void add_old_addresses(http::Router& router) {
  for (const char* path : old_paths) {
    std::string target = path;
    target.replace(target.find(mistake), mistake.size(), right);
    router.add({.methods = {}, .pattern = path, .handler = [target](auto&, auto&) {
                  return http::redirect(301, target);
                }});
  }
}

}  // namespace codelog::api_v1
