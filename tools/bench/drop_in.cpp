// Measures the aims of a site that takes over from OpenCodelists: its migration, large uploads,
// clones and comparisons, the list of all codelists, and the cost of guessed passwords.
#include <algorithm>
#include <filesystem>
#include <functional>

#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/opencodelists_site.h"
#include "tools/bench/servers.h"
#include "tools/bench/site.h"

namespace codelog::tools::bench {
namespace {

using base::Result;

constexpr std::size_t large_codes_count = 150'000;
constexpr std::size_t migrated_codelists_count_max = 1'500;
constexpr std::size_t migrated_codes_count = 100;

std::string table_of(const std::vector<std::string>& codes) {
  std::string csv = "code\n";
  for (const std::string& code : codes) csv += code + "\n";
  return csv;
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

Result<void> measure_large_table(Bench& bench, Researcher& researcher,
                                 const std::vector<std::string>& codes) {
  const std::string size = format_count(codes.size()) + " codes";
  const Json body = {{"owner", "organisation/" + std::string(large_organisation)},
                     {"name", "Drop-in table"},
                     {"coding_system", "snomedct"},
                     {"csv", table_of(codes)}};
  const auto uploaded = elapsed_ms([&]() -> Result<void> {
    const auto created = researcher.send("POST", "/api/v2/codelists", body);
    if (!created) return created.error();
    return {};
  });
  if (!uploaded) return uploaded.error();
  add_at_most(bench, "upload of a table of " + size, *uploaded, 2'000);
  const auto hash = newest_hash(researcher, "drop-in-table");
  if (!hash) return hash.error();
  const auto cloned = elapsed_ms([&]() -> Result<void> {
    const auto made =
        researcher.send("POST", "/api/v2/versions/" + *hash + "/clone", Json::object());
    if (!made) return made.error();
    return {};
  });
  if (!cloned) return cloned.error();
  add_at_most(bench, "clone of " + size, *cloned, 1'000);
  return {};
}

// Each version lacks the same number of the codes, at either end.
Result<void> measure_diff(Bench& bench, Researcher& researcher, pid_t server,
                          const std::vector<std::string>& codes, std::ptrdiff_t count) {
  const auto left = researcher.create_published(large_organisation, "Left",
                                                {codes.begin(), codes.begin() + count});
  if (!left) return left.error();
  const auto right =
      researcher.create_published(large_organisation, "Right", {codes.end() - count, codes.end()});
  if (!right) return right.error();
  const std::string size = format_count(static_cast<std::size_t>(count)) + " codes";
  // OpenCodelists' page has the first rows of each part; the API's answer has all.
  const std::string page =
      "/codelist/" + std::string(large_organisation) + "/left/" + *left + "/diff/" + *right + "/";
  const auto shown =
      median_elapsed_ms(bench.options.rounds_count, [&](int) { return researcher.get(page); });
  if (!shown) return shown.error();
  add_at_most(bench, "diff page of two versions of " + size, *shown, 300);
  const double before = cpu_seconds_of(server);
  const auto whole = median_elapsed_ms(bench.options.rounds_count, [&](int) {
    return researcher.get("/api/v2/versions/" + *left + "/diff/" + *right);
  });
  if (!whole) return whole.error();
  bench.figures.add(
      {.name = "the same with all rows, over the API", .unit = "ms", .measured = *whole});
  bench.figures.add(
      {.name = "the same, processor time",
       .unit = "ms",
       .measured = (cpu_seconds_of(server) - before) * 1e3 / bench.options.rounds_count});
  return {};
}

// The whole command, as an operator runs it, but without the file of a release: its copy takes as
// long as the disk needs.
Result<void> measure_migration(Bench& bench) {
  const OpenCodelistsSite site{
      .storage = bench.folder / "former",
      .release_alias = bench.subject.alias,
      .release_file = {},
      .codelists_count = std::min(bench.options.codelists_count, migrated_codelists_count_max),
      .codes = codes_below(*bench.subject.release, migrated_codes_count)};
  bench.progress.show("an OpenCodelists site", 0, 1);
  if (const auto made = make_opencodelists_site(site); !made) return made;
  const std::filesystem::path data = bench.folder / "migrated";
  bench.progress.show("migration", 0, 1);
  const double before = wall_seconds();
  const auto finished =
      run_process({.arguments = {"/proc/self/exe", "migrate", "opencodelists",
                                 site.storage.string(), "--data", data.string(), "--json"}});
  const double seconds = wall_seconds() - before;
  if (!finished) return finished.error();
  if (finished->exit_code != 0) {
    return base::Error{base::ErrorCode::io, "the migration failed: " + finished->errors, {}};
  }
  const Json report = Json::parse(finished->output, nullptr, false);
  const auto versions = report.at("versions").at("added").get<std::uint64_t>();
  bench.figures.add({.name = "migration of " + format_count(versions) + " versions",
                     .unit = "versions/s",
                     .measured = static_cast<double>(versions) / seconds,
                     .aims = {{AimKind::at_least, 200}}});
  std::error_code ignored;
  std::filesystem::remove_all(site.storage, ignored);
  std::filesystem::remove_all(data, ignored);
  return {};
}

Result<void> make_codelists(Bench& bench, Researcher& researcher) {
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
  return {};
}

// The list of all codelists: from the cache, and for a client that has it.
Result<void> measure_list(Bench& bench, HttpClient& client) {
  std::vector<double> warm_ms;
  std::vector<double> known_ms;
  std::string tag;
  for (int i = 0; i < 50; ++i) {
    const double before = wall_seconds();
    const auto listed = client.send({.target = "/api/v1/codelist/"});
    if (!listed) return listed.error();
    if (listed->status != 200) return base::Error{base::ErrorCode::io, listed->head, {}};
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
  const std::string size =
      "list of " + format_count(bench.options.codelists_count) + " codelists, ";
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
  if (const auto done = measure_migration(bench); !done) return done;
  if (const auto made = make_accounts(bench); !made) return made;
  const auto server = start_codelog(bench.data.data);
  if (!server) return server.error();
  auto connection = HttpClient::connect(server->port, std::chrono::seconds(120));
  if (!connection) return connection.error();
  Researcher researcher(std::move(*connection), bench.token);
  const auto codes = codes_below(*bench.subject.release, large_codes_count * 4 / 3);
  const auto count = static_cast<std::ptrdiff_t>(codes.size() * 3 / 4);
  const std::vector<std::string> large(codes.begin(), codes.begin() + count);
  if (const auto done = measure_large_table(bench, researcher, large); !done) return done;
  const pid_t process = server->process.pid();
  if (const auto done = measure_diff(bench, researcher, process, codes, count); !done) return done;
  if (const auto done = make_codelists(bench, researcher); !done) return done;
  // Only now, because the server closes connections that are idle for long.
  auto client = HttpClient::connect(server->port, std::chrono::seconds(120));
  if (!client) return client.error();
  if (const auto done = measure_list(bench, *client); !done) return done;
  return measure_guesses(bench, *client, process);
}

}  // namespace codelog::tools::bench
