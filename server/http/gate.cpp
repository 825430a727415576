#include "server/http/gate.h"

#include <algorithm>

#include "events/base/check.h"

namespace codelog::http {
namespace {

// At most this many queued requests are checked to find one that fits the free memory.
constexpr int looks_max = 16;

std::uint64_t now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::size_t queued_by(const Peer& peer) {
  return peer.held[static_cast<std::size_t>(Resource::queue)].load(std::memory_order_relaxed);
}

}  // namespace

Gate::Gate(const Options& options)
    : options_(options), places_(Resource::queue, options.queue_max) {
  CODELOG_CHECK(options.processors_count > 0, "a gate that lets nobody compute");
  CODELOG_CHECK(options.writes_max > 0, "a gate that lets nobody write");
}

bool Gate::fits(const Job& job) const {
  if (job.kind == Kind::writes && writes_count_ >= options_.writes_max) return false;
  return bytes_ + job.bytes <= options_.bytes_max;
}

void Gate::begin(const Job& job) {
  ++running_count_;
  ++admitted_count_;
  if (job.kind == Kind::writes) ++writes_count_;
  bytes_ += job.bytes;
}

Gate::Entered Gate::enter(Ticket& ticket, Client client, Job job) {
  job.bytes = std::min(job.bytes, options_.bytes_max / 2);
  const base::Lock lock(mutex_);
  ticket.job_ = job;
  ticket.client_ = client;
  if (running_count_ < options_.processors_count && fits(job)) {
    begin(job);
    return Entered::admitted;
  }
  const std::uint64_t turns =
      1 + std::max(queued_by(*client.address), client.account ? queued_by(*client.account) : 0);
  if (!places_.take(client, 1, 1)) return Entered::full;
  ticket.place_ = {now_us() + job.cost_us * turns, ++numbers_count_};
  ticket.is_queued_ = true;
  queue_of(ticket).emplace(ticket.place_, &ticket);
  return Entered::queued;
}

bool Gate::cancel(Ticket& ticket) {
  const base::Lock lock(mutex_);
  if (!ticket.is_queued_) return false;
  ticket.is_queued_ = false;
  queue_of(ticket).erase(ticket.place_);
  places_.give_back(*ticket.client_, 1, 1);
  return true;
}

Gate::Queue::iterator Gate::first_that_fits(Queue& queue) const {
  auto candidate = queue.begin();
  for (int look = 0; candidate != queue.end() && look < looks_max; ++look, ++candidate) {
    if (fits(candidate->second->job_)) return candidate;
  }
  return queue.end();
}

Gate::Ticket* Gate::admit_next() {
  if (running_count_ >= options_.processors_count) return nullptr;
  Queue* best_queue = nullptr;
  Queue::iterator best;
  for (Queue& queue : queues_) {
    const auto candidate = first_that_fits(queue);
    if (candidate == queue.end()) continue;
    if (best_queue != nullptr && best->first < candidate->first) continue;
    best_queue = &queue;
    best = candidate;
  }
  if (best_queue == nullptr) return nullptr;
  Ticket* ticket = best->second;
  best_queue->erase(best);
  ticket->is_queued_ = false;
  places_.give_back(*ticket->client_, 1, 1);
  begin(ticket->job_);
  return ticket;
}

std::vector<Gate::Ticket*> Gate::admit_all() {
  std::vector<Ticket*> admitted;
  while (Ticket* next = admit_next()) admitted.push_back(next);
  return admitted;
}

void Gate::leave(Ticket& ticket) {
  std::vector<Ticket*> admitted;
  {
    const base::Lock lock(mutex_);
    --running_count_;
    --admitted_count_;
    if (ticket.job_.kind == Kind::writes) --writes_count_;
    bytes_ -= ticket.job_.bytes;
    admitted = admit_all();
  }
  for (Ticket* next : admitted) next->on_admitted();
}

void Gate::Working::wait_begins() {
  std::vector<Ticket*> admitted;
  {
    const base::Lock lock(gate_.mutex_);
    --gate_.running_count_;
    admitted = gate_.admit_all();
  }
  for (Ticket* next : admitted) next->on_admitted();
}

void Gate::Working::wait_ends() {
  const base::Lock lock(gate_.mutex_);
  ++gate_.running_count_;
}

std::size_t Gate::queued_count() const { return places_.used(); }

std::size_t Gate::running_count() const {
  const base::Lock lock(mutex_);
  return running_count_;
}

std::size_t Gate::load() const {
  const base::Lock lock(mutex_);
  return admitted_count_ + queues_[0].size() + queues_[1].size();
}

std::size_t Gate::bytes() const {
  const base::Lock lock(mutex_);
  return bytes_;
}

}  // namespace codelog::http
