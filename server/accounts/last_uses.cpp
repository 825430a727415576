#include "server/accounts/last_uses.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "events/base/file.h"

namespace codelog::accounts {
namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::size_t digest_bytes = std::tuple_size_v<base::Sha256>;
constexpr std::size_t entry_bytes = digest_bytes + sizeof(std::uint32_t);

std::uint32_t minute_of(base::Timestamp time) {
  return static_cast<std::uint32_t>(time.unix_us / minute_us);
}

}  // namespace

// A digest is as good as random.
std::size_t LastUses::Hash::operator()(const base::Sha256& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

LastUses::LastUses(std::filesystem::path file) : file_(std::move(file)) {
  const auto bytes = base::read_file(file_);
  if (!bytes || bytes->size() % entry_bytes != 0) return;
  const base::Lock lock(mutex_);
  for (std::size_t at = 0; at < bytes->size(); at += entry_bytes) {
    base::Sha256 digest{};
    std::uint32_t minute = 0;
    std::memcpy(digest.data(), bytes->data() + at, digest_bytes);
    std::memcpy(&minute, bytes->data() + at + digest_bytes, sizeof minute);
    minutes_.emplace(digest, minute);
  }
}

void LastUses::note(const base::Sha256& digest, base::Timestamp now) {
  const std::uint32_t minute = minute_of(now);
  const base::Lock lock(mutex_);
  if (const auto known = minutes_.find(digest); known != minutes_.end()) {
    is_changed_ = is_changed_ || known->second != minute;
    known->second = minute;
  } else if (minutes_.size() < uses_max) {
    minutes_.emplace(digest, minute);
    is_changed_ = true;
  }
}

std::optional<base::Timestamp> LastUses::of(const base::Sha256& digest) const {
  const base::Lock lock(mutex_);
  const auto known = minutes_.find(digest);
  if (known == minutes_.end()) return std::nullopt;
  return base::Timestamp{known->second * minute_us};
}

base::Result<void> LastUses::save(const std::function<bool(const base::Sha256&)>& is_alive) {
  std::vector<base::Sha256> digests;
  {
    const base::Lock lock(mutex_);
    if (!std::exchange(is_changed_, false)) return {};
    for (const auto& [digest, minute] : minutes_) digests.push_back(digest);
  }
  // Reads the views, so without the lock, for which requests wait.
  std::erase_if(digests, is_alive);
  std::string bytes;
  {
    const base::Lock lock(mutex_);
    for (const base::Sha256& ended : digests) minutes_.erase(ended);
    bytes.reserve(minutes_.size() * entry_bytes);
    for (const auto& [digest, minute] : minutes_) {
      bytes.append(reinterpret_cast<const char*>(digest.data()), digest_bytes);
      bytes.append(reinterpret_cast<const char*>(&minute), sizeof minute);
    }
  }
  auto written = base::write_file_durably(file_, bytes, 0600);
  if (!written) {
    const base::Lock lock(mutex_);
    is_changed_ = true;
  }
  return written;
}

}  // namespace codelog::accounts
