// The signals that end a server.
#pragma once

#include <memory>

namespace codelog::tools {

// Receives SIGTERM and SIGINT on a thread of its own; all threads made later block them. Until
// serve_begins(), the first signal ends the process at once. Afterwards a second one does, and so
// does the end of the time to stop. Nothing acknowledged is lost then, as by a kill.
class StopSignals {
 public:
  StopSignals();
  void serve_begins() const;
  // Waits for the first signal after serve_begins().
  int wait() const;

 private:
  struct State;
  static void receive(State& state);

  std::shared_ptr<State> state_;
};

}  // namespace codelog::tools
