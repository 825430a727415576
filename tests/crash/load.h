// A server under load. Clients work on drafts and codelists over HTTP, one request after the other,
// and record every acknowledged write. After a restart, the records are compared with the server.
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
  std::uint64_t position = 0;  // of its commit, as in the answer; 0: no answer came
  std::string command;         // the name that the commit must record
  std::string draft;           // for a decision: the draft's hash, …
  std::string code;            // …the code, and …
  std::string status;          // …the decided status
};

// A draft with codes to decide on.
struct Draft {
  std::string hash;
  std::vector<std::string> codes;
};

// The state that a site must keep through any crash of its server.
struct Ledger {
  std::vector<Written> acknowledged;
  std::vector<Written> unanswered;  // perhaps done: the last request of a client whose server died
  // Answers that must not occur: anything except success, a broken connection, and 409 on the
  // shared draft.
  std::vector<std::string> surprises;
};

class Load {
 public:
  // Makes a draft for each client, and one that all clients share.
  Load(const Server& server, const std::string& token, std::uint64_t seed);
  ~Load();

  // Returns after this many acknowledged writes, or when all clients have stopped.
  void wait_for(int acknowledged_count);
  // Closes the connections and returns the ledger. Call it after the server has ended, or to stop
  // the clients.
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

// Compares a ledger with the log and the views of a running server; fails the test at the first
// difference.
void check_ledger(const Ledger& ledger, const Server& server, const std::filesystem::path& data);

// Checks that the log's bytes, order, indexes and root are whole, and that the views equal views
// rebuilt from the log.
void check_site(const Data& data);

}  // namespace codelog::tools::test
