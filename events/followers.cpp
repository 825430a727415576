#include "events/followers.h"

namespace codelog::events {

class Followers::Entry final : public Following {
 public:
  Entry(Followers& followers, std::uint64_t number) : followers_(followers), number_(number) {}
  ~Entry() override { followers_.remove(number_); }

 private:
  Followers& followers_;
  const std::uint64_t number_;
};

std::unique_ptr<Following> Followers::add(Follower follower) {
  const base::Lock lock(mutex_);
  const std::uint64_t number = next_number_++;
  by_number_.emplace(number, std::move(follower));
  return std::make_unique<Entry>(*this, number);
}

void Followers::call(std::span<const Commit> commits) {
  const base::Lock lock(mutex_);
  for (const auto& [number, follower] : by_number_) follower(commits);
}

void Followers::remove(std::uint64_t number) {
  const base::Lock lock(mutex_);
  by_number_.erase(number);
}

}  // namespace codelog::events
