// A server under load: clients that each work on drafts and codelists over HTTP, one request after
// the other, and write down what was acknowledged. What they wrote down is then held against a
// server that was started again.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/program.h"

namespace codelog::tools::test {

// One write of one client.
struct Written {
  std::string key;  // its idempotency key
  HttpRequest request;
  std::uint64_t position = 0;  // of its commit, as the answer said; 0: no answer came
  std::string command;         // that the commit must record
  std::string draft;           // of a decision: the draft's hash, …
  std::string code;            // …the code, and …
  std::string status;          // …what was decided
};

// A draft with codes to decide on.
struct Draft {
  std::string hash;
  std::vector<std::string> codes;
};

// What a site must still have, whatever happens to its server.
struct Ledger {
  std::vector<Written> acknowledged;
  std::vector<Written>
      unanswered;  // may have acted or not: the last request of a client whose server died
  // Answers that should not come at all: anything but success, a broken connection, and 409 on the
  // shared draft.
  std::vector<std::string> surprises;
};

class Load {
 public:
  // Makes a draft for each client and one that all share.
  Load(const Server& server, const std::string& token, std::uint64_t seed);
  ~Load();

  // Returns when so many writes have been acknowledged, or all clients have stopped.
  void wait_for(int acknowledged_count);
  // Ends with the connections: to be called when the server has gone, or to let the clients stop.
  Ledger finish();

  static constexpr int clients_count = 4;

 private:
  void work(int client);
  Written next_write(int client, std::mt19937_64& random);
  Draft make_draft(const Server& server, const std::string& name) const;

  const std::uint16_t port_;
  const std::string token_;
  const std::uint64_t seed_;
  Draft shared_;
  std::vector<Draft> own_;
  std::atomic<int> acknowledged_count_ = 0;
  std::atomic<int> running_count_ = clients_count;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  Ledger ledger_;  // guarded by mutex_
  std::vector<std::thread> clients_;
};

// Holds a ledger against the log and the views of a running server; fails the test at the first
// difference.
void check_ledger(const Ledger& ledger, const Server& server, const std::filesystem::path& data);

// The log's bytes, order, indexes and root are whole, and the views equal views rebuilt from it.
void check_site(const Data& data);

}  // namespace codelog::tools::test
