#include "server/http/shared_body.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace codelog::http {
namespace {

std::atomic<int> files_count = 0;
std::atomic<int> files_max = SharedBytes::files_max_usual;
std::atomic<std::size_t> files_bytes = 0;

}  // namespace

SharedBody SharedBytes::make(std::string bytes) {
  std::unique_ptr<SharedBytes> made(new SharedBytes(std::move(bytes)));
  if (made->size() >= file_bytes_min) {
    if (files_count.fetch_add(1) < files_max) made->move_to_file();
    if (!made->file_) --files_count;
  }
  return made;
}

SharedBody SharedBytes::make_once(std::string bytes) {
  return SharedBody(new SharedBytes(std::move(bytes)));
}

SharedBytes::SharedBytes(std::string bytes) : string_(std::move(bytes)), bytes_(string_) {}

void SharedBytes::move_to_file() {
  base::Descriptor file(::memfd_create("codelog-body", MFD_CLOEXEC));
  if (!file || !base::write_all(file.get(), string_)) return;
  void* address = ::mmap(nullptr, string_.size(), PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) return;
  file_ = std::move(file);
  files_bytes += string_.size();
  bytes_ = {static_cast<const char*>(address), string_.size()};
  std::string().swap(string_);
}

SharedBytes::~SharedBytes() {
  if (!file_) return;
  ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  files_bytes -= bytes_.size();
  --files_count;
}

void SharedBytes::set_files_max(int count) { files_max = count; }

std::size_t SharedBytes::all_files_bytes() { return files_bytes; }

}  // namespace codelog::http
