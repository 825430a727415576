#include "tests/server/api_site.h"

#include <catch2/catch.hpp>

#include "coding_systems/snomedct/import.h"
#include "coding_systems/versioning/alias.h"
#include "events/base/check.h"
#include "events/rocksdb/rocks_log.h"
#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "server/api/endpoints.h"
#include "server/api/openapi.h"
#include "server/api/routes.h"
#include "server/api_v1/routes.h"
#include "server/application/guarded_routes.h"
#include "server/application/pages.h"
#include "server/proofs/log_routes.h"
#include "server/web/documentation/api_reference.h"
#include "server/web/routes.h"
#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/server/http_client.h"
#include "tests/server/made_up_releases.h"

namespace codelog::tests {
namespace {

template <class T>
T must(base::Result<T> result) {
  CODELOG_CHECK(static_cast<bool>(result), result ? "" : result.error().detail);
  return std::move(*result);
}

http::Router make_router(application::Application& application, const web::FindStatus& find_status,
                         proofs::SignedLog& log) {
  http::Router router;
  api_v1::add_routes(router, application);
  api::add_routes(router, application);
  web::add_routes(router, application);
  web::add_api_reference(router, application, api::make_openapi(api::all_endpoints()));
  web::add_status_page(router, application, find_status);
  proofs::add_log_routes(router, log);
  application::guard_routes(router, application);
  return router;
}

}  // namespace

void SteadyClock::set(std::string_view time) {
  const auto parsed = base::parse_timestamp(time);
  CODELOG_CHECK(parsed.has_value(), "a test sets its clock to no time");
  now_us_ = parsed->unix_us;
}

nlohmann::json Reply::json() const {
  INFO("status " << status << ": " << body);
  auto parsed = nlohmann::json::parse(body, nullptr, false);
  REQUIRE_FALSE(parsed.is_discarded());
  return parsed;
}

nlohmann::json one_update(const std::string& code, const std::string& status) {
  using nlohmann::json;
  return {{"updates", json::array({json::array({code, status})})}};
}

std::string Reply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

ApiSite::ApiSite(const application::ApplicationOptions& options) : options_(options) { open(); }

ApiSite::~ApiSite() { close(); }

void ApiSite::set_status(web::SiteStatus status) {
  const std::scoped_lock lock(status_mutex_);
  status_ = std::move(status);
}

// Releases are read-only files, so all sites of the program share them and their indexes.
const std::filesystem::path& ApiSite::releases_folder() {
  static const TemporaryFolder folder;
  static const bool unpacked = [] {
    for (const char* system : {"snomedct", "bnf", "dmd", "ctv3", "icd10"}) {
      unpack_small_release(folder.path(), system);
    }
    import_made_up_releases(folder.path());
    return true;
  }();
  CODELOG_CHECK(unpacked, "the small releases are not there");
  return folder.path();
}

void ApiSite::open() {
  releases_ = std::make_unique<coding_systems::Releases>(releases_folder(),
                                                         coding_systems::release_openers());
  mappings_ = std::make_unique<mappings::Mappings>(folder_.path());
  keys_ = must(accounts::KeyRing::open(folder_.path() / "keys"));
  last_uses_ = std::make_unique<accounts::LastUses>(folder_.path() / "last-uses");
  events::LogOptions options;
  options.folder = folder_.path() / "log";
  options.witness_file = folder_.path() / "witness";
  log_ = must(events::open_log(options));
  projections_ = must(projections::Projections::open(folder_.path() / "projections", *log_));
  const commands::Site site{*log_,
                            *projections_,
                            [this](std::string_view system, const std::string& alias) {
                              return open_release(system, alias);
                            },
                            *keys_,
                            clock_,
                            mapping_openers(),
                            {},
                            last_uses_.get()};
  signed_log_ = must(proofs::SignedLog::open(
      *log_, {.keys = folder_.path() / "keys", .cosigned = folder_.path() / "log-cosigned"}));
  const auto begun = signed_log_->begin("codelog.test/log", std::nullopt, clock_.now());
  CODELOG_CHECK(static_cast<bool>(begun), "the log's first key cannot be made");
  options_.signed_log = signed_log_.get();
  options_.position_wait_max = std::chrono::milliseconds(50);
  application_ = std::make_unique<application::Application>(site, options_);
  must(application_->releases().register_unknown_releases(
      {commands::Actor::system(), std::nullopt}));  // as in every data folder
  const auto find_status = [this] {
    const std::scoped_lock lock(status_mutex_);
    return status_;
  };
  const auto make_routes = [&] { return make_router(*application_, find_status, *signed_log_); };
  routes_ = make_routes();
  http::ServerOptions server_options;
  server_options.worker_threads = 8;
  server_options.error_page = [this](const http::Request& request, int status,
                                     std::string_view detail) {
    return application::server_error_page(*application_, request, status, detail);
  };
  server_ = std::make_unique<http::Server>(server_options, make_routes());
  port_ = must(server_->start());
}

void ApiSite::close() {
  if (server_) server_->stop(std::chrono::seconds(10));
  server_.reset();
  application_.reset();
  projections_.reset();
  signed_log_.reset();
  log_.reset();
  keys_.reset();
  mappings_.reset();
  releases_.reset();
}

commands::MappingOpeners ApiSite::mapping_openers() {
  using projections::MappingRecord;
  commands::MappingOpeners openers;
  openers.bnfdmd = [this](const MappingRecord& record) {
    return mappings_->bnfdmd({record.name, record.file_digest});
  };
  openers.ctv3sctmap2 = [this](const MappingRecord& record) {
    return mappings_->ctv3sctmap2({record.name, record.file_digest});
  };
  openers.dmdvmpprevmap = [this](const MappingRecord& record) {
    return mappings_->dmdvmpprevmap({record.name, record.file_digest});
  };
  return openers;
}

void ApiSite::restart_with_new_views() {
  close();
  std::filesystem::remove_all(folder_.path() / "projections");
  open();
}

events::Commit ApiSite::append(std::vector<events::Stream> streams,
                               std::vector<events::Event> events, base::Timestamp time) {
  events::CommitDraft draft;
  draft.time = time;
  draft.command = "Test";
  for (events::Stream& stream : streams) {
    const auto version = log_->stream_version(stream);
    draft.streams.push_back({std::move(stream), version});
  }
  draft.events = std::move(events);
  return must(log_->append(std::move(draft))).commit;
}

void ApiSite::add_user(const std::string& username, bool is_admin) {
  CODELOG_CHECK(static_cast<bool>(keys_->make_key(username)), "no key for " + username);
  auto sealed = must(
      accounts::seal(*keys_, username, {"Name of " + username, username + "@example.com", ""}));
  append({events::Stream::of_user(username)},
         {events::UserAdded{username, std::move(sealed), is_admin},
          events::TokenSet{username, accounts::digest_token(token_of(username))}});
}

void ApiSite::add_organisation(const std::string& slug, const std::vector<std::string>& members) {
  std::vector<events::Event> all = {
      events::OrganisationAdded{slug, "Test Organisation", "https://example.com/"}};
  for (const std::string& member : members) {
    all.push_back(events::MemberSet{slug, member, false});
  }
  append({events::Stream::of_organisation(slug)}, std::move(all));
}

void ApiSite::register_release(const std::string& system) {
  const std::string alias = system + "_small_20240101";
  const auto release = must(releases_->open(system, alias));
  append({events::Stream::of_release(alias)},
         {events::ReleaseRegistered{.alias = alias,
                                    .coding_system = system,
                                    .name = "small",
                                    .valid_from = "2024-01-01",
                                    .import_ref = "small",
                                    .file_digest = release->file_digest(),
                                    .concepts_count = release->hierarchy().size()}});
}

std::filesystem::path ApiSite::mapping_file(const std::string& mapping,
                                            const std::string& name) const {
  const auto file = mappings::mapping_file(folder_.path(), mapping, name);
  std::filesystem::create_directories(file.parent_path());
  return file;
}

void ApiSite::register_mapping(const std::string& mapping, const std::string& name,
                               const std::string& valid_from) {
  append({events::Stream::of_mapping(mapping)},
         {events::MappingRegistered{
             .mapping = mapping,
             .name = name,
             .valid_from = valid_from,
             .import_ref = "made up",
             .file_digest = must(base::sha256_file(mapping_file(mapping, name)))}});
}

std::string ApiSite::import_snomedct(const std::string& archive, const std::string& name,
                                     const std::string& valid_from) {
  const auto alias = must(coding_systems::make_alias({"snomedct", name, valid_from}));
  coding_systems::ImportRequest request;
  request.archive = std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "releases" / archive;
  request.target_folder = releases_folder() / "coding_systems" / "snomedct";
  request.alias = alias;
  const auto outcome = must(coding_systems::import_snomedct(request));
  append({events::Stream::of_release(alias)},
         {events::ReleaseRegistered{.alias = alias,
                                    .coding_system = "snomedct",
                                    .name = name,
                                    .valid_from = valid_from,
                                    .import_ref = archive,
                                    .file_digest = outcome.file_digest,
                                    .concepts_count = outcome.concepts_count}});
  return alias;
}

base::Result<std::shared_ptr<const coding_systems::Release>> ApiSite::open_release(
    std::string_view system, const std::string& alias) {
  if (const auto made = made_releases_.find(alias); made != made_releases_.end()) {
    return made->second;
  }
  return releases_->open(system, alias);
}

std::string ApiSite::register_made_release(const coding_systems::ReleaseName& name,
                                           std::shared_ptr<const coding_systems::Release> release) {
  auto alias = must(coding_systems::make_alias(name));
  append({events::Stream::of_release(alias)},
         {events::ReleaseRegistered{.alias = alias,
                                    .coding_system = std::string(name.system_id),
                                    .name = std::string(name.release_name),
                                    .valid_from = std::string(name.valid_from),
                                    .import_ref = "made up",
                                    .file_digest = release->file_digest()}});
  made_releases_[alias] = std::move(release);
  return alias;
}

void ApiSite::register_wide_release() {
  FakeRelease::Edges edges = {{"root", "middle"}};
  for (int i = 10'000; i < 29'999; ++i) edges.emplace_back("middle", "leaf" + std::to_string(i));
  register_made_release({"bnf", "wide", "2023-01-01"},
                        std::make_shared<FakeRelease>(edges, std::vector<std::string>(), "root"));
}

void ApiSite::set_up() {
  add_user("alice", true);
  add_user("bob");
  add_user("carol");
  add_organisation("test-org", {"alice", "carol"});
  register_release("snomedct");
  register_release("bnf");
}

Reply ApiSite::ask(const Ask& request) const {
  http::test::Client client(port_);
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: test\r\n";
  if (!request.token.empty()) text += "Authorization: " + request.token + "\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  if (request.method != "GET" && request.method != "HEAD") {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  text += "\r\n" + request.body;
  CODELOG_CHECK(client.send(text), "the test server hung up");
  auto answer = request.method == "HEAD" ? client.answer_to_head() : client.answer();
  CODELOG_CHECK(answer.has_value(), "the test server did not answer");
  return {answer->status, std::move(answer->headers), std::move(answer->body)};
}

Reply ApiSite::send(const std::string& method, const std::string& target,
                    const nlohmann::json& body, const std::string& username) const {
  return ask({.method = method,
              .target = target,
              .token = "Token " + token_of(username),
              .body = body.dump(),
              .headers = {{"Content-Type", "application/json"}}});
}

}  // namespace codelog::tests
