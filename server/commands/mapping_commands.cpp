#include "server/commands/mapping_commands.h"

#include "server/commands/permissions.h"
#include "server/commands/validation.h"

namespace codelog::commands {

Result<void> check_mapping_name(const Views& views, const events::MappingRegistered& mapping,
                                const std::function<std::string(const std::string&)>& file_stem) {
  if (const auto date = check_date("valid_from", mapping.valid_from); !date) return date;
  for (const projections::MappingRecord& known : views.mappings()) {
    if (known.mapping != mapping.mapping) continue;
    if (known.name == mapping.name && known.valid_from == mapping.valid_from) continue;
    if (file_stem(known.name) != file_stem(mapping.name)) continue;
    return Error{ErrorCode::conflict,
                 "the file name " + file_stem(mapping.name) + " belongs to the release '" +
                     known.name + "' of " + mapping.mapping + ", valid from " + known.valid_from +
                     ", already; give this one another name",
                 {{"release", "gives a file name that is taken"}}};
  }
  return {};
}

Result<Commit> MappingCommands::register_mapping(const Write& write,
                                                 const RegisterMapping& command) {
  if (!write.actor.is_system && !write.actor.is_admin) {
    return forbidden("only an administrator may do this");
  }
  const events::MappingRegistered& mapping = command.mapping;
  if (const auto date = check_date("valid_from", mapping.valid_from); !date) return date.error();
  return executor_.run(write, {}, [&](const Views&) -> Result<Decision> {
    return Decision{"RegisterMapping", {Stream::of_mapping(mapping.mapping)}, {mapping}};
  });
}

}  // namespace codelog::commands
