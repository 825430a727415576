#include "server/files/compared_sides.h"

#include <charconv>
#include <utility>

#include "events/base/version_hash.h"
#include "projections/past.h"
#include "server/commands/access_commands.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"

namespace codelog::files {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using projections::Views;

struct Side {
  NamedSide name;
  std::shared_ptr<const DiffSide> codes;
};

std::string field_of(std::size_t number) { return "of/" + std::to_string(number); }

Error bad_side(std::size_t number, std::string detail) {
  return base::field_error(ErrorCode::invalid, field_of(number), std::move(detail));
}

std::optional<projections::VersionRecord> newest_finished(const Views& views,
                                                          base::CodelistId codelist) {
  const auto versions = views.versions_of(codelist);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->status != events::VersionStatus::draft) return *version;
  }
  return versions.empty() ? std::nullopt : std::optional(versions.back());
}

std::optional<NamedSide> find_codelist_side(const Views& views, const std::string& text) {
  const auto slash = text.rfind('/');
  const auto owner = commands::parse_owner(text.substr(0, slash));
  if (!owner) return std::nullopt;
  auto codelist = views.find_codelist(*owner, text.substr(slash + 1));
  if (!codelist) return std::nullopt;
  auto version = newest_finished(views, codelist->id);
  if (!version) return std::nullopt;
  return NamedSide{std::move(*codelist), std::move(*version), std::nullopt};
}

std::optional<NamedSide> find_version_side(const Views& views, std::string_view hash) {
  const auto id = base::parse_version_hash(hash);
  auto version = id ? views.version(*id) : std::nullopt;
  if (!version) return std::nullopt;
  auto codelist = views.codelist_of(*version);
  return NamedSide{std::move(codelist), std::move(*version), std::nullopt};
}

Result<Side> side_now(const commands::Site& site, const Views& views, NamedSide name) {
  auto codes = side_of(site, views, name.version);
  if (!codes) return codes.error();
  return Side{std::move(name), std::move(*codes)};
}

// The version as it was at a position.
Result<Side> side_then(const commands::Site& site, const Views& views, NamedSide name,
                       std::size_t number, std::string_view moment) {
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(moment.data(), moment.data() + moment.size(), position);
  if (error != std::errc() || end != moment.data() + moment.size() ||
      position > views.checkpoint().value()) {
    return bad_side(number, "must have a position of the log behind the @");
  }
  const auto store = projections::views_as_of(site.log, views.store(),
                                              {.codelist = name.codelist.id,
                                               .moment = base::Position(position),
                                               .contents_of = name.version.id});
  if (!store) return store.error();
  const Views then((*store)->reader());
  auto version = then.version(name.version.id);
  if (!version) return bad_side(number, "is a version that did not exist then");
  name.as_of = base::Position(position);
  name.version = std::move(*version);
  return side_now(site, then, std::move(name));
}

Result<Side> side_named(const commands::Site& site, const Views& views, const std::string& text,
                        std::size_t number) {
  const auto at = text.find('@');
  auto name = text.find('/') != std::string::npos
                  ? find_codelist_side(views, text)
                  : find_version_side(views, std::string_view(text).substr(0, at));
  if (!name) {
    return bad_side(number,
                    "names no version: give its hash, HASH@POSITION, or a codelist "
                    "(organisation/SLUG/CODELIST or user/NAME/CODELIST)");
  }
  if (at == std::string::npos) return side_now(site, views, std::move(*name));
  return side_then(site, views, std::move(*name), number, std::string_view(text).substr(at + 1));
}

}  // namespace

Result<ComparedSides> compare_sides(const commands::Site& site, const Views& views,
                                    const std::vector<std::string>& of) {
  ComparedSides compared;
  std::vector<std::shared_ptr<const DiffSide>> sides;
  for (std::size_t i = 0; i < of.size(); ++i) {
    auto side = side_named(site, views, of[i], i);
    if (!side) return side.error();
    const std::string& system = side->name.codelist.coding_system;
    if (i > 0 && system != compared.names.front().codelist.coding_system) {
      return bad_side(i, "is of another coding system (" + system + ") than the first (" +
                             compared.names.front().codelist.coding_system + ")");
    }
    compared.names.push_back(std::move(side->name));
    sides.push_back(std::move(side->codes));
  }
  compared.comparison = compare(std::move(sides));
  return compared;
}

Result<void> take_combination(const Views& views, const ComparedSides& compared,
                              SetOperation operation, commands::CreateCodelist& command) {
  const std::string& system = compared.names.front().codelist.coding_system;
  if (system != command.coding_system) {
    return base::field_error(ErrorCode::invalid, "coding_system",
                             "must be that of the versions, " + system);
  }
  const auto codes = combine(compared.comparison, operation);
  command.codes.emplace(codes.begin(), codes.end());
  std::string made = std::string("The ")
                         .append(operation == SetOperation::unite       ? "union"
                                 : operation == SetOperation::intersect ? "intersection"
                                                                        : "difference")
                         .append(" of:");
  for (const NamedSide& side : compared.names) {
    command.is_restricted = command.is_restricted || commands::is_restricted(views, side.codelist);
    made += "\n- [" + side.codelist.handle().name + ", " + commands::tag_or_hash(side.version) +
            "](" + commands::page_of(side.codelist, side.version) + ")";
    if (side.as_of) made += " as of position " + std::to_string(side.as_of->value());
  }
  command.methodology = command.methodology ? made + "\n\n" + *command.methodology : made;
  return {};
}

}  // namespace codelog::files
