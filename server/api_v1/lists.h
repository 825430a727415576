// GET /api/v1/codelist/, and the same for one owner.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "events/base/mutex.h"
#include "projections/views.h"
#include "server/http/request.h"
#include "server/json/json_writer.h"

namespace codelog::api_v1 {

// The content of a list, from the query's parameters.
struct ListQuery {
  std::string coding_system = {};  // "" for all
  std::string tag = {};            // "" for all
  bool include_users = false;
  bool description = false;
  bool methodology = false;
  bool references = false;
};

ListQuery parse_list_query(const http::Parameters& query);
// Gives equal lists the same key, however the parameters are written.
std::string list_key(const http::Request& request);

// Makes the lists. Safe from any thread.
class Lists {
 public:
  // The whole JSON text, for one owner's codelists or for all.
  std::string make(const projections::Views& views, const std::optional<events::Owner>& owner,
                   const ListQuery& query);

 private:
  void write_versions(const projections::Views& views, const projections::CodelistRecord& codelist,
                      codelog::json::JsonWriter& json);
  bool is_downloadable(const projections::Views& views, const projections::CodelistRecord& codelist,
                       const projections::VersionRecord& version);

  base::Mutex mutex_;
  // Of tables, which never change; a list would otherwise read every one of them.
  std::unordered_map<base::VersionId, bool> downloadable_ GUARDED_BY(mutex_);
};

}  // namespace codelog::api_v1
