#include "server/api/paths.h"

#include <charconv>

#include "events/base/version_hash.h"

namespace codelog::api {
namespace {

using base::Error;
using base::ErrorCode;

Error no_such(const char* what) {
  return {ErrorCode::not_found, std::string("there is no such ") + what, {}};
}

}  // namespace

base::Result<projections::CodelistRecord> codelist_in_path(const projections::Views& views,
                                                           const http::PathParameters& path) {
  const std::string_view kind = path["owner_kind"];
  if (kind != "organisation" && kind != "user") return no_such("codelist");
  const events::Owner owner{
      kind == "user" ? events::OwnerKind::user : events::OwnerKind::organisation,
      std::string(path["owner"])};
  auto codelist = views.find_codelist(owner, path["slug"]);
  if (!codelist) return no_such("codelist");
  return std::move(*codelist);
}

base::Result<base::VersionId> version_id_in_path(const http::PathParameters& path) {
  const auto id = base::parse_version_hash(path["hash"]);
  if (!id) return no_such("version");
  return *id;
}

base::Result<projections::VersionRecord> version_in_path(const projections::Views& views,
                                                         const http::PathParameters& path) {
  const auto id = version_id_in_path(path);
  if (!id) return id.error();
  auto version = views.version(*id);
  if (!version) return no_such("version");
  return std::move(*version);
}

base::Result<commands::ReleasePointer> release_in_path(const endpoints::ReadCall& call) {
  const std::string alias(call.path["alias"]);
  const auto record = call.views.release(alias);
  if (!record || record->state != events::ReleaseState::ready) {
    return base::Error{base::ErrorCode::not_found, "there is no release " + alias, {}};
  }
  if (!commands::has_release_file(call.views, record->coding_system, alias)) {
    return base::Error{
        base::ErrorCode::invalid,
        "the release " + alias + " has no file: its codes are only uploaded, as tables",
        {}};
  }
  return call.application.site().open_release(record->coding_system, alias);
}

base::Result<base::SearchId> search_id_in_path(const http::PathParameters& path) {
  const std::string_view text = path["id"];
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return no_such("search");
  return base::SearchId(number);
}

std::optional<base::Position> position_in_path(const http::PathParameters& path) {
  const std::string_view text = path["position"];
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return base::Position(number);
}

}  // namespace codelog::api
