#include "server/commands/dmd_conversion.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "server/commands/access_commands.h"
#include "server/commands/codelist_commands.h"
#include "server/commands/csv_writer.h"
#include "server/commands/derived_name.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"
#include "server/commands/version_digests.h"
#include "server/commands/version_names.h"

namespace codelog::commands {
namespace {

using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::string_view not_bnf =
    "Only BNF codelists have a dm+d version; this one is of another coding system.";
constexpr int shortened_names_max = 10;

// The owner's codelist that has, or had, the name or the slug; of two, the younger one.
std::optional<CodelistId> find_target(const Views& views, const projections::Handle& wanted) {
  const auto by_slug = views.handle_with_slug(wanted.owner, wanted.slug);
  const auto by_name = views.handle_with_name(wanted.owner, wanted.name);
  if (by_slug && by_name) return std::max(*by_slug, *by_name);
  return by_slug ? by_slug : by_name;
}

// The form in which tables are stored and compared.
std::string without_carriage_returns(std::string text) {
  std::erase(text, '\r');
  return text;
}

Result<void> check_is_new(const Views& views, const CodelistRecord& target,
                          const std::string& table) {
  for (const VersionRecord& version : views.versions_of(target.id)) {
    if (without_carriage_returns(views.csv_data(version.id).value_or("")) != table) continue;
    return Error{
        ErrorCode::conflict,
        "An identical dm+d version of this codelist already exists: " + page_of(target, version),
        {}};
  }
  return {};
}

struct Source {
  CodelistRecord codelist;
  VersionRecord version;
};

Result<Source> find_source(const Views& views, const Actor& actor, VersionId id) {
  auto version = views.version(id);
  if (!version) return Error{ErrorCode::not_found, "there is no such version", {}};
  auto codelist = views.codelist_of(*version);
  if (version->status == events::VersionStatus::draft) {
    return Error{ErrorCode::conflict, "a draft cannot be converted; save it for review first", {}};
  }
  if (!can_edit(views, actor, codelist)) return forbidden("you may not edit this codelist");
  return Source{std::move(codelist), std::move(*version)};
}

// The details that the dm+d codelist should have.
struct Wanted {
  projections::Handle handle;
  std::optional<std::string> description;
  std::string methodology;
  std::vector<events::Reference> references;
  bool is_restricted = false;
};

enum class MadeFrom : std::uint8_t { source, another, unknown };

// The codelist that the versions of a dm+d codelist were converted from. Unknown, for example, for
// one that was uploaded.
MadeFrom made_from(const Views& views, CodelistId target, CodelistId source) {
  auto found = MadeFrom::unknown;
  for (const VersionRecord& version : views.versions_of(target)) {
    const auto origin = version.source ? views.codelist_of_version(*version.source) : std::nullopt;
    if (origin == source) return MadeFrom::source;
    // An origin without a codelist is one that the actor may not read.
    if (version.source && origin != target) found = MadeFrom::another;
  }
  return found;
}

// "Name - dmd" and "slug-dmd". Names that differ only at their ends may become equal when they are
// shortened; the later one's codelist then gets a number ("… - dmd2"), so that no conversion adds
// a version to the dm+d codelist of another list.
Result<projections::Handle> wanted_handle(const Views& views, const CodelistRecord& source) {
  const projections::Handle& from = source.handle();
  for (int i = 1; i <= shortened_names_max; ++i) {
    const std::string number = i == 1 ? "" : std::to_string(i);
    const projections::Handle wanted{from.owner, name_with(from.name, " - dmd" + number),
                                     slug_with(from.slug, "-dmd" + number)};
    const bool is_whole = wanted.name == from.name + " - dmd" && wanted.slug == from.slug + "-dmd";
    const auto target = find_target(views, wanted);
    if (!target) return wanted;
    const MadeFrom from_list = made_from(views, *target, source.id);
    if (from_list == MadeFrom::source) return wanted;
    if (is_whole && from_list == MadeFrom::unknown) return wanted;
  }
  return Error{ErrorCode::conflict,
               "the dm+d codelists of " + std::to_string(shortened_names_max) +
                   " other codelists have the beginning of this long name; shorten it first",
               {{"name", "is too long to make another name from it"}}};
}

Result<Wanted> wanted_of(const Views& views, const Source& source) {
  auto handle = wanted_handle(views, source.codelist);
  if (!handle) return handle.error();
  return Wanted{std::move(*handle), source.codelist.description,
                "Converted from [pseudo-BNF system codelist](" +
                    page_of(source.codelist, source.version) + ")",
                source.codelist.references, is_restricted(views, source.codelist)};
}

events::VersionCreated version_of(const Source& source, const DmdConversion& conversion,
                                  std::string table) {
  events::VersionCreated version;
  version.status = events::VersionStatus::under_review;
  version.origin = events::VersionOrigin::conversion;
  version.release = conversion.release.record.alias;
  version.release_digest = conversion.release.open->file_digest();
  version.source = source.version.id;
  version.csv_data = std::move(table);
  return version;
}

Decision decide_new_codelist(const Views& views, const Wanted& wanted,
                             events::VersionCreated version) {
  const auto ids = views.next_ids();
  version.version = ids.version;
  version.codelist = ids.codelist;
  events::CodelistCreated created{.codelist = ids.codelist,
                                  .coding_system = "dmd",
                                  .owner = wanted.handle.owner,
                                  .name = wanted.handle.name,
                                  .slug = wanted.handle.slug,
                                  .description = wanted.description,
                                  .methodology = wanted.methodology,
                                  .references = wanted.references,
                                  .signoffs = {},
                                  .cloned_from = std::nullopt};
  Decision decision{"ConvertBnfToDmd",
                    {Stream::of_codelist(ids.codelist), Stream::of_names(wanted.handle.owner)},
                    {std::move(created), std::move(version)}};
  if (wanted.is_restricted && !views.is_restricted(wanted.handle.owner)) {
    decision.events.emplace_back(events::CodelistAccessChanged{ids.codelist, true});
  }
  return decision;
}

Result<Decision> decide_new_version(const Views& views, const Actor& actor, CodelistId target_id,
                                    const Wanted& wanted, events::VersionCreated version) {
  const auto target = views.codelist(target_id);
  if (!target) {
    return forbidden("the dm+d codelist, " + page_of(wanted.handle) + ", is restricted to others");
  }
  if (target->coding_system != "dmd") {
    return Error{ErrorCode::conflict,
                 page_of(target->handle()) + " has the name of the dm+d codelist, and is of " +
                     "another coding system",
                 {}};
  }
  if (!can_edit(views, actor, *target)) {
    return forbidden("you may not edit the dm+d codelist, " + page_of(target->handle()));
  }
  const auto is_new = check_is_new(views, *target, *version.csv_data);
  if (!is_new) return is_new.error();
  Decision decision{"ConvertBnfToDmd", {Stream::of_codelist(target_id)}, {}};
  const ChangeDetails details{.description = std::nullopt,
                              .methodology = std::nullopt,
                              .references = wanted.references,
                              .signoffs = std::nullopt,
                              .tags = std::nullopt,
                              .name = wanted.handle.name,
                              .slug = wanted.handle.slug,
                              .owner = std::nullopt};
  const auto added = add_details(views, *target, details, decision);
  if (!added) return added.error();
  if (target->description != wanted.description || target->methodology != wanted.methodology) {
    decision.events.push_back(
        events::CodelistDetailsChanged{target_id, wanted.description, wanted.methodology});
  }
  if (wanted.is_restricted && !is_restricted(views, *target)) {
    decision.events.emplace_back(events::CodelistAccessChanged{target_id, true});
  }
  version.version = next_version_id(views, target_id);
  version.codelist = target_id;
  decision.events.push_back(std::move(version));
  return decision;
}

}  // namespace

std::string dmd_csv(const DmdConversion& conversion) {
  std::string out;
  append_csv_row({"dmd_type", "dmd_id", "dmd_name", "bnf_code"}, out);
  for (const mappings::DmdProduct& product : conversion.products) {
    append_csv_row(
        {mappings::to_string(product.type), product.code, product.name, product.bnf_code}, out);
  }
  return out;
}

namespace {

// Opens mapping and release; codes and products are still empty.
Result<DmdConversion> open_conversion(const Site& site, const Views& views,
                                      const CodelistRecord& codelist) {
  if (codelist.coding_system != "bnf") return Error{ErrorCode::invalid, std::string(not_bnf), {}};
  DmdConversion conversion;
  auto mapping = open_bnfdmd(site.mappings, views);
  if (!mapping) return mapping.error();
  conversion.mapping = std::move(*mapping);
  auto release = choose_release(site, views, "dmd", std::nullopt);
  if (!release) return Error{ErrorCode::unavailable, release.error().detail, {}};
  conversion.release = std::move(*release);
  return conversion;
}

Result<DmdConversion> convert(DmdConversion opened, const Views& views,
                              const VersionRecord& version) {
  auto codes = included_codes(views, version);
  if (!codes) return codes.error();
  // A table may have the codes in lower case.
  for (const std::string& code : *codes) {
    opened.bnf_codes.push_back(coding_systems::normal_code("bnf", code));
  }
  opened.products =
      mappings::dmd_products_of(*opened.mapping, *opened.release.open, opened.bnf_codes);
  return opened;
}

}  // namespace

Result<DmdConversion> convert_to_dmd(const Site& site, const Views& views,
                                     const CodelistRecord& codelist, const VersionRecord& version) {
  auto opened = open_conversion(site, views, codelist);
  if (!opened) return opened.error();
  return convert(std::move(*opened), views, version);
}

Result<Commit> DmdConversionCommands::convert(const Write& write, VersionId bnf_version) {
  using Basis =
      std::tuple<Position, std::shared_ptr<const mappings::BnfDmdMapping>, ReleasePointer>;
  Prepared<Basis, Result<DmdConversion>> prepared;
  Turn turn{.allocates_ids = true, .preparation = &prepared};
  // The BNF codelist must not be deleted meanwhile.
  if (const auto known = executor_.site().projections.views().version(bnf_version)) {
    turn.codelist = known->codelist;
  }
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto source = find_source(views, write.actor, bnf_version);
    if (!source) return source.error();
    const auto opened = open_conversion(executor_.site(), views, source->codelist);
    if (!opened) return opened.error();
    const auto* made =
        prepared.of({source->version.changed_at, opened->mapping, opened->release.open},
                    [&] { return commands::convert(*opened, views, source->version); });
    if (made == nullptr) return Decision{};
    const Result<DmdConversion>& conversion = *made;
    if (!conversion) return conversion.error();
    const auto wanted = wanted_of(views, *source);
    if (!wanted) return wanted.error();
    if (const auto name = check_name(wanted->handle.name); !name) return name.error();
    if (const auto slug = check_slug("slug", wanted->handle.slug); !slug) return slug.error();
    events::VersionCreated version =
        version_of(*source, *conversion, without_carriage_returns(dmd_csv(*conversion)));
    add_content(executor_.site(), views, *coding_systems::find_coding_system("dmd"),
                conversion->release, version);
    const auto target = find_target(views, wanted->handle);
    if (!target) return decide_new_codelist(views, *wanted, std::move(version));
    version.author = source->version.author;
    return decide_new_version(views, write.actor, *target, *wanted, std::move(version));
  });
}

}  // namespace codelog::commands
