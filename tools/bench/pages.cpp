// The pages that people read, as guests: against nginx, and while a list is edited all day.
#include <atomic>
#include <thread>

#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/nginx_comparison.h"

namespace codelog::tools::bench {
namespace {

using base::Result;

constexpr std::size_t page_codes_count = 2'000;
constexpr double cpu_ratio_max = 1.5;

struct ReadList {
  std::string page;
  std::string version;  // its address in the API
  std::string draft;    // of the same codelist
  std::vector<std::string> codes;
};

Result<ReadList> make_list(Bench& bench, Researcher& researcher) {
  ReadList list;
  list.codes = codes_below(*bench.subject.release, page_codes_count);
  const auto hash = researcher.create_published(small_organisation, "read", list.codes);
  if (!hash) return hash.error();
  list.page = "/codelist/" + std::string(small_organisation) + "/read/" + *hash + "/";
  list.version = "/api/v2/versions/" + *hash;
  const auto draft = researcher.send("POST", list.version + "/drafts", Json::object());
  if (!draft) return draft.error();
  list.draft = "/api/v2/versions/" + (*draft)["hash"].get<std::string>();
  return list;
}

// Clicks on the draft as fast as the server saves, until it is told to stop.
class Editor {
 public:
  Editor(Researcher researcher, const ReadList& list)
      : thread_([this, own = std::move(researcher), &list](const std::stop_token& stop) mutable {
          for (std::size_t i = 0; !stop.stop_requested(); ++i) {
            const char* status = i % 2 == 0 ? "-" : "+";
            const Json update = Json::array({list.codes[i % list.codes.size()], status});
            const auto sent =
                own.send("PATCH", list.draft + "/statuses", {{"updates", Json::array({update})}});
            if (!sent) return;
            ++clicks_count_;
          }
        }) {}
  std::uint64_t clicks_count() const { return clicks_count_; }

 private:
  std::atomic<std::uint64_t> clicks_count_ = 0;
  std::jthread thread_;
};

Result<Researcher> connect(const Bench& bench, const RunningServer& server) {
  auto client = HttpClient::connect(server.port, std::chrono::seconds(120));
  if (!client) return client.error();
  return Researcher(std::move(*client), bench.token);
}

// The rates of requests with and without an editor, in turns.
Result<void> measure_edited(Bench& bench, const RunningServer& server, const ReadList& list) {
  Cost alone;
  Cost beside;
  std::uint64_t clicks_count = 0;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("readers of a list that is edited", static_cast<std::uint64_t>(round), 0);
    const double seconds = bench.options.round_seconds;
    if (const auto done = load(server, list.page, seconds, alone); !done) return done;
    auto researcher = connect(bench, server);
    if (!researcher) return researcher.error();
    const Editor editor(std::move(*researcher), list);
    if (const auto done = load(server, list.page, seconds, beside); !done) return done;
    clicks_count += editor.clicks_count();
  }
  const double rate = median(beside.requests_per_second);
  const double rate_alone = median(alone.requests_per_second);
  bench.figures.add({.name = "a version's page while its draft is edited, " +
                             format_count(clicks_count) + " clicks, requests",
                     .unit = "/s",
                     .measured = rate,
                     .ratio = rate / rate_alone,
                     .baseline = "nobody edits: " + format_number(rate_alone) + " /s"});
  return {};
}

}  // namespace

Result<void> measure_pages(Bench& bench) {
  if (const auto made = make_accounts(bench); !made) return made;
  const auto server = start_codelog(bench.data.data);
  if (!server) return server.error();
  auto researcher = connect(bench, *server);
  if (!researcher) return researcher.error();
  wait_until_idle(*server);
  const auto list = make_list(bench, *researcher);
  if (!list) return list.error();
  const auto compared =
      compare_with_nginx(bench, *server, *researcher,
                         {{"home", "/", "home.html", cpu_ratio_max},
                          {"a version's page, " + format_count(page_codes_count) + " codes",
                           list->page, "version.html", cpu_ratio_max},
                          {"200 rows of its full list", list->version + "/rows?limit=200",
                           "rows.json", cpu_ratio_max}});
  if (!compared) return compared;
  if (!find_program("wrk")) return {};
  return measure_edited(bench, *server, *list);
}

}  // namespace codelog::tools::bench
