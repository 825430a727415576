// Registers mappings, for the operators of the site.
#pragma once

#include <functional>
#include <string>

#include "server/commands/executor.h"

namespace codelog::commands {

struct RegisterMapping {
  events::MappingRegistered mapping;
};

// Fails if another release already has the file name of this one. Errors: conflict, invalid.
Result<void> check_mapping_name(const Views& views, const events::MappingRegistered& mapping,
                                const std::function<std::string(const std::string&)>& file_stem);

class MappingCommands {
 public:
  explicit MappingCommands(Executor& executor) : executor_(executor) {}

  // Errors: forbidden (not an administrator), invalid (the day).
  Result<Commit> register_mapping(const Write& write, const RegisterMapping& command);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
