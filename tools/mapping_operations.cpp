// The operations "mapping.…", which an import of a mapping runs on the site.
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using base::Result;

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
  return mapping;
}

}  // namespace

// {mapping, name, valid_from} -> {newest: {…} or null}. An import calls this before it replaces a
// file.
Result<Json> AdminOperations::find_mapping(const Json& arguments) {
  const auto mapping = mapping_argument(arguments);
  if (!mapping) return mapping.error();
  const auto newest = registry().find_newest_mapping(*mapping);
  if (!newest) return newest.error();
  if (!*newest) return Json{{"newest", nullptr}};
  return Json{{"newest", {{"name", (*newest)->name}, {"valid_from", (*newest)->valid_from}}}};
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
  const auto position = registry().register_mapping(*mapping);
  if (!position) return position.error();
  return Json{
      {"mapping", mapping->mapping}, {"name", mapping->name}, {"position", position->value()}};
}

}  // namespace codelog::tools
