#include "coding_systems/versioning/alias.h"

#include "coding_systems/base/coding_system.h"
#include "events/base/check.h"
#include "events/base/clock.h"
#include "events/base/text.h"

namespace codelog::coding_systems {

base::Result<std::string> make_alias(const ReleaseName& name) {
  if (find_coding_system(name.system_id) == nullptr) {
    return base::field_error(base::ErrorCode::invalid, "coding_system",
                             "there is no coding system " + std::string(name.system_id));
  }
  if (!base::is_utf8(name.release_name) || base::slugify(name.release_name).empty()) {
    return base::field_error(base::ErrorCode::invalid, "release_name",
                             "must have at least one letter or digit");
  }
  if (!base::is_date(name.valid_from)) {
    return base::field_error(base::ErrorCode::invalid, "valid_from", "is not a date (YYYY-MM-DD)");
  }
  std::string day(name.valid_from);
  std::erase(day, '-');
  std::string alias =
      base::slugify(std::string(name.system_id) + "_" + std::string(name.release_name) + "_" + day);
  if (is_alias(alias)) return alias;
  return base::field_error(base::ErrorCode::invalid, "release_name",
                           "is too long: with coding system and day it makes a file name of " +
                               std::to_string(alias.size()) + " characters, and at most " +
                               std::to_string(alias_bytes_max) + " are allowed");
}

ReleaseFiles release_files(const std::filesystem::path& data_folder, std::string_view system_id,
                           std::string_view alias) {
  CODELOG_CHECK(is_alias(system_id), "a coding system's id is a slug");
  CODELOG_CHECK(is_alias(alias), "an alias is a slug");
  const auto folder = data_folder / "coding_systems" / system_id;
  const std::string stem(alias);
  return {folder / (stem + ".sqlite3"), folder / (stem + ".index")};
}

}  // namespace codelog::coding_systems
