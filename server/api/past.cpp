#include "server/api/past.h"

namespace codelog::api {

namespace {

// Keeps the answer under the position and the request. The cache drops it at the codelist's next
// change, which is earlier than necessary.
void keep(const ReadCall& call, base::CodelistId codelist, const std::string& key,
          http::Response& response) {
  response = http::with_shared_body(std::move(response));
  call.application.cache().keep(key, {codelist}, call.views.checkpoint(), response);
}

}  // namespace

Result<http::Response> answer_as_of(
    const ReadCall& call, base::CodelistId codelist, std::optional<base::VersionId> version,
    const std::function<Result<http::Response>(const Views&)>& answer, std::string_view form) {
  const auto moment = parse_moment(call.application.site(), call.request.query().get("as_of"));
  if (!moment) return moment.error();
  // A commit on its way may still be older than a given time.
  const bool never_changes = std::holds_alternative<base::Position>(*moment);
  const std::string key =
      std::string(call.request.target()) + (form.empty() ? "" : "\n") + std::string(form);
  if (never_changes) {
    if (auto known = call.application.cache().find(key)) {
      return std::move(*known);
    }
  }
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto store = projections::views_as_of(call.application.site().log, call.views.store(),
                                              {codelist, *moment, version});
  if (!store) return store.error();
  auto response = answer(Views((*store)->reader()));
  if (response && never_changes) keep(call, codelist, key, *response);
  return response;
}

}  // namespace codelog::api
