#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <memory>
#include <thread>

#include "coding_systems/base/coding_system.h"
#include "server/api/endpoints.h"
#include "server/api/openapi.h"
#include "server/api/routes.h"
#include "server/api_v1/routes.h"
#include "server/application/guarded_routes.h"
#include "server/application/pages.h"
#include "server/commands/newest_release.h"
#include "server/commands/version_contents.h"
#include "server/http/server.h"
#include "server/http/shared_body.h"
#include "server/proofs/log_routes.h"
#include "server/site/admin_socket.h"
#include "server/site/background_verification.h"
#include "server/site/site_watch.h"
#include "server/web/documentation/api_reference.h"
#include "server/web/routes.h"
#include "tools/command.h"
#include "tools/machine.h"
#include "tools/operations_routes.h"
#include "tools/serve_archive.h"
#include "tools/serve_mail.h"
#include "tools/serve_single_sign_on.h"
#include "tools/stop_signals.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The process stops within 10 seconds: 6 for requests, the others for handlers still at work and
// for closing the log.
constexpr std::chrono::seconds shutdown_grace{6};
constexpr const char* no_sync_consent = "CODELOG_LOSE_ACKNOWLEDGED_WRITES";

struct ServeOptions {
  CommonOptions common;
  std::string listen = "127.0.0.1:7000";
  std::size_t io_threads = 2;
  std::size_t processors = 0;
  std::size_t worker_threads = 64;
  std::size_t client_memory_mib = 1536;
  std::uint64_t free_space_min_mib = site::DataFolderOptions().free_bytes_min >> 20;
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> base_urls;
  MailOptions mail;
  SingleSignOnFlags issuer;
  std::optional<identity::SingleSignOnOptions> single_sign_on;  // as the flags describe it
  std::string log_origin;
  std::string archive;
  std::string log_file;
  std::string log_level = "info";
  bool unsafe_no_sync = false;
};

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

// "127.0.0.1:7000", "[::1]:7000".
std::optional<ListenAddress> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  ListenAddress address;
  address.host = text.substr(0, colon);
  const bool bracketed = address.host.starts_with('[') && address.host.ends_with(']');
  if (bracketed) address.host = address.host.substr(1, address.host.size() - 2);
  if (address.host.empty() || (!bracketed && address.host.find(':') != std::string::npos)) {
    return std::nullopt;
  }
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || after != end) return std::nullopt;
  return address;
}

std::string check_listen(const std::string& text) {
  return parse_listen(text) ? "" : "'" + text + "' is not an address and a port, as 127.0.0.1:7000";
}

// Changes the address to the form in which the server shows its connections: ::ffff:1.2.3.4 is the
// IPv4 address 1.2.3.4.
std::string check_address(std::string& text) {
  in6_addr bytes{};
  char shown[INET6_ADDRSTRLEN];
  int family = AF_INET;
  if (::inet_pton(family, text.c_str(), &bytes) != 1) family = AF_INET6;
  if (family == AF_INET6 && ::inet_pton(family, text.c_str(), &bytes) != 1) {
    return "'" + text + "' is not an IP address";
  }
  const bool is_mapped = family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&bytes);
  text = is_mapped ? ::inet_ntop(AF_INET, bytes.s6_addr + 12, shown, sizeof shown)
                   : ::inet_ntop(family, &bytes, shown, sizeof shown);
  return "";
}

// Removes a slash at the end.
std::string check_base_url(std::string& text) {
  if (text.ends_with('/')) text.pop_back();
  const bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
  const bool has_path = text.find('/', text.find("//") + 2) != std::string::npos;
  if (has_scheme && !has_path && text.size() > std::string_view("https://").size()) return "";
  return "'" + text + "' is not an address, as https://codelists.example.org";
}

std::string url_of(const ListenAddress& address, std::uint16_t port) {
  const bool is_any = address.host == "0.0.0.0" || address.host == "::";
  const std::string host = is_any ? "127.0.0.1" : address.host;
  const bool is_v6 = host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// The name of the log in its checkpoints: by default its address without the scheme.
std::string usual_origin(const ServeOptions& options, site::DataFolder& folder) {
  if (options.base_urls.empty()) return "codelog.local/" + folder.log().id();
  const std::string& url = options.base_urls.front();
  return url.substr(url.find("//") + 2) + "/log";
}

std::string check_origin(const std::string& text) {
  return proofs::check_key_name(text) ? "" : "'" + text + "' is not the name of a log";
}

http::LogLevel level_of(const std::string& name) {
  if (name == "debug") return http::LogLevel::debug;
  if (name == "warning") return http::LogLevel::warning;
  if (name == "error") return http::LogLevel::error;
  if (name == "off") return http::LogLevel::off;
  return http::LogLevel::info;
}

// Opens the newest ready releases now, so that no user's first request waits for it.
void open_newest_releases(site::DataFolder& folder, http::Log& log) {
  const projections::Views views = folder.projections().views();
  for (const auto& system : coding_systems::all_coding_systems()) {
    const auto release = commands::newest_release(folder.log(), views, system.id);
    if (!release || !commands::has_release_file(views, system.id, release->alias)) continue;
    const auto opened = folder.releases().open(system.id, release->alias);
    if (opened) {
      log.write(http::LogLevel::info, "release_opened", {{"alias", release->alias}});
    } else {
      log.write(http::LogLevel::warning, "release_not_opened",
                {{"alias", release->alias}, {"detail", opened.error().detail}});
    }
  }
}

void write_what_opening_found(site::DataFolder& folder, http::Log& log) {
  const auto write = [&](const char* event, const std::string& detail) {
    log.write(http::LogLevel::warning, event, {{"detail", detail}});
  };
  for (const std::string& detail : folder.unfinished_imports()) write("import_unfinished", detail);
  for (const std::string& detail : folder.unreadable_users()) write("user_key_unusable", detail);
  const std::string& damage = folder.projections().damage_found();
  if (!damage.empty()) write("views_made_anew", damage);
}

// Limits the connections, including refused ones, so that nearly half of the process's open files
// stay free for the log and the views. A log that cannot open its next file refuses writes until a
// restart, and any client can open connections. Cached bodies get an eighth.
std::size_t share_out_open_files(http::Log& log) {
  const std::size_t wanted = http::Limits().connections_max;
  const std::size_t files_count = raise_open_files();
  const auto bodies_max =
      std::min<std::size_t>(http::SharedBytes::files_max_usual, files_count / 8);
  http::SharedBytes::set_files_max(static_cast<int>(bodies_max));
  const std::size_t possible = std::min<std::size_t>(wanted, (files_count - bodies_max) / 4);
  if (possible < wanted) {
    log.write(http::LogLevel::warning, "few_open_files",
              {{"limit", static_cast<std::int64_t>(files_count)},
               {"connections_max", static_cast<std::int64_t>(possible)}});
  }
  return possible;
}

// Divides the clients' memory in three: requests being received, requests in work, and answers.
http::Limits limits_of(const ServeOptions& options, http::Log& log) {
  http::Limits limits;
  limits.connections_max = share_out_open_files(log);
  const std::size_t third = (options.client_memory_mib << 20) / 3;
  limits.bodies_bytes_max = limits.work_bytes_max = limits.answers_bytes_max = third;
  limits.body_bytes_max = std::min(limits.body_bytes_max, third / 2);
  return limits;
}

// All but the addresses for operators, which the router has.
void add_routes(http::Router& router, application::Application& application,
                proofs::SignedLog& signed_log, web::FindStatus find_status) {
  api::add_routes(router, application);
  api_v1::add_routes(router, application);
  web::add_routes(router, application);
  web::add_api_reference(router, application, api::make_openapi(api::all_endpoints()));
  web::add_status_page(router, application, std::move(find_status));
  proofs::add_log_routes(router, signed_log);
  application::guard_routes(router, application);
}

application::ApplicationOptions application_options_of(const ServeOptions& options,
                                                       const ListenAddress& address,
                                                       site::DataFolder& folder,
                                                       mail::Mailer* mailer) {
  application::ApplicationOptions made;
  made.base_urls = options.base_urls;
  if (made.base_urls.empty()) made.base_urls = {url_of(address, address.port)};
  made.mailer = mailer;
  made.signed_log = &folder.signed_log();
  made.single_sign_on = options.single_sign_on;
  return made;
}

http::ServerOptions server_options_of(const ServeOptions& options, const ListenAddress& address,
                                      application::Application& application, http::Log& log,
                                      http::Metrics& metrics) {
  http::ServerOptions made;
  made.address = address.host;
  made.port = address.port;
  made.io_threads = options.io_threads;
  made.worker_threads = options.worker_threads;
  made.processors = options.processors;
  made.trusted_proxies = options.trusted_proxies;
  made.limits = limits_of(options, log);
  made.error_page = [&application](const http::Request& request, int status,
                                   std::string_view detail) {
    return application::server_error_page(application, request, status, detail);
  };
  made.log = &log;
  made.metrics = &metrics;
  return made;
}

Result<void> serve_until_stopped(const ServeOptions& options, site::DataFolder& folder,
                                 http::Log& log, const StopSignals& signals) {
  http::Metrics metrics;
  add_site_gauges(metrics, folder);
  const auto address = parse_listen(options.listen);
  CODELOG_CHECK(address.has_value(), "the command line has been checked");
  const auto begun = folder.signed_log().begin(
      usual_origin(options, folder),
      options.log_origin.empty() ? std::nullopt : std::optional(options.log_origin),
      folder.site().clock.now());
  if (!begun) return begun.error();
  const auto mailer = make_mailer(options.mail, folder.path(), folder.site().clock, log);
  if (!mailer) return mailer.error();
  application::Application application(
      folder.site(), application_options_of(options, *address, folder, mailer->get()));
  add_follower_gauge(metrics, application.live_commits());

  const auto shipper = start_shipping(options.archive, folder, log);
  if (!shipper) return shipper.error();
  const ServerFacts facts{.started_at = folder.site().clock.now(),
                          .find_archive = archive_status_of(shipper->get())};
  if (facts.find_archive) add_archive_gauges(metrics, facts.find_archive);
  AdminOperations operations(folder, application, facts);
  const site::SiteWatch watch(folder, log, facts.find_archive);
  add_status_gauges(metrics, folder, watch);
  const site::BackgroundVerification verification(folder, log);
  http::Router router;
  add_operations_routes(router, folder, metrics, watch, facts);
  add_routes(router, application, folder.signed_log(),
             status_of(folder, watch, options.free_space_min_mib << 20));
  http::Server server(server_options_of(options, *address, application, log, metrics),
                      std::move(router));
  const auto port = server.start();
  if (!port) return port.error();

  auto socket = site::AdminSocket::listen(
      folder.path(),
      [&](std::string_view operation, const Json& arguments, const site::ReportProgress& report) {
        return operations.run(operation, arguments, report);
      });
  if (!socket) return socket.error();
  write_what_opening_found(folder, log);
  std::jthread opening([&] {
    try {
      open_newest_releases(folder, log);
    } catch (const projections::DamagedViews&) {
      // The site watch reports these failures.
    } catch (const std::exception& error) {
      log.write(http::LogLevel::warning, "release_not_opened", {{"detail", error.what()}});
    }
  });
  signals.serve_begins();
  const std::string url = url_of(*address, *port);
  log.write(http::LogLevel::info, "listening", {{"url", url}});
  print("listening on " + url + "\n");

  const int received = signals.wait();
  log.write(http::LogLevel::info, "stopping", {{"signal", std::int64_t{received}}});
  server.stop(shutdown_grace);
  socket->reset();
  return {};
}

Result<std::unique_ptr<site::DataFolder>> open_folder(const site::DataFolderOptions& options) {
  ProgressLine progress;
  return open_folder_here(options, [&](const site::WorkProgress& work) {
    progress.show(work.stage, work.done, work.total);
    return true;
  });
}

// Opens the data folder and serves it. Damage in the views can also be met while the server starts;
// they are marked then, and made anew at once.
Result<void> serve_folder(const ServeOptions& options, const site::DataFolderOptions& place,
                          http::Log& log, const StopSignals& signals) {
  for (bool is_first = true;; is_first = false) {
    const auto folder = open_folder(place);
    if (!folder) return folder.error();
    try {
      return serve_until_stopped(options, **folder, log, signals);
    } catch (const std::exception& error) {
      const std::string fault = (*folder)->projections().failure();
      if (!is_first || fault.empty()) throw;
      log.write(http::LogLevel::warning, "views_damaged",
                {{"detail", fault}, {"cause", error.what()}});
    }
  }
}

int serve(ServeOptions& options) {
  const StopSignals signals;  // first, because threads inherit blocked signals
  site::DataFolderOptions folder_options = options.common.folder();
  folder_options.sync = !options.unsafe_no_sync;
  folder_options.free_bytes_min = options.free_space_min_mib << 20;
  if (options.unsafe_no_sync && std::getenv(no_sync_consent) == nullptr) {
    return refuse(
        {ErrorCode::invalid,
         std::string("--unsafe-no-sync loses acknowledged writes when the power fails; it is "
                     "for testing, and needs ") +
             no_sync_consent + "=yes in the environment",
         {}},
        options.common);
  }
  auto single_sign_on = make_single_sign_on(options.issuer, options.base_urls);
  if (!single_sign_on) return refuse(single_sign_on.error(), options.common);
  options.single_sign_on = std::move(*single_sign_on);
  http::LogOptions log_options;
  log_options.file = options.log_file;
  log_options.level = level_of(options.log_level);
  auto log = http::Log::open(std::move(log_options));
  if (!log) return refuse(log.error(), options.common);
  const auto served = serve_folder(options, folder_options, **log, signals);
  if (!served) return refuse(served.error(), options.common);
  (*log)->write(http::LogLevel::info, "stopped", {});
  return exit_done;
}

void add_capacity_options(Command command, ServeOptions& options) {
  command.add_option("--io-threads", options.io_threads, "Threads for sockets and quick answers")
      .between(1, 256)
      .type_name("COUNT")
      .show_default();
  command
      .add_option("--worker-threads", options.worker_threads,
                  "Writes at a time, which can share one disk sync")
      .between(1, 1024)
      .type_name("COUNT")
      .show_default();
  command
      .add_option("--processors", options.processors,
                  "Requests that compute at a time; 0: the number of processors")
      .between(0, 1024)
      .type_name("COUNT")
      .show_default();
  command
      .add_option("--client-memory", options.client_memory_mib,
                  "Memory for clients' requests and answers, in MiB")
      .between(96, 1 << 20)
      .type_name("MIB")
      .show_default();
  command
      .add_option("--free-space-min", options.free_space_min_mib,
                  "Refuse writes while the log's volume has less room, in MiB")
      .between(192, 1 << 30)
      .type_name("MIB")
      .show_default();
}

}  // namespace

void add_serve_command(Command program) {
  Command command = program.add_command(
      {"serve",
       "Serve a data folder over HTTP until SIGTERM or SIGINT; prints 'listening on "
       "http://…' when it is ready.",
       "codelog serve --data demo\ncodelog serve --listen 0.0.0.0:7000 --witness "
       "other-volume/head-witness\ncodelog serve --listen 127.0.0.1:0    (any free port)\ncodelog "
       "serve --base-url https://codelists.example.ac.uk --oidc-issuer https://login.example.ac.uk "
       "--oidc-client-id codelists --oidc-client-secret-file keys/oidc-secret --oidc-name 'Example "
       "University'"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<ServeOptions>();
  add_data_options(command, options->common);
  command.add_option("--listen", options->listen, "Address and port")
      .type_name("ADDRESS:PORT")
      .check(check_listen)
      .show_default();
  add_capacity_options(command, *options);
  command
      .add_option("--trusted-proxy", options->trusted_proxies,
                  "Address of a reverse proxy whose X-Forwarded-For names the client; repeatable")
      .check(check_address)
      .type_name("ADDRESS");
  command
      .add_option("--base-url", options->base_urls,
                  "Address under which people reach the site, as https://codelists.example.org; "
                  "the first stands in mails; repeatable")
      .check(check_base_url)
      .type_name("URL");
  add_mail_options(command, options->mail);
  add_single_sign_on_options(command, options->issuer);
  command
      .add_option("--log-origin", options->log_origin,
                  "The log's name in its checkpoints. By default, the first start takes the first "
                  "--base-url without its scheme, and /log; later ones keep the name")
      .check(check_origin)
      .type_name("NAME");
  add_archive_option(command, options->archive);
  command.add_option("--log-file", options->log_file, "Log to this file; otherwise standard error")
      .type_name("FILE");
  command.add_option("--log-level", options->log_level, "How much to log")
      .one_of({"debug", "info", "warning", "error", "off"})
      .show_default();
  command.add_flag("--unsafe-no-sync", options->unsafe_no_sync,
                   std::string("Acknowledge writes before the disk has them, for testing what that "
                               "loses. Refused without ") +
                       no_sync_consent + "=yes in the environment");
  command.set_action([options] { return serve(*options); });
}

}  // namespace codelog::tools
