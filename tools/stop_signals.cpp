#include "tools/stop_signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "events/base/mutex.h"
#include "tools/command.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

constexpr timespec stop_time{9, 500'000'000};

[[noreturn]] void end_by(int signal, const sigset_t& signals) {
  std::signal(signal, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  std::raise(signal);
  std::abort();
}

}  // namespace

struct StopSignals::State {
  sigset_t signals{};
  base::Mutex mutex;
  base::Condition came;
  bool is_serving GUARDED_BY(mutex) = false;
  int received GUARDED_BY(mutex) = 0;
};

StopSignals::StopSignals() : state_(std::make_shared<State>()) {
  ::sigemptyset(&state_->signals);
  ::sigaddset(&state_->signals, SIGTERM);
  ::sigaddset(&state_->signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &state_->signals, nullptr);
  std::thread([state = state_] { receive(*state); }).detach();
}

void StopSignals::serve_begins() const {
  const base::Lock lock(state_->mutex);
  state_->is_serving = true;
}

int StopSignals::wait() const {
  base::Lock lock(state_->mutex);
  while (state_->received == 0) state_->came.wait(lock);
  return state_->received;
}

void StopSignals::receive(State& state) {
  int received = 0;
  ::sigwait(&state.signals, &received);
  {
    const base::Lock lock(state.mutex);
    if (!state.is_serving) end_by(received, state.signals);
    state.received = received;
    state.came.notify_all();
  }
  const int again = ::sigtimedwait(&state.signals, nullptr, &stop_time);
  if (again > 0) end_by(again, state.signals);
  print_notice("something did not stop in time, so the process ends without it");
  ::_exit(exit_done);
}

}  // namespace codelog::tools
