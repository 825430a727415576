#include "events/rocksdb/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <tuple>

#include "events/base/check.h"
#include "events/base/file.h"
#include "events/rocksdb/record.h"

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

// A slot lies within one sector of 512 bytes, the smallest unit that a disk writes whole.
constexpr std::size_t slot_bytes = 256;
static_assert(512 % slot_bytes == 0);

Error system_error(const std::string& what, const std::filesystem::path& path) {
  return {
      ErrorCode::io, what + " the head witness " + path.string() + ": " + std::strerror(errno), {}};
}

std::string hex8(std::uint32_t number) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", number);
  return text;
}

std::string slot_of(const WitnessRecord& record) {
  std::string slot = "codelog-witness 1 log=" + record.log_id +
                     " position=" + std::to_string(record.head.position.value()) +
                     " epoch=" + std::to_string(record.head.epoch) +
                     " root=" + base::to_hex(record.head.root) + " sum=";
  slot += hex8(crc32c(slot));
  CODELOG_CHECK(slot.size() < slot_bytes, "a witness record is longer than its slot");
  slot.resize(slot_bytes - 1, ' ');
  return slot + '\n';
}

// Takes "name=value " off the start of a line.
std::optional<std::string_view> take_field(std::string_view& line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  const std::size_t size = line.find(' ');
  if (size == std::string_view::npos) return std::nullopt;
  const std::string_view value = line.substr(0, size);
  line.remove_prefix(size + 1);
  return value;
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<base::Sha256> to_hash(std::string_view hex) {
  base::Sha256 hash;
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const char* const at = hex.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, hash[i], 16);
    if (error != std::errc() || end != at + 2) return std::nullopt;
  }
  return hash;
}

std::optional<WitnessRecord> parse_slot(std::string_view slot) {
  const std::size_t sum_at = slot.find("sum=");
  if (sum_at == std::string_view::npos) return std::nullopt;
  const std::size_t summed = sum_at + 4;
  if (slot.substr(summed, 8) != hex8(crc32c(slot.substr(0, summed)))) return std::nullopt;
  const auto version = take_field(slot, "codelog-witness ");
  const auto id = take_field(slot, "log=");
  const auto position = to_number(take_field(slot, "position=").value_or(""));
  const auto epoch = to_number(take_field(slot, "epoch=").value_or(""));
  const auto root = to_hash(take_field(slot, "root=").value_or(""));
  if (version != "1" || !id || !position || !epoch || !root) return std::nullopt;
  return WitnessRecord{std::string(*id), Head{base::Position(*position), *root, *epoch}};
}

auto age(const WitnessRecord& record) {
  return std::tuple(record.head.epoch, record.head.position);
}

struct Slots {
  std::array<std::optional<WitnessRecord>, 2> records;  // at least one of them is whole

  unsigned newest() const {
    const bool second = !records[0] || (records[1] && age(*records[1]) > age(*records[0]));
    return second ? 1 : 0;
  }
};

// Nothing when there is no such file.
base::Result<std::optional<Slots>> read_slots(const std::filesystem::path& path) {
  const auto bytes = base::read_file(path);
  if (!bytes && bytes.error().code == ErrorCode::not_found) return std::optional<Slots>();
  if (!bytes) return bytes.error();
  Slots slots;
  if (bytes->size() == 2 * slot_bytes) {
    slots.records[0] = parse_slot(std::string_view(*bytes).substr(0, slot_bytes));
    slots.records[1] = parse_slot(std::string_view(*bytes).substr(slot_bytes));
  }
  if (slots.records[0] || slots.records[1]) return std::optional(std::move(slots));
  return Error{ErrorCode::corrupt, "the head witness " + path.string() + " is damaged", {}};
}

}  // namespace

base::Result<std::optional<WitnessRecord>> Witness::read(const std::filesystem::path& path) {
  const auto slots = read_slots(path);
  if (!slots) return slots.error();
  if (!*slots) return std::optional<WitnessRecord>();
  return (*slots)->records[(*slots)->newest()];
}

base::Result<std::unique_ptr<Witness>> Witness::open(const std::filesystem::path& path) {
  const auto slots = read_slots(path);
  if (!slots) return slots.error();
  if (!*slots) return std::unique_ptr<Witness>();
  auto file = base::open_file(path, O_RDWR);
  if (!file) return system_error("cannot open", path);
  std::unique_ptr<Witness> witness(new Witness(path, std::move(file)));
  witness->safe_slot_ = (*slots)->newest();
  witness->newest_ = *(*slots)->records[witness->safe_slot_];
  // Bytes that a killed process wrote may not be on the disk yet.
  if (::fdatasync(witness->file_.get()) != 0) return system_error("cannot sync", path);
  return witness;
}

base::Result<std::unique_ptr<Witness>> Witness::create(const std::filesystem::path& path,
                                                       const WitnessRecord& record) {
  const std::string slot = slot_of(record);
  if (auto written = base::write_file_durably(path, slot + slot); !written) return written.error();
  return open(path);
}

base::Result<void> Witness::record(const Head& head) {
  newest_.head = head;
  const std::string slot = slot_of(newest_);
  const auto offset = static_cast<off_t>((1 - safe_slot_) * slot_bytes);
  synced_ = false;
  const ssize_t written = ::pwrite(file_.get(), slot.data(), slot.size(), offset);
  if (written < 0) return system_error("cannot write", path_);
  if (static_cast<std::size_t>(written) != slot.size()) {
    errno = ENOSPC;
    return system_error("cannot write", path_);
  }
  return {};
}

base::Result<void> Witness::sync() {
  if (synced_) return {};
  if (::fdatasync(file_.get()) != 0) return system_error("cannot sync", path_);
  safe_slot_ = 1 - safe_slot_;
  synced_ = true;
  return {};
}

}  // namespace codelog::events
