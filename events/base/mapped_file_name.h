// Names for mapped files. A process that dies because it cannot read a mapped file (the file was
// cut short, or its disk has failed) then names the file. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace codelog::base {

// Names the file mapped at these bytes while the object lives. At most 256 names are kept; further
// files have none.
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

// After this call, SIGBUS writes the name of the file to standard error and then ends the process
// as before. Called once, at the start of the program.
void name_files_on_bus_errors();

}  // namespace codelog::base
