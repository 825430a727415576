// Names for mapped files, so that a process which dies because it cannot read one says which: the
// file was cut short, or its disk has failed. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace codelog::base {

// The name of what is mapped at these bytes, for as long as this lives. At most 256 are known at a
// time; those beyond stay without a name.
class MappedFileName {
 public:
  MappedFileName(std::string_view bytes, std::string path);
  MappedFileName(const MappedFileName&) = delete;
  MappedFileName& operator=(const MappedFileName&) = delete;
  ~MappedFileName();

 private:
  const std::string path_;
  int slot_ = -1;
};

// From now on SIGBUS writes the name of the file to standard error and then ends the process as
// before. Called once, at the start of the program.
void name_files_on_bus_errors();

}  // namespace codelog::base
