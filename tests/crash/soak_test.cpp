// A server through storms of bad clients, one after the other. It must stay well, go on serving
// others, use no more memory than it was told to, and give that back.
//
// The short form is a small site and few clients, and asserts no times. CODELOG_SOAK=long (`just
// soak`) is a site of 400,000 concepts and storms as they were once made, and asserts times too.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <thread>

#include "coding_systems/index/sqlite_file.h"
#include "tests/crash/storm.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::soak_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Scale {
  bool is_long = false;
  std::uint32_t concepts_count = 3'000;
  std::size_t codes_count = 2'500;
  std::size_t silent_count = 20;
  std::size_t slow_count = 40;
  std::size_t queued_count = 60;
  std::size_t creates_count = 8;
  std::size_t uploads_count = 10;
  std::size_t client_memory_mib = 96;
  milliseconds storm{1'500};
};

Scale scale_of_run() {
  const char* wanted = std::getenv("CODELOG_SOAK");
  if (wanted == nullptr || std::string_view(wanted) != "long") return {};
  return {.is_long = true,
          .concepts_count = 400'000,
          .codes_count = 150'000,
          .silent_count = 160,
          .slow_count = 1'500,
          .queued_count = 400,
          .creates_count = 64,
          .uploads_count = 200,
          .client_memory_mib = 768,
          .storm = milliseconds(20'000)};
}

// Sanitizers keep freed memory for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

std::string get_request(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string post_request(const std::string& target, const std::string& token,
                         const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Token " + token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// A site with a large codelist, and a server for it.
class SoakSite {
 public:
  explicit SoakSite(const Scale& scale) : scale_(scale) {
    const fs::path archive = data_.path().parent_path() / "archive.zip";
    REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = scale.concepts_count}));
    data_.run(
        {"import", "snomedct", archive.string(), "--release", "1", "--valid-from", "2024-01-01"});
    data_.run({"user", "add", "ada", "--name", "Ada", "--email", "ada@example.org"});
    token_ = data_.run({"user", "token", "ada"}).substr(0, 40);
    start();
    find_codes();
    const HttpAnswer created = server().send(
        json_request("POST", "/api/v2/codelists", token_, Json::parse(create_body("Large"))));
    REQUIRE(created.status == 201);
    large_target_ =
        "/api/v2/versions/" + Json::parse(created.body)["version"]["hash"].get<std::string>();
    // Everything is used once first, so that permanent memory does not count as a leak.
    const HttpAnswer large = server().get(large_target_);
    REQUIRE(large.status == 200);
  }

  void start() {
    server_.emplace(
        data_.path(),
        ServeOptions{.arguments = {"--client-memory", std::to_string(scale_.client_memory_mib)}});
  }
  Server& server() { return *server_; }
  const Data& data() const { return data_; }
  const std::string& token() const { return token_; }
  const std::string& large_target() const { return large_target_; }
  double memory_bytes() { return own_memory_bytes(server().process().pid()); }

  // A codelist of all the codes.
  std::string create_body(const std::string& name) const {
    return R"({"owner": "user/ada", "coding_system": "snomedct", "name": ")" + name +
           R"(", "codes": [)" + codes_ + "]}";
  }

 private:
  // No answer of the server lists so many codes.
  void find_codes() {
    const Json releases = Json::parse(server().get("/api/v2/releases").body)["releases"];
    std::string alias;
    for (const Json& release : releases) {
      if (release["coding_system"] == "snomedct") alias = release["alias"];
    }
    const auto file = coding_systems::SqliteFile::open(data_.path() / "coding_systems" /
                                                       "snomedct" / (alias + ".sqlite3"));
    REQUIRE(file);
    const auto read = file->for_each_row(
        "SELECT id FROM snomedct_concept WHERE active LIMIT " + std::to_string(scale_.codes_count),
        [this](const coding_systems::SqliteRow& row) -> base::Result<void> {
          if (!codes_.empty()) codes_ += ",";
          codes_ += "\"" + std::string(row.text(0)) + "\"";
          return {};
        });
    REQUIRE(read);
  }

  const Scale scale_;
  Data data_;
  std::string token_;
  std::string codes_;  // as JSON
  std::string large_target_;
  std::optional<Server> server_;
};

// The server's memory during a storm, sampled by the thread that makes the storm.
class Soak {
 public:
  explicit Soak(const Scale& scale) : scale_(scale), site_(scale) {
    bystander_.emplace(site_.server().port(), site_.large_target());
    bystander_->wait_for_large(3);
    std::this_thread::sleep_for(milliseconds(scale_.is_long ? 5'000 : 0));
    base_bytes_ = site_.memory_bytes();
    bystander_->take();
  }

  SoakSite& site() { return site_; }

  // One storm, its effect on other clients, and the calm after it.
  void weather(const std::string& name, const std::function<void(Storm&)>& make) {
    CAPTURE(name);
    double peak = 0;
    {
      Storm storm(site_.server().port());
      make(storm);
      const auto end = steady_clock::now() + scale_.storm;
      while (steady_clock::now() < end) {
        storm.act_for(milliseconds(200), false);
        peak = std::max(peak, site_.memory_bytes());
      }
    }
    bystander_->wait_for_large(1);
    const Bystander::Seen seen = bystander_->take();
    CHECK(seen.surprises == std::vector<std::string>());
    CHECK(seen.large_count > 0);
    const double limit = base_bytes_ + static_cast<double>(scale_.client_memory_mib << 20);
    CHECK(peak < limit + slack_bytes);
    const double after = settle();
    report(name, seen, peak, after);
    if (!is_sanitized) CHECK(after <= after_max());
    if (scale_.is_long) CHECK(seen.health_p99_ms() <= 100);
  }

  void stop_bystander() { bystander_.reset(); }

 private:
  // For memory other than the clients': stacks of threads, caches, the log's own buffers.
  static constexpr double slack_bytes = 192.0 * (1 << 20);

  // A small site has little memory, of which a cache that fills is a large part.
  double after_max() const { return base_bytes_ * 1.2 + (scale_.is_long ? 0 : 24.0 * (1 << 20)); }

  // The memory some time after a storm. The long form waits for more than it asserts, so that its
  // report shows how much comes back.
  double settle() {
    const double enough = scale_.is_long ? base_bytes_ : after_max();
    double bytes = site_.memory_bytes();
    for (int tenth = 0; tenth < 200 && bytes > enough; ++tenth) {
      std::this_thread::sleep_for(milliseconds(100));
      bytes = site_.memory_bytes();
    }
    return bytes;
  }

  void report(const std::string& name, const Bystander::Seen& seen, double peak, double after) {
    if (!scale_.is_long) return;
    const auto mib = [](double bytes) { return static_cast<int>(bytes / (1 << 20)); };
    std::cout << name << ": health p99 " << seen.health_p99_ms() << " ms, max "
              << (seen.health_ms.empty() ? 0 : seen.health_ms.back()) << " ms; " << seen.large_count
              << " large answers to others, slowest " << seen.large_ms_max << " ms; memory "
              << mib(base_bytes_) << " -> " << mib(peak) << " -> " << mib(after) << " MiB\n";
  }

  const Scale scale_;
  SoakSite site_;
  std::optional<Bystander> bystander_;
  double base_bytes_ = 0;
};

void weather_readers(Soak& soak, const Scale& scale) {
  const std::string large = get_request(soak.site().large_target());
  soak.weather("clients that never read", [&](Storm& storm) {
    for (std::size_t i = 0; i < scale.silent_count; ++i) storm.add({.request = large});
  });
  soak.weather("slow readers", [&](Storm& storm) {
    for (std::size_t i = 0; i < scale.slow_count; ++i) {
      storm.add({.request = large,
                 .read_bytes = 1'000,
                 .source = "127.0.2." + std::to_string(i % 5 + 1)});
    }
  });
  soak.weather("large requests whose clients leave", [&](Storm& storm) {
    for (std::size_t i = 0; i < scale.queued_count; ++i) storm.add({.request = large});
    storm.act_for(milliseconds(300), false);
    storm.leave();
    for (std::size_t i = 0; i < scale.queued_count; ++i) {
      storm.add({.request = large, .read_bytes = 64u << 10});
    }
  });
}

// Makes codelists named `name` and a number; returns the slugs of the acknowledged ones.
std::vector<std::string> weather_writers(Soak& soak, const Scale& scale, const std::string& name) {
  std::vector<std::string> acknowledged;
  soak.weather("large creates", [&](Storm& storm) {
    for (std::size_t i = 0; i < scale.creates_count; ++i) {
      const std::string body = soak.site().create_body(name + " " + std::to_string(i));
      storm.add({.request = post_request("/api/v2/codelists", soak.site().token(), body),
                 .read_bytes = 64u << 10});
    }
    storm.act_for(std::chrono::seconds(120), true);
    for (std::size_t i = 0; i < scale.creates_count; ++i) {
      if (storm.was_answered(i, 201)) acknowledged.push_back(name + "-" + std::to_string(i));
    }
  });
  soak.weather("uploads that do not come to an end", [&](Storm& storm) {
    const std::string head =
        "POST /api/v2/codelists HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n";
    const std::string request = head + std::string(scale.is_long ? 4'000'000 : 1'000'000, ' ');
    for (std::size_t i = 0; i < scale.uploads_count; ++i) storm.add({.request = request});
  });
  return acknowledged;
}

}  // namespace

TEST_CASE("a server survives storms of bad clients and still serves the others", "[soak]") {
  const Scale scale = scale_of_run();
  Soak soak(scale);
  auto acknowledged = weather_writers(soak, scale, "first");
  weather_readers(soak, scale);
  const auto more = weather_writers(soak, scale, "second");
  CHECK_FALSE(more.empty());
  acknowledged.insert(acknowledged.end(), more.begin(), more.end());
  soak.stop_bystander();
  // Sends SIGTERM while slow readers are connected.
  Storm storm(soak.site().server().port());
  for (std::size_t i = 0; i < scale.slow_count; ++i) {
    storm.add({.request = get_request(soak.site().large_target()),
               .source = "127.0.2." + std::to_string(i % 5 + 1)});
  }
  storm.act_for(milliseconds(1'000), false);
  const auto start = steady_clock::now();
  CHECK(soak.site().server().stop() == 0);
  const std::chrono::duration<double> took = steady_clock::now() - start;
  CHECK(took.count() < (scale.is_long ? 10 : 60));
  if (scale.is_long) std::cout << "stopped in " << took.count() << " s\n";
  soak.site().start();
  for (const std::string& slug : acknowledged) {
    CAPTURE(slug);
    CHECK(soak.site().server().get("/api/v2/codelists/user/ada/" + slug).status == 200);
  }
}

}  // namespace codelog::tools::test::soak_test
