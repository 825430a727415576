#include "events/base/mapped_file_name.h"
#include "tools/program.h"

// jemalloc, which the linker puts in the place of the C library's allocator, reads its settings
// from this variable. Free memory goes back to the system after a second, also when nothing is
// allocated any more: a storm of clients must not keep memory that releases and the store need.
extern "C" {
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:4";
}

int main(int argc, char** argv) {
  codelog::base::name_files_on_bus_errors();
  return codelog::tools::run_program(argc, argv);
}
