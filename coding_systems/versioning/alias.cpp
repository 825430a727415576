#include "coding_systems/versioning/alias.h"

#include <algorithm>

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
    return base::field_error(base::ErrorCode::invalid, "valid_from",
                             "must be a day written YYYY-MM-DD");
  }
  std::string day(name.valid_from);
  std::erase(day, '-');
  return base::slugify(std::string(name.system_id) + "_" + std::string(name.release_name) + "_" +
                       day);
}

bool is_alias(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
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
