#include "tests/crash/load.h"

#include <catch2/catch.hpp>
#include <set>

#include "tools/site_access.h"

namespace codelog::tools::test {
namespace {

const std::string& pick(const std::vector<std::string>& values, std::mt19937_64& random) {
  return values[random() % values.size()];
}

bool is_direct(const std::string& status) { return status == "+" || status == "-"; }

// The decisions that the server must show: for each code of each draft, the last acknowledged one.
using Decisions = std::map<std::string, std::map<std::string, std::string>>;

Decisions last_decisions(const Ledger& ledger) {
  std::map<std::pair<std::string, std::string>, const Written*> last;
  for (const Written& written : ledger.acknowledged) {
    if (written.code.empty()) continue;
    const Written*& known = last[{written.draft, written.code}];
    if (known == nullptr || known->position < written.position) known = &written;
  }
  Decisions decisions;
  for (const auto& [place, written] : last) decisions[place.first][place.second] = written->status;
  // An unanswered request may or may not have changed its code.
  for (const Written& written : ledger.unanswered) decisions[written.draft].erase(written.code);
  return decisions;
}

Json run_on_server(const std::filesystem::path& data, std::string_view operation,
                   const Json& arguments) {
  auto answer = run_remotely(data, operation, arguments, {});
  REQUIRE(answer);
  if (!*answer) FAIL(operation << " " << arguments.dump() << ": " << answer->error().detail);
  return std::move(**answer);
}

void check_commit(const Written& written, const std::filesystem::path& data) {
  CAPTURE(written.key, written.position);
  const Json commit = run_on_server(data, "log.show", {{"position", written.position}});
  REQUIRE(commit["idempotency_key"] == written.key);
  REQUIRE(commit["command"] == written.command);
  if (written.code.empty()) return;
  const Json& event = commit["events"][0];
  REQUIRE(event["version"] == written.draft);
  REQUIRE(event["updates"] == Json::array({Json::array({written.code, written.status})}));
}

void check_decisions(const Server& server, const std::string& draft,
                     const std::map<std::string, std::string>& decisions) {
  CAPTURE(draft);
  const HttpAnswer answer = server.get("/api/v2/versions/" + draft);
  REQUIRE(answer.status == 200);
  const Json version = Json::parse(answer.body);
  for (const auto& [code, status] : decisions) {
    CAPTURE(code, status);
    const std::string shown = version["statuses"].value(code, "?");
    if (is_direct(status)) {
      REQUIRE(shown == status);
    } else {
      REQUIRE_FALSE(is_direct(shown));
    }
  }
  // The server computes past states from the log alone.
  const std::string as_of = std::to_string(version["position"].get<std::uint64_t>());
  const HttpAnswer past = server.get("/api/v2/versions/" + draft + "?as_of=" + as_of);
  REQUIRE(past.status == 200);
  REQUIRE(Json::parse(past.body)["statuses"] == version["statuses"]);
}

// A repeated write returns its first commit, or makes it now; it never acts twice.
void check_repeats(const Ledger& ledger, const Server& server) {
  std::vector<Written> repeats = ledger.unanswered;
  const std::size_t samples_count = std::min<std::size_t>(10, ledger.acknowledged.size());
  repeats.insert(repeats.end(), ledger.acknowledged.begin(),
                 ledger.acknowledged.begin() + static_cast<std::ptrdiff_t>(samples_count));
  for (const Written& written : repeats) {
    CAPTURE(written.key, written.request.target, written.request.body);
    const HttpAnswer answer = server.send(written.request);
    CAPTURE(answer.body);
    // Another client may have decided meanwhile.
    if (written.position == 0 && answer.status == 409) continue;
    REQUIRE(answer.status / 100 == 2);
    const auto position = Json::parse(answer.body)["position"].get<std::uint64_t>();
    if (written.position != 0) REQUIRE(position == written.position);
    const HttpAnswer again = server.send(written.request);
    REQUIRE(Json::parse(again.body)["position"] == position);
  }
}

}  // namespace

Load::Load(const Server& server, const std::string& token, std::uint64_t seed)
    : port_(server.port()), token_(token), seed_(seed) {
  const std::string name = "Load " + std::to_string(seed) + " ";
  shared_ = make_draft(server, name + "shared");
  for (int client = 0; client < clients_count; ++client) {
    own_.push_back(make_draft(server, name + std::to_string(client)));
  }
  for (int client = 0; client < clients_count; ++client) {
    clients_.emplace_back([this, client] { work(client); });
  }
}

Load::~Load() {
  stopping_ = true;
  for (std::thread& client : clients_) {
    if (client.joinable()) client.join();
  }
}

Draft Load::make_draft(const Server& server, const std::string& name) const {
  const HttpAnswer created = server.send(
      json_request("POST", "/api/v2/codelists", token_,
                   {{"owner", "user/ada"}, {"name", name}, {"coding_system", "snomedct"}}));
  REQUIRE(created.status == 201);
  Draft draft;
  draft.hash = Json::parse(created.body)["version"]["hash"];
  const HttpAnswer found = server.send(json_request(
      "POST", "/api/v2/versions/" + draft.hash + "/searches", token_, {{"term", "asthma"}}));
  REQUIRE(found.status == 201);
  draft.codes = Json::parse(found.body)["codes"].get<std::vector<std::string>>();
  REQUIRE(draft.codes.size() > 5);
  return draft;
}

Written Load::next_write(int client, std::mt19937_64& random) {
  const std::uint64_t kind = random() % 10;
  Written written;
  written.key =
      std::to_string(seed_) + "-" + std::to_string(client) + "-" + std::to_string(random());
  Json body;
  std::string method = "POST";
  std::string target;
  if (kind < 8) {
    const Draft& draft = kind == 0 ? shared_ : own_[static_cast<std::size_t>(client)];
    method = "PATCH";
    target = "/api/v2/versions/" + draft.hash + "/statuses";
    written.command = "ChangeStatuses";
    written.draft = draft.hash;
    written.code = pick(draft.codes, random);
    written.status = std::vector<std::string>{"+", "-", "?"}[random() % 3];
    body = {{"updates", Json::array({Json::array({written.code, written.status})})}};
  } else if (kind == 8) {
    target = "/api/v2/codelists";
    written.command = "CreateCodelist";
    body = {{"owner", "user/ada"},
            {"name", "List " + written.key},
            {"coding_system", "snomedct"},
            {"codes", Json::array({pick(shared_.codes, random)})}};
  } else {
    target = "/api/v2/versions/" + shared_.hash + "/searches";
    written.command = "AddSearch";
    static const std::vector<std::string> terms = {"diabetes", "lung", "fracture", "heart", "burn",
                                                   "knee",     "eye",  "skin",     "ulcer", "cyst"};
    body = {{"term", pick(terms, random)}};
  }
  written.request = json_request(method, target, token_, body);
  written.request.headers.emplace_back("Idempotency-Key", written.key);
  return written;
}

void Load::work(int client) {
  std::mt19937_64 random(seed_ * 1000 + static_cast<std::uint64_t>(client));
  auto connection = HttpClient::connect(port_);
  while (connection && !stopping_) {
    Written written = next_write(client, random);
    const auto answer = connection->send(written.request);
    const std::lock_guard lock(mutex_);
    if (!answer) {
      ledger_.unanswered.push_back(std::move(written));
      break;
    }
    const Json body = Json::parse(answer->body, nullptr, false);
    // A search that the draft already has makes no commit.
    const bool is_repeated_search = written.command == "AddSearch" && answer->status == 200;
    if (is_repeated_search || (answer->status == 409 && written.draft == shared_.hash)) continue;
    if (answer->status / 100 != 2) {
      ledger_.surprises.push_back(answer->head + "\n" + answer->body);
      break;
    }
    written.position = body["position"].get<std::uint64_t>();
    ledger_.acknowledged.push_back(std::move(written));
    ++acknowledged_count_;
  }
  --running_count_;
}

void Load::wait_for(int acknowledged_count) {
  while (acknowledged_count_ < acknowledged_count && running_count_ > 0) std::this_thread::yield();
}

Ledger Load::finish() {
  stopping_ = true;
  for (std::thread& client : clients_) client.join();
  return std::move(ledger_);
}

void check_ledger(const Ledger& ledger, const Server& server, const std::filesystem::path& data) {
  REQUIRE(ledger.surprises == std::vector<std::string>());
  std::set<std::uint64_t> positions;
  for (const Written& written : ledger.acknowledged) {
    check_commit(written, data);
    REQUIRE(positions.insert(written.position).second);
  }
  for (const auto& [draft, decisions] : last_decisions(ledger)) {
    if (!draft.empty()) check_decisions(server, draft, decisions);
  }
  check_repeats(ledger, server);
}

void check_site(const Data& data) {
  REQUIRE(data.run_json({"log", "verify"})["problems"] == Json::array());
  REQUIRE(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
}

}  // namespace codelog::tools::test
