// Compares the entries of the API's list, the addresses, and the state of every version.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "server/migration/verification_work.h"

namespace codelog::migration {

class CodelistVerification {
 public:
  explicit CodelistVerification(const VerificationWork& work);

  void compare(base::CodelistId id);
  // Codelists here that the old site does not have. `ids` are those that it has.
  void note_others(const std::vector<base::CodelistId>& ids);

 private:
  using Json = nlohmann::json;

  Json entry_of(base::CodelistId id) const;
  Json versions_of(base::CodelistId id, const std::string& full_slug,
                   const std::string& coding_system) const;
  void compare_handles(base::CodelistId id, const std::string& subject) const;
  void compare_people(base::CodelistId id, const std::string& subject) const;
  void compare_versions(base::CodelistId id, const std::string& subject) const;
  void compare_version(const SourceRow& row, const std::string& subject) const;
  void compare_searches(base::VersionId version, const std::string& subject) const;

  const VerificationWork& work_;
  std::map<std::string, Json> entries_;  // of this site's list, by full slug
};

}  // namespace codelog::migration
