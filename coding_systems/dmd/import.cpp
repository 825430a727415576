#include "coding_systems/dmd/import.h"

#include <utility>

#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/dmd/import_layout.h"
#include "coding_systems/dmd/import_tables.h"
#include "coding_systems/dmd/schema.h"
#include "coding_systems/importing/background_index.h"
#include "coding_systems/importing/import_finish.h"
#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems {
namespace {

std::vector<std::string> notices_of(const dmd::TablesRead& read) {
  std::vector<std::string> notices = read.notices.take();
  if (read.gtins_left_out > 0) {
    notices.push_back("a release file holds one GTIN a pack: the first was kept, and " +
                      std::to_string(read.gtins_left_out) + " more were left out");
  }
  if (read.links_left_out > 0) {
    notices.push_back("a release file does not hold the contents of combination packs: " +
                      std::to_string(read.links_left_out) + " CCONTENT rows were left out");
  }
  return notices;
}

}  // namespace

base::Result<ImportOutcome> import_dmd(const ImportRequest& request) {
  ImportStages stages(request);
  auto archive = ZipArchive::open(request.archive, request.limits);
  if (!archive) return archive.error();
  const std::string archive_name = archive->name();
  const auto members = dmd::find_members(std::move(*archive));
  if (!members) return members.error();
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, dmd::release_schema());
  if (!writer) return writer.error();
  auto tables = dmd::read_tables(*members, **writer, stages);
  if (!tables) return tables.error();
  if (tables->products_count == 0) {
    return base::Error{base::ErrorCode::invalid, archive_name + ": has no products", {}};
  }

  BackgroundIndex index(dmd::system_id, [&tables] { return tables->index_rows.finish(); });
  const auto sealed = finish_import(**writer, index, stages, archive_name);
  if (!sealed) return sealed.error();
  return ImportOutcome{.file = (*writer)->file(),
                       .file_digest = sealed->digest,
                       .source_bytes = members->size_bytes,
                       .concepts_count = tables->products_count,
                       .notices = notices_of(*tables),
                       .stages = stages.take()};
}

}  // namespace codelog::coding_systems
