#include "events/base/mapped_file_name.h"
#include "tools/program.h"

int main(int argc, char** argv) {
  codelog::base::name_files_on_bus_errors();
  return codelog::tools::run_program(argc, argv);
}
