#include "events/base/mapped_file_name.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <utility>

namespace codelog::base {
namespace {

constexpr std::size_t names_max = 256;

// A signal handler reads this: `path` is set last and cleared first.
struct Name {
  std::atomic<bool> is_taken = false;
  std::atomic<std::uintptr_t> first = 0;
  std::atomic<std::uintptr_t> after = 0;
  std::atomic<const std::string*> path = nullptr;
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);
static_assert(std::atomic<const std::string*>::is_always_lock_free);

std::array<Name, names_max> mapped_names;

void write_text(std::string_view text) {
  // The process is about to end, so a failed write is ignored.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

void on_bus_error(int signal, siginfo_t* info, void*) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  std::string_view path = "a mapped file";
  for (const Name& name : mapped_names) {
    const std::string* const known = name.path.load(std::memory_order_acquire);
    if (known != nullptr && address >= name.first && address < name.after) path = *known;
  }
  write_text("codelog: cannot read ");
  write_text(path);
  write_text(
      ": it was cut short while it was open, or its disk has failed. Restore the file; an .index "
      "may be deleted: it is built again\n");
  // SA_RESETHAND has restored the default, which ends the process and mapped_names the signal.
  (void)::raise(signal);
}

}  // namespace

MappedFileName::MappedFileName(std::string_view bytes, std::string path) : path_(std::move(path)) {
  for (std::size_t i = 0; i < mapped_names.size(); ++i) {
    if (mapped_names[i].is_taken.exchange(true)) continue;
    slot_ = static_cast<int>(i);
    const auto first = reinterpret_cast<std::uintptr_t>(bytes.data());
    mapped_names[i].first = first;
    mapped_names[i].after = first + bytes.size();
    mapped_names[i].path.store(&path_, std::memory_order_release);
    return;
  }
}

MappedFileName::~MappedFileName() {
  if (slot_ < 0) return;
  Name& name = mapped_names[static_cast<std::size_t>(slot_)];
  name.path = nullptr;
  name.is_taken = false;
}

void name_files_on_bus_errors() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_RESETHAND;
  ::sigemptyset(&action.sa_mask);
  (void)::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace codelog::base
