#include "server/api/version_codes.h"

#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/identity/authentication.h"

namespace codelog::api {

Result<http::Response> answer_from_codes(
    const ReadCall& call, std::string_view form,
    const std::function<Result<http::Response>(const CodesThen&)>& answer) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (call.request.query().has("as_of")) return answer_from_past_codes(call, *id, form, answer);
  const auto version = version_in_path(call.views, call.path);
  if (!version) return version.error();
  const auto codes = trees::codes_now(call.application.drafts(), call.views, *version);
  if (!codes) return codes.error();
  return answer({call.views, *version, *codes});
}

Result<http::Response> answer_from_past_codes(
    const ReadCall& call, base::VersionId id, std::string_view form,
    const std::function<Result<http::Response>(const CodesThen&)>& answer) {
  const auto codelist = call.views.codelist_of_version(id);
  if (!codelist) return Error{ErrorCode::not_found, "there is no such version", {}};
  return answer_as_of(
      call, *codelist, id,
      [&](const Views& then) -> Result<http::Response> {
        const auto version = version_in_path(then, call.path);
        if (!version) return version.error();
        const auto codes = trees::read_codes(call.application.site(), then, *version);
        if (!codes) return codes.error();
        return answer({then, *version, *codes});
      },
      form);
}

std::string reader_of(const ReadCall& call) {
  return identity::find_reader(call.request, call.application.views(), call.application.site())
      .username;
}

void mark_personal(http::Response& response) {
  response.add("Cache-Control", "private, no-cache").add("Vary", "Authorization, Cookie");
}

}  // namespace codelog::api
