#include "mappings/dmdvmpprevmap/import.h"

#include <algorithm>
#include <array>
#include <utility>

#include "coding_systems/importing/csv_reader.h"
#include "coding_systems/importing/gzip_file.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/mapping_writer.h"
#include "coding_systems/importing/text_lines.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/text.h"

namespace codelog::mappings {
namespace {

using base::Result;
using coding_systems::CsvReader;
using coding_systems::ImportOutcome;
using coding_systems::ImportRequest;
using coding_systems::ImportStages;
using coding_systems::ReleaseWriter;
using coding_systems::SctidText;

constexpr std::array<std::string_view, 1> migrations = {"0001_initial"};

// OpenCodelists' table with another key: there, an id can have only one previous id.
constexpr std::string_view tables_sql =
    "CREATE TABLE \"dmdvmpprevmap_mapping\" (\"id\" varchar(18) NOT NULL, "
    "\"vpidprev\" varchar(18) NOT NULL, PRIMARY KEY (\"id\", \"vpidprev\"));";
constexpr coding_systems::ReleaseSchema schema = {dmdvmpprevmap_id, migrations, tables_sql, ""};

constexpr std::size_t id_digits_min = 6;
constexpr std::size_t id_digits_max = 18;
constexpr std::uint64_t rows_per_progress = 1024;

bool is_id(std::string_view text) {
  return text.size() >= id_digits_min && text.size() <= id_digits_max &&
         std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

class PairsReader {
 public:
  explicit PairsReader(CsvReader& csv) : csv_(csv) {}

  Result<void> read_header() {
    const auto more = csv_.next_record();
    if (!more) return more.error();
    if (!*more) return csv_.error_here("the file is empty: its header is missing");
    const auto id = csv_.find_column("vpid");
    if (!id) return id.error();
    const auto previous = csv_.find_column("vpidprev");
    if (!previous) return previous.error();
    id_column_ = *id;
    previous_column_ = *previous;
    columns_count_ = csv_.fields().size();
    return {};
  }

  // Returns nothing at the end of the file.
  Result<std::optional<PreviousVmp>> next() {
    for (;;) {
      const auto more = csv_.next_record();
      if (!more) return more.error();
      if (!*more) return std::optional<PreviousVmp>();
      if (auto checked = csv_.check_width(columns_count_); !checked) return checked.error();
      const auto fields = csv_.fields();
      // A row may have only fields that nobody reads.
      const bool has_id = !coding_systems::is_white_space(fields[id_column_]);
      if (has_id || !coding_systems::is_white_space(fields[previous_column_])) {
        return pair_of(fields);
      }
    }
  }

 private:
  Result<std::optional<PreviousVmp>> pair_of(std::span<const std::string> fields) const {
    const auto id = id_of("vpid", fields[id_column_]);
    if (!id) return id.error();
    const auto previous = id_of("vpidprev", fields[previous_column_]);
    if (!previous) return previous.error();
    return std::optional<PreviousVmp>({*id, *previous});
  }

  Result<SctidText> id_of(std::string_view column, std::string_view field) const {
    const std::string_view text = base::trim_unicode_space(field);
    if (is_id(text)) return *SctidText::from(text);
    return csv_.error_here("the " + std::string(column) + " '" +
                           std::string(text.substr(0, 2 * id_digits_max)) +
                           "' is not an id of 6 to 18 digits");
  }

  CsvReader& csv_;
  std::size_t id_column_ = 0;
  std::size_t previous_column_ = 0;
  std::size_t columns_count_ = 0;
};

struct SourcePairs {
  std::vector<PreviousVmp> pairs;
  std::uint64_t bytes = 0;
  coding_systems::CountedNotices notices;
};

Result<SourcePairs> read_pairs(const ImportRequest& request, ImportStages& stages) {
  auto file = coding_systems::GzipFile::open(request.archive, request.limits);
  if (!file) return file.error();
  stages.begin("reading", file->packed_bytes());
  CsvReader csv(file->name(), [&](std::span<char> buffer) { return file->read(buffer); });
  PairsReader reader(csv);
  if (const auto header = reader.read_header(); !header) return header.error();
  std::vector<PreviousVmp> pairs;
  coding_systems::CountedNotices notices;
  for (;;) {
    const auto pair = reader.next();
    if (!pair) return pair.error();
    if (!*pair) break;
    if ((*pair)->id == (*pair)->previous) {
      notices.add("pairs are left out, since no VMP comes before itself", (*pair)->id.view());
    }
    if (pairs.size() >= stages.rows_max()) {
      return csv.error_here("the file has more than " + std::to_string(stages.rows_max()) +
                            " rows");
    }
    pairs.push_back(**pair);
    if (pairs.size() % rows_per_progress != 0) continue;
    const auto proceed = stages.advance_to(file->packed_bytes_read());
    if (!proceed) return proceed.error();
  }
  if (pairs.empty()) return csv.error_here("the file has no rows below its header");
  if (const auto proceed = stages.advance_to(file->packed_bytes()); !proceed) {
    return proceed.error();
  }
  return SourcePairs{std::move(pairs), csv.bytes_read(), std::move(notices)};
}

Result<std::vector<PreviousVmp>> with_pairs_before(
    const std::optional<std::filesystem::path>& before, std::vector<PreviousVmp> pairs) {
  if (before) {
    const auto earlier = PreviousVmps::open(*before);
    if (!earlier) return earlier.error();
    pairs.insert(pairs.end(), earlier->pairs().begin(), earlier->pairs().end());
  }
  return pairs;
}

Result<ImportOutcome> write(const ImportRequest& request, std::uint64_t source_bytes,
                            const PreviousVmps& pairs, ImportStages& stages) {
  auto writer = ReleaseWriter::create(request.target_folder, request.alias, schema);
  if (!writer) return writer.error();
  stages.begin("writing", pairs.pairs_count());
  {
    auto inserter = (*writer)->table("dmdvmpprevmap_mapping", "id, vpidprev");
    if (!inserter) return inserter.error();
    for (const PreviousVmp& pair : pairs.pairs()) {
      inserter->text(1, pair.id.view());
      inserter->text(2, pair.previous.view());
      if (const auto inserted = inserter->insert(); !inserted) return inserted.error();
    }
  }
  if (const auto proceed = stages.advance_to(pairs.pairs_count()); !proceed) {
    return proceed.error();
  }
  return coding_systems::publish_mapping(**writer, {source_bytes, pairs.pairs_count()}, stages);
}

}  // namespace

Result<ImportOutcome> import_dmdvmpprevmap(const ImportRequest& request,
                                           const std::optional<std::filesystem::path>& before) {
  ImportStages stages(request);
  auto source = read_pairs(request, stages);
  if (!source) return source.error();
  auto all = with_pairs_before(before, std::move(source->pairs));
  if (!all) return all.error();
  auto outcome = write(request, source->bytes, PreviousVmps(std::move(*all)), stages);
  if (outcome) outcome->notices = source->notices.take();
  return outcome;
}

Result<ImportOutcome> extend_dmdvmpprevmap(const ImportRequest& request,
                                           const std::optional<std::filesystem::path>& before,
                                           std::vector<PreviousVmp> pairs) {
  ImportStages stages(request);
  auto all = with_pairs_before(before, std::move(pairs));
  if (!all) return all.error();
  return write(request, 0, PreviousVmps(std::move(*all)), stages);
}

}  // namespace codelog::mappings
