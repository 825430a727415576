#include "coding_systems/ctv3/import.h"

#include <system_error>
#include <utility>

#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/ctv3/import_raw.h"
#include "coding_systems/ctv3/import_tpp.h"
#include "coding_systems/importing/import_finish.h"

namespace codelog::coding_systems {
namespace {

constexpr const char* raw_archive_name = "nhs_readctv3_25.0.0_20180401000001.zip";

constexpr std::array<std::string_view, 2> migrations = {"0001_initial",
                                                        "0002_alter_rawconcept_children"};

// The text is the schema's identity: spelling, order and names as Django wrote them.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"ctv3_rawterm\" (\"term_id\" varchar(5) NOT NULL PRIMARY KEY, "
    "\"status\" varchar(1) NOT NULL, \"name_1\" varchar(30) NOT NULL, "
    "\"name_2\" varchar(60) NULL, \"name_3\" varchar(198) NULL);"
    "CREATE TABLE \"ctv3_tppconcept\" (\"read_code\" varchar(5) NOT NULL PRIMARY KEY, "
    "\"description\" varchar(255) NOT NULL);"
    "CREATE TABLE \"ctv3_tpprelationship\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
    "\"distance\" integer NOT NULL, "
    "\"ancestor_id\" varchar(5) NOT NULL REFERENCES \"ctv3_tppconcept\" (\"read_code\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"descendant_id\" varchar(5) NOT NULL REFERENCES \"ctv3_tppconcept\" (\"read_code\") "
    "DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"ctv3_rawconcepttermmapping\" "
    "(\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"term_type\" varchar(1) NOT NULL, "
    "\"concept_id\" varchar(5) NOT NULL REFERENCES \"ctv3_rawconcept\" (\"read_code\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"term_id\" varchar(5) NOT NULL REFERENCES \"ctv3_rawterm\" (\"term_id\") "
    "DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"ctv3_rawconcepthierarchy\" "
    "(\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"list_order\" varchar(2) NOT NULL, "
    "\"child_id\" varchar(5) NOT NULL REFERENCES \"ctv3_rawconcept\" (\"read_code\") "
    "DEFERRABLE INITIALLY DEFERRED, "
    "\"parent_id\" varchar(5) NOT NULL REFERENCES \"ctv3_rawconcept\" (\"read_code\") "
    "DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE \"ctv3_rawconcept\" (\"read_code\" varchar(5) NOT NULL PRIMARY KEY, "
    "\"status\" varchar(1) NOT NULL, \"unknown_field_2\" varchar(1) NOT NULL, "
    "\"another_concept_id\" varchar(5) NOT NULL REFERENCES \"ctv3_rawconcept\" (\"read_code\") "
    "DEFERRABLE INITIALLY DEFERRED);";
constexpr std::string_view indexes_sql =
    "CREATE INDEX \"ctv3_tpprelationship_ancestor_id_f36802d9\" ON \"ctv3_tpprelationship\" "
    "(\"ancestor_id\");"
    "CREATE INDEX \"ctv3_tpprelationship_descendant_id_271f0800\" ON \"ctv3_tpprelationship\" "
    "(\"descendant_id\");"
    "CREATE INDEX \"ctv3_rawconcepttermmapping_concept_id_6f419cb9\" ON "
    "\"ctv3_rawconcepttermmapping\" (\"concept_id\");"
    "CREATE INDEX \"ctv3_rawconcepttermmapping_term_id_b2767486\" ON "
    "\"ctv3_rawconcepttermmapping\" (\"term_id\");"
    "CREATE INDEX \"ctv3_rawconcepthierarchy_child_id_d9161db3\" ON "
    "\"ctv3_rawconcepthierarchy\" (\"child_id\");"
    "CREATE INDEX \"ctv3_rawconcepthierarchy_parent_id_6c0aee92\" ON "
    "\"ctv3_rawconcepthierarchy\" (\"parent_id\");"
    "CREATE INDEX \"ctv3_rawconcept_another_concept_id_4b1ec6a3\" ON \"ctv3_rawconcept\" "
    "(\"another_concept_id\");";
constexpr ReleaseSchema release_schema = {.application = "ctv3",
                                          .migrations = migrations,
                                          .tables_sql = tables_sql,
                                          .indexes_sql = indexes_sql,
                                          .has_distinct_keys = true};

// The open files of the import.
struct Sources {
  ZipArchive archive;
  ctv3::RawMembers members;
  GzipFile dictionary;
  GzipFile hierarchy;
};

// Opens NAME.csv.gz, or NAME.csv if somebody has unpacked it.
base::Result<GzipFile> open_table(const std::filesystem::path& folder, const std::string& name,
                                  const ZipLimits& limits) {
  std::error_code error;
  const auto packed = folder / (name + ".csv.gz");
  const auto unpacked = folder / (name + ".csv");
  const bool is_unpacked =
      !std::filesystem::exists(packed, error) && std::filesystem::exists(unpacked, error);
  return GzipFile::open(is_unpacked ? unpacked : packed, limits);
}

base::Result<Sources> open_sources(const ImportRequest& request) {
  std::error_code error;
  auto folder = std::filesystem::absolute(request.archive, error).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();  // the path had a '/' at its end
  if (!std::filesystem::is_directory(folder, error)) {
    const bool exists = std::filesystem::exists(folder, error);
    return base::Error{exists ? base::ErrorCode::invalid : base::ErrorCode::not_found,
                       request.archive.string() +
                           (exists ? ": is not a folder" : ": no such folder") +
                           "; give the folder with ctv3_dictionary.csv.gz and "
                           "ctv3_hierarchy.csv.gz",
                       {}};
  }
  auto archive = ZipArchive::open(folder.parent_path() / raw_archive_name, request.limits);
  if (!archive) return archive.error();
  auto members = ctv3::find_raw_members(*archive);
  if (!members) return members.error();
  auto dictionary = open_table(folder, "ctv3_dictionary", request.limits);
  if (!dictionary) return dictionary.error();
  auto hierarchy = open_table(folder, "ctv3_hierarchy", request.limits);
  if (!hierarchy) return hierarchy.error();
  return Sources{std::move(*archive), std::move(*members), std::move(*dictionary),
                 std::move(*hierarchy)};
}

struct Streamed {
  IndexSource source;
  ImportOutcome outcome;  // its counts
};

// Reads all files into the release file, and collects the source of the index.
base::Result<Streamed> stream_rows(Sources& sources, ReleaseWriter& writer, ImportStages& stages) {
  Streamed streamed;
  BackgroundRows rows(writer);
  IdMap codes;
  CountedNotices notices;
  streamed.source.set_root(ctv3::root_code);
  const std::uint64_t dictionary_bytes = sources.dictionary.packed_bytes();
  const std::uint64_t before_hierarchy_bytes = dictionary_bytes + sources.members.size_bytes();
  stages.begin("reading", before_hierarchy_bytes + sources.hierarchy.packed_bytes());
  const auto named =
      ctv3::import_dictionary({sources.dictionary, rows, streamed.source, notices, stages}, codes);
  if (!named) return named.error();
  const auto raw = ctv3::import_raw_tables({sources.archive, sources.members, codes, rows,
                                            streamed.source, notices, stages, dictionary_bytes});
  if (!raw) return raw.error();
  const auto related = ctv3::import_hierarchy(
      {sources.hierarchy, rows, streamed.source, notices, stages, before_hierarchy_bytes}, codes);
  if (!related) return related.error();
  if (auto inserted = rows.finish(); !inserted) return inserted.error();
  streamed.outcome.source_bytes =
      sources.dictionary.bytes_read() + raw->bytes + sources.hierarchy.bytes_read();
  streamed.outcome.concepts_count = codes.size();
  streamed.outcome.descriptions_count = raw->descriptions;
  streamed.outcome.relationships_count = *related;
  streamed.outcome.notices = notices.take();
  return streamed;
}

}  // namespace

base::Result<ImportOutcome> import_ctv3(const ImportRequest& request) {
  ImportStages stages(request);
  auto sources = open_sources(request);
  if (!sources) return sources.error();
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, release_schema);
  if (!writer) return writer.error();
  auto streamed = stream_rows(*sources, **writer, stages);
  if (!streamed) return streamed.error();
  BackgroundIndex index(ctv3::system_id, [source = std::move(streamed->source)]() mutable {
    return std::move(source);
  });
  const auto finished = finish_import(**writer, index, stages, sources->hierarchy.name());
  if (!finished) return finished.error();
  ImportOutcome outcome = std::move(streamed->outcome);
  outcome.file = (*writer)->file();
  outcome.file_digest = finished->digest;
  outcome.stages = stages.take();
  return outcome;
}

}  // namespace codelog::coding_systems
