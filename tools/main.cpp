#include "tools/program.h"

int main(int argc, char** argv) { return codelog::tools::run_program(argc, argv); }
