// Hostile or careless clients: many sockets of one thread that send and read only as much as they
// are told. And a bystander who uses the server meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/tools/program.h"

namespace codelog::tools::test {

// The behaviour of each client of a storm.
struct Conduct {
  std::string request;               // sent whole, as fast as the server takes it
  std::size_t read_bytes = 0;        // in each turn, ten times a second
  std::string source = "127.0.1.1";  // all clients use this address
};

// Not thread-safe.
class Storm {
 public:
  explicit Storm(std::uint16_t port) : port_(port) {}
  ~Storm();
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  void add(const Conduct& conduct);
  // Lets all clients act; returns early when each has received the head of an answer or been
  // closed.
  void act_for(std::chrono::milliseconds duration, bool until_all_answered);
  // The number of clients that have read an answer with this status so far.
  std::size_t answered_count(int status) const;
  bool was_answered(std::size_t client, int status) const;
  // All clients disconnect without reading their answers.
  void leave();

 private:
  struct Client {
    int socket = -1;
    Conduct conduct;
    std::size_t sent_bytes = 0;
    std::string head;  // the first bytes of its answer
    bool is_over = false;
  };

  void turn(Client& client);
  static bool was_answered(const Client& client) { return client.is_over || !client.head.empty(); }

  const std::uint16_t port_;
  std::vector<Client> clients_;
};

// Asks for the server's health, and sometimes for a large answer, from an address that nobody else
// uses.
class Bystander {
 public:
  Bystander(std::uint16_t port, std::string large_target);
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  struct Seen {
    std::vector<double> health_ms;  // sorted
    double large_ms_max = 0;
    std::size_t large_count = 0;
    std::vector<std::string> surprises;  // anything but 200

    double health_p99_ms() const;
  };
  // Its observations since the last call.
  Seen take();
  // Waits for this many large answers since the last take(), or for a surprise.
  void wait_for_large(std::size_t count) const;

 private:
  void ask_for_health();
  void ask_for_large();
  void add_surprise(const std::string& what);

  const std::uint16_t port_;
  const std::string large_target_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  Seen seen_;  // guarded by mutex_
  std::thread health_, large_;
};

// Memory of a process that is its own: no files, and nothing shared.
double own_memory_bytes(pid_t process);

}  // namespace codelog::tools::test
