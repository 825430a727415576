#include "server/commands/version_making.h"

#include <algorithm>
#include <set>

#include "coding_systems/ecl/evaluation.h"
#include "coding_systems/ecl/parser.h"

namespace codelog::commands {
namespace {

using events::VersionStatus;
using projections::CodelistRecord;

bool are_same(const coding_systems::Release& release, const FromCodes& wanted,
              const std::vector<std::string>& before) {
  if (!wanted.rules.takes_exact_only) {
    return codes_in_release(release, wanted.codes) == codes_in_release(release, before);
  }
  const std::set<std::string_view> asked(wanted.codes.begin(), wanted.codes.end());
  return std::equal(asked.begin(), asked.end(), before.begin(), before.end());
}

Error only_tables(std::string field) {
  return base::field_error(ErrorCode::invalid, std::move(field),
                           "codelists of this system are uploaded as a table, not built");
}

Result<MadeVersion> version_from_table(const ChosenRelease& release, const CodelistRecord& codelist,
                                       const CreateVersion& command) {
  auto table = contents_of_csv(*command.csv_data, system_of(codelist), release.open.get(),
                               command.table_rules);
  if (!table) return table.error();
  MadeVersion made{events::VersionCreated(), {}};
  made.version->status = VersionStatus::under_review;
  made.version->origin = events::VersionOrigin::csv;
  made.version->csv_data = std::move(*table);
  return made;
}

// Includes codes of the expression that the release does not have, even after MINUS, so that they
// are reported like other unknown codes.
Result<std::vector<std::string>> codes_of_expression(const ChosenRelease& release,
                                                     const std::string& text) {
  if (!release.open) return only_tables("ecl");
  const auto expression = coding_systems::ecl::parse_expression(text);
  if (!expression) {
    return base::field_error(expression.error().code, "ecl", expression.error().detail);
  }
  auto selection = coding_systems::ecl::evaluate(release.open, *expression);
  std::ranges::move(selection.unknown, std::back_inserter(selection.codes));
  return std::move(selection.codes);
}

}  // namespace

MadeFrom made_from(const Views& views, CodelistId codelist, const ChosenRelease& release) {
  const auto newest = views.newest_version_of(codelist);
  if (!newest) return {release.open, std::nullopt, Position()};
  return {release.open, newest->id, newest->changed_at};
}

Result<MadeVersion> version_from_codes(const Views& views, const ChosenRelease& release,
                                       const CodelistRecord& codelist, const FromCodes& wanted) {
  if (wanted.codes.empty()) {
    return base::field_error(ErrorCode::invalid, "codes", "No codes");
  }
  if (!release.open) return only_tables("codes");
  const auto newest = views.newest_version_of(codelist.id);
  if (!wanted.always_create_new_version && newest) {
    const auto before = included_codes(views, *newest);
    if (!before) return before.error();
    if (are_same(*release.open, wanted, *before)) return MadeVersion();
  }
  auto contents = contents_of_codes(*release.open, wanted.codes, wanted.rules);
  if (!contents) return contents.error();
  MadeVersion made{events::VersionCreated(), std::move(contents->unfound)};
  made.version->status =
      wanted.should_publish ? VersionStatus::published : VersionStatus::under_review;
  made.version->origin = events::VersionOrigin::codes;
  made.version->codes = std::move(contents->codes);
  return made;
}

Result<void> check_one_source(const CreateVersion& command) {
  const int sources = int{command.codes.has_value()} + int{command.expression.has_value()} +
                      int{command.csv_data.has_value()};
  if (sources == 1) return {};
  return base::field_error(ErrorCode::invalid, "codes", "give exactly one of codes and csv");
}

Result<MadeVersion> make_version(const Views& views, const ChosenRelease& release,
                                 const CodelistRecord& codelist, const CreateVersion& command) {
  if (command.csv_data) return version_from_table(release, codelist, command);
  std::vector<std::string> selected;
  if (command.expression) {
    auto codes = codes_of_expression(release, *command.expression);
    if (!codes) return codes.error();
    selected = std::move(*codes);
  }
  // OpenCodelists never publishes a version made from an expression.
  const bool should_publish = command.should_publish && !command.expression;
  auto made =
      version_from_codes(views, release, codelist,
                         {command.expression ? selected : *command.codes, command.codes_rules,
                          command.always_create_new_version, should_publish});
  if (made && !made->version) {
    return Error{ErrorCode::invalid, "No difference to previous version", {}};
  }
  if (made) made->version->expression = command.expression;
  return made;
}

}  // namespace codelog::commands
