// A whole site behind a real server on a free port of the loopback: log, views, keys, the small
// releases, both APIs. Everything except the releases is in a folder of its own, and can be closed
// and opened again.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/versioning/alias.h"
#include "coding_systems/versioning/releases.h"
#include "mappings/files/mappings.h"
#include "server/application/application.h"
#include "server/http/server.h"
#include "server/web/site/status_page.h"
#include "tests/coding_systems/small_releases.h"

namespace codelog::tests {

// Stands still unless it is set, except for a microsecond at each reading, so that no two commits
// have the same time.
class SteadyClock final : public base::Clock {
 public:
  base::Timestamp now() const override { return {now_us_.fetch_add(1)}; }
  void set(std::string_view time);  // RFC 3339

 private:
  mutable std::atomic<std::int64_t> now_us_ = 1'795'000'000'000'000;
};

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // by lower-case name
  std::string body;

  // The JSON of the body; a body that is not JSON fails the test.
  nlohmann::json json() const;
  std::string header(const std::string& name) const;
};

// {"updates": [[code, status]]}
nlohmann::json one_update(const std::string& code, const std::string& status);

struct Ask {
  std::string method = "GET";
  std::string target;
  std::string token = {};  // of the Authorization header; "" for none
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

class ApiSite {
 public:
  explicit ApiSite(const application::ApplicationOptions& options = {});
  ~ApiSite();

  // Closes everything and opens it again, with views rebuilt from the log.
  void restart_with_new_views();

  events::EventLog& log() { return *log_; }
  proofs::SignedLog& signed_log() { return *signed_log_; }
  projections::Projections& projections() { return *projections_; }
  projections::Views views() { return projections_->views(); }
  accounts::KeyRing& keys() { return *keys_; }
  application::Application& application() { return *application_; }
  const http::Router& routes() const { return routes_; }
  SteadyClock& clock() { return clock_; }
  // What the page /status/ is told.
  void set_status(web::SiteStatus status);
  std::uint16_t port() const { return port_; }
  // The data folder of the releases, which all sites of a process share.
  static const std::filesystem::path& releases_folder();
  std::uint64_t head() { return log_->head().position.value(); }

  // Appends events without a command, with the given time.
  events::Commit append(std::vector<events::Stream> streams, std::vector<events::Event> events,
                        base::Timestamp time);
  events::Commit append(std::vector<events::Stream> streams, std::vector<events::Event> events) {
    return append(std::move(streams), std::move(events), clock_.now());
  }

  // Adds a user whose token is 40 times the first letter of the name.
  void add_user(const std::string& username, bool is_admin = false);
  static std::string token_of(const std::string& username) {
    return std::string(40, username.at(0));
  }
  void add_organisation(const std::string& slug, const std::vector<std::string>& members);
  // Registers a small release: of "snomedct", "bnf", "dmd", "icd10" or "ctv3", or a made-up one of
  // "readv2" or "opcs4".
  void register_release(const std::string& system);
  // Registers a release of a mapping. Its file must exist: mapping_file().
  void register_mapping(const std::string& mapping, const std::string& name = "first",
                        const std::string& valid_from = "2024-01-01");
  std::filesystem::path mapping_file(const std::string& mapping,
                                     const std::string& name = "first") const;
  // Imports and registers another SNOMED CT release from an archive in tests/golden/releases.
  // Returns its alias.
  std::string import_snomedct(const std::string& archive, const std::string& name,
                              const std::string& valid_from);
  // Registers a release that has no file. Returns its alias.
  std::string register_made_release(const coding_systems::ReleaseName& name,
                                    std::shared_ptr<const coding_systems::Release> release);
  // Registers a made-up release "bnf_wide_20230101": "root" has "middle" below it, which has 19,999
  // leaves.
  void register_wide_release();
  // alice (administrator), bob and carol; test-org with alice and carol; SNOMED CT and BNF.
  void set_up();

  // Sends one request over a connection of its own. May be called from several threads.
  Reply ask(const Ask& request) const;
  Reply get(const std::string& target) const { return ask({.target = target}); }
  // Sends a request of alice's with a JSON body.
  Reply send(const std::string& method, const std::string& target,
             const nlohmann::json& body = nlohmann::json::object(),
             const std::string& username = "alice") const;

 private:
  void open();
  void close();

  commands::MappingOpeners mapping_openers();
  base::Result<std::shared_ptr<const coding_systems::Release>> open_release(
      std::string_view system, const std::string& alias);

  application::ApplicationOptions options_;
  std::mutex status_mutex_;
  web::SiteStatus status_{.version = "0", .started_at = {1'795'000'000'000'000}};
  TemporaryFolder folder_;
  SteadyClock clock_;
  // By alias. Shared as real ones are.
  std::map<std::string, std::shared_ptr<const coding_systems::Release>> made_releases_;
  // Closed in the reverse order.
  std::unique_ptr<coding_systems::Releases> releases_;
  std::unique_ptr<mappings::Mappings> mappings_;
  std::unique_ptr<accounts::KeyRing> keys_;
  std::unique_ptr<accounts::LastUses> last_uses_;
  std::unique_ptr<events::EventLog> log_;
  std::unique_ptr<proofs::SignedLog> signed_log_;
  std::unique_ptr<projections::Projections> projections_;
  std::unique_ptr<application::Application> application_;
  std::unique_ptr<http::Server> server_;
  http::Router routes_;  // a second copy, for inspection
  std::uint16_t port_ = 0;
};

}  // namespace codelog::tests
