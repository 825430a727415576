// The operations "mapping.…", which an import of a mapping runs on the site.
#include "mappings/files/mappings.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string mapping_stem(const std::string& name) {
  const auto stem = mappings::mapping_file_stem(name);
  return stem ? *stem : "";
}

// The release of a mapping in the arguments.
Result<events::MappingRegistered> mapping_argument(const Json& arguments) {
  events::MappingRegistered mapping;
  for (const auto& [name, value] :
       {std::pair{"mapping", &mapping.mapping}, std::pair{"name", &mapping.name},
        std::pair{"valid_from", &mapping.valid_from}}) {
    auto text = text_argument(arguments, name);
    if (!text) return text.error();
    *value = std::move(*text);
  }
  if (!mappings::is_mapping(mapping.mapping)) {
    return base::field_error(ErrorCode::invalid, "mapping", "there is no such mapping");
  }
  if (const auto stem = mappings::mapping_file_stem(mapping.name); !stem) return stem.error();
  return mapping;
}

// Opens the file of a mapping, so that the registered file is the one that will be read.
Result<void> open_mapping(mappings::Mappings& all, const events::MappingRegistered& mapping) {
  const mappings::MappingFile file{mapping.name, mapping.file_digest};
  const auto error_of = [](const auto& opened) {
    return opened ? Result<void>() : Result<void>(opened.error());
  };
  if (mapping.mapping == mappings::bnfdmd_id) return error_of(all.bnfdmd(file));
  if (mapping.mapping == mappings::ctv3sctmap2_id) return error_of(all.ctv3sctmap2(file));
  return error_of(all.dmdvmpprevmap(file));
}

}  // namespace

// {mapping, name, valid_from} -> {newest: {…} or null}. An import calls this before it replaces a
// file.
Result<Json> AdminOperations::find_mapping(const Json& arguments) {
  const auto mapping = mapping_argument(arguments);
  if (!mapping) return mapping.error();
  const auto views = folder_.projections().views();
  const auto free = commands::check_mapping_name(views, *mapping, mapping_stem);
  if (!free) return free.error();
  const auto newest = views.latest_mapping(mapping->mapping);
  if (!newest) return Json{{"newest", nullptr}};
  return Json{{"newest",
               {{"name", newest->name},
                {"valid_from", newest->valid_from},
                {"import_ref", newest->import_ref},
                {"file_digest", base::to_hex(newest->file_digest)},
                {"rows", newest->rows_count}}}};
}

// Registers the file, which must be in its place.
Result<Json> AdminOperations::register_mapping(const Json& arguments) {
  auto mapping = mapping_argument(arguments);
  if (!mapping) return mapping.error();
  const auto import_ref = text_argument(arguments, "import_ref");
  if (!import_ref) return import_ref.error();
  const auto digest = digest_argument(arguments, "file_digest");
  if (!digest) return digest.error();
  const auto rows_count = number_argument(arguments, "rows", 0);
  if (!rows_count) return rows_count.error();
  mapping->import_ref = *import_ref;
  mapping->file_digest = *digest;
  mapping->rows_count = *rows_count;
  const auto free =
      commands::check_mapping_name(folder_.projections().views(), *mapping, mapping_stem);
  if (!free) return free.error();
  if (const auto opened = open_mapping(folder_.mappings(), *mapping); !opened) {
    return opened.error();
  }
  const auto commit = application_.mappings().register_mapping(
      {commands::Actor::system(), std::nullopt}, {*mapping});
  if (!commit) return commit.error();
  return Json{{"mapping", mapping->mapping},
              {"name", mapping->name},
              {"position", commit->position.value()}};
}

}  // namespace codelog::tools
