#include "events/base/waiting.h"

#include <utility>

namespace codelog::base {
namespace {

thread_local WaitObserver* observer_of_thread = nullptr;

}  // namespace

ObserveWaits::ObserveWaits(WaitObserver& observer)
    : outer_(std::exchange(observer_of_thread, &observer)) {}

ObserveWaits::~ObserveWaits() { observer_of_thread = outer_; }

Waiting::Waiting() : observer_(std::exchange(observer_of_thread, nullptr)) {
  if (observer_ != nullptr) observer_->wait_begins();
}

Waiting::~Waiting() {
  if (observer_ == nullptr) return;
  observer_of_thread = observer_;
  observer_->wait_ends();
}

}  // namespace codelog::base
