// The operators' tasks on a site: one implementation of each operation, JSON in and JSON out. The
// command line runs operations in its own process, or through the socket of the server that has the
// folder open (server/site/admin_socket.h).
//
// Thread-safe. Errors are those of the commands; `invalid` for missing arguments or arguments of a
// wrong type.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "events/base/digest.h"
#include "server/application/application.h"
#include "server/site/data_folder.h"
#include "server/site/import_registry.h"
#include "tools/json.h"
#include "tools/status_operation.h"

namespace codelog::tools {

class AdminOperations {
 public:
  // The folder's views must be open. A process has only one application, so that all writers take
  // turns with each other. Both arguments must outlive this object.
  // A server says more of itself in its status.
  AdminOperations(site::DataFolder& folder, application::Application& application,
                  std::optional<ServerFacts> server = std::nullopt)
      : folder_(folder), application_(application), server_(std::move(server)) {}

  base::Result<Json> run(std::string_view operation, const Json& arguments,
                         const site::ReportProgress& report);

 private:
  site::OpenSiteRegistry registry() {
    return {folder_, application_.releases(), application_.mappings()};
  }
  base::Result<Json> run_named(std::string_view operation, const Json& arguments,
                               const site::ReportProgress& report);
  base::Result<Json> add_user(const Json& arguments);
  base::Result<Json> set_token(const Json& arguments);
  base::Result<Json> set_password(const Json& arguments);
  base::Result<Json> deactivate_user(const Json& arguments);
  base::Result<Json> erase_user(const Json& arguments);
  base::Result<Json> add_organisation(const Json& arguments);
  base::Result<Json> set_member(const Json& arguments);
  base::Result<Json> remove_member(const Json& arguments);
  base::Result<Json> restore_codelist(const Json& arguments);
  base::Result<Json> find_release(const Json& arguments);
  base::Result<Json> register_release(const Json& arguments);
  base::Result<Json> find_mapping(const Json& arguments);
  base::Result<Json> register_mapping(const Json& arguments);
  base::Result<Json> list_releases(const Json& arguments);
  base::Result<Json> report_release(const Json& arguments, const site::ReportProgress& report);
  base::Result<Json> find_demo(const Json& arguments);
  base::Result<Json> make_demo(const Json& arguments);
  base::Result<Json> report_demo(const Json& arguments);

  site::DataFolder& folder_;
  application::Application& application_;
  const std::optional<ServerFacts> server_;
};

// The operations "log.…", which work even if the views are not open (because a damaged log cannot
// rebuild them). Arguments and answers: log_operations.cpp.
base::Result<Json> run_log_operation(site::DataFolder& folder, std::string_view operation,
                                     const Json& arguments, const site::ReportProgress& report);

// Arguments by name.
base::Result<std::string> text_argument(const Json& arguments, const char* name);
base::Result<base::Sha256> digest_argument(const Json& arguments, const char* name);
base::Result<std::uint64_t> number_argument(const Json& arguments, const char* name,
                                            std::uint64_t otherwise);
bool flag_argument(const Json& arguments, const char* name);

}  // namespace codelog::tools
