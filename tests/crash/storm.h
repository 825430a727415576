// Clients that mean no good, or know no better: many sockets of one thread that send what they are
// told to and read as little as they are told to. And somebody who goes on using the server while
// they do.
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

// What each client of a storm does.
struct Conduct {
  std::string request;               // sent whole, as fast as the server takes it
  std::size_t read_bytes = 0;        // at each turn, ten times a second
  std::string source = "127.0.1.1";  // all come from this address
};

// Not thread-safe.
class Storm {
 public:
  explicit Storm(std::uint16_t port) : port_(port) {}
  ~Storm();
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  void add(const Conduct& conduct);
  // Lets all act; returns earlier when every one has had the head of an answer, or has been closed.
  void act_for(std::chrono::milliseconds duration, bool until_all_answered);
  // How many have had an answer of this status, as far as they have read.
  std::size_t answered_count(int status) const;
  bool was_answered(std::size_t client, int status) const;
  // All leave, without reading what they asked for.
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

// Asks for the health of the server, and now and then for a large answer, from an address that
// nobody else comes from.
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
  // What it has seen since the last call.
  Seen take();
  // Waits until it has seen so many large answers since the last take(), or something surprising.
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

// Memory of a process that is its own: neither files nor what others share.
double own_memory_bytes(pid_t process);

}  // namespace codelog::tools::test
