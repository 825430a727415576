// Measures the aims of a site that takes over from OpenCodelists: large uploads, clones and
// comparisons, the list of all codelists, and what guessing passwords costs.
#include <algorithm>
#include <functional>

#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/servers.h"
#include "tools/bench/site.h"

namespace codelog::tools::bench {
namespace {

using base::Result;

constexpr std::size_t large_codes_count = 150'000;

std::string table_of(const std::vector<std::string>& codes) {
  std::string csv = "code\n";
  for (const std::string& code : codes) csv += code + "\n";
  return csv;
}

// Milliseconds of one request.
Result<double> time_of(const std::function<Result<void>()>& request) {
  const double before = wall_seconds();
  if (const auto done = request(); !done) return done.error();
  return (wall_seconds() - before) * 1e3;
}

void add_at_most(Bench& bench, std::string name, double measured_ms, double aim_ms) {
  bench.figures.add({.name = std::move(name),
                     .unit = "ms",
                     .measured = measured_ms,
                     .aims = {{AimKind::at_most, aim_ms}}});
}

// The path of the version that was made last in a codelist.
Result<std::string> newest_hash(Researcher& researcher, const std::string& slug) {
  const auto answer = researcher.get("/api/v2/codelists/organisation/" +
                                     std::string(large_organisation) + "/" + slug);
  if (!answer) return answer.error();
  return Json::parse(*answer, nullptr, false).at("versions").back().at("hash").get<std::string>();
}

Result<void> measure_large_table(Bench& bench, Researcher& researcher) {
  const auto codes = codes_below(*bench.subject.release, large_codes_count);
  const std::string size = format_count(codes.size()) + " codes";
  const Json body = {{"owner", "organisation/" + std::string(large_organisation)},
                     {"name", "Drop-in table"},
                     {"coding_system", "snomedct"},
                     {"csv", table_of(codes)}};
  const auto uploaded = time_of([&]() -> Result<void> {
    const auto created = researcher.send("POST", "/api/v2/codelists", body);
    if (!created) return created.error();
    return {};
  });
  if (!uploaded) return uploaded.error();
  add_at_most(bench, "upload of a table of " + size, *uploaded, 2'000);
  const auto hash = newest_hash(researcher, "drop-in-table");
  if (!hash) return hash.error();
  const auto cloned = time_of([&]() -> Result<void> {
    const auto made =
        researcher.send("POST", "/api/v2/versions/" + *hash + "/clone", Json::object());
    if (!made) return made.error();
    return {};
  });
  if (!cloned) return cloned.error();
  add_at_most(bench, "clone of " + size, *cloned, 1'000);
  return {};
}

// The list of all codelists: made anew after a change, from the cache, and for a client that has
// it.
Result<void> measure_list(Bench& bench, Researcher& researcher, HttpClient& client) {
  const std::size_t count = bench.options.codelists_count;
  const auto codes = codes_below(*bench.subject.release, 10);
  for (std::size_t i = 0; i < count; ++i) {
    bench.progress.show("codelists", i, count);
    const auto made =
        researcher.send("POST", "/api/v1/codelist/" + std::string(many_organisation) + "/",
                        {{"name", "Listed " + std::to_string(i)},
                         {"coding_system_id", "snomedct"},
                         {"coding_system_database_alias", bench.subject.alias},
                         {"codes", codes}});
    if (!made) return made.error();
  }
  std::vector<double> warm_ms;
  std::vector<double> known_ms;
  std::string tag;
  for (int i = 0; i < 50; ++i) {
    const double before = wall_seconds();
    const auto listed = client.send({.target = "/api/v1/codelist/"});
    if (!listed) return listed.error();
    if (i > 0) warm_ms.push_back((wall_seconds() - before) * 1e3);
    tag = listed->header("ETag");
    const double between = wall_seconds();
    const auto known =
        client.send({.target = "/api/v1/codelist/", .headers = {{"If-None-Match", tag}}});
    if (!known) return known.error();
    if (known->status != 304) {
      return base::Error{base::ErrorCode::io, "the list has no lasting tag", {}};
    }
    known_ms.push_back((wall_seconds() - between) * 1e3);
  }
  const std::string size = "list of " + format_count(count) + " codelists, ";
  add_at_most(bench, size + "warm, p50", percentile(warm_ms, 0.5), 20);
  add_at_most(bench, size + "304, p50", percentile(known_ms, 0.5), 1);
  return {};
}

// A refused guess must cost the server far less than the password hash that it saves.
Result<void> measure_guesses(Bench& bench, HttpClient& client, pid_t server) {
  const auto page = client.send({.target = "/accounts/login/"});
  if (!page) return page.error();
  const std::string cookie(page->header("Set-Cookie"));
  const std::string token =
      cookie.substr(cookie.find('=') + 1, cookie.find(';') - cookie.find('=') - 1);
  const HttpRequest guess = {.method = "POST",
                             .target = "/accounts/login/",
                             .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                         {"Cookie", "csrftoken=" + token}},
                             .body = "username=nobody&password=guess&csrfmiddlewaretoken=" + token};
  constexpr int refused_wanted = 200;
  int refused_count = 0;
  double refused_seconds = 0;
  double checked_seconds = 0;
  int checked_count = 0;
  while (refused_count < refused_wanted) {
    const double before = cpu_seconds_of(server);
    const auto answer = client.send(guess);
    if (!answer) return answer.error();
    const double spent = cpu_seconds_of(server) - before;
    if (answer->status == 429) {
      refused_seconds += spent;
      ++refused_count;
    } else {
      checked_seconds += spent;
      ++checked_count;
    }
  }
  const double refused_ms = refused_seconds * 1e3 / refused_count;
  const double checked_ms = checked_seconds * 1e3 / std::max(checked_count, 1);
  bench.figures.add({.name = "a guess at a password that is refused, processor time",
                     .unit = "ms",
                     .measured = refused_ms,
                     .aims = {{AimKind::ratio_at_most, 0.05}},
                     .ratio = refused_ms / checked_ms,
                     .baseline = "a guess that is checked: " + format_number(checked_ms) + " ms"});
  return {};
}

}  // namespace

Result<void> measure_drop_in(Bench& bench) {
  if (const auto made = make_accounts(bench); !made) return made;
  const auto server = start_codelog(bench.data.data);
  if (!server) return server.error();
  auto connection = HttpClient::connect(server->port, std::chrono::seconds(120));
  if (!connection) return connection.error();
  auto client = HttpClient::connect(server->port, std::chrono::seconds(120));
  if (!client) return client.error();
  Researcher researcher(std::move(*connection), bench.token);
  if (const auto done = measure_large_table(bench, researcher); !done) return done;
  if (const auto done = measure_list(bench, researcher, *client); !done) return done;
  return measure_guesses(bench, *client, server->process.pid());
}

}  // namespace codelog::tools::bench
