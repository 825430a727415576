#include "import_support.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tools/demo/zip_writer.h"

namespace codelog::tests {
namespace {

constexpr const char* module_id = "900000000000207008";
constexpr std::array<const char*, 3> folders = {
    "SnomedCT_InternationalRF2_PRODUCTION_20230131T120000Z",
    "SnomedCT_UKClinicalRF2_PRODUCTION_20230412T000001Z",
    "SnomedCT_UKEditionRF2_PRODUCTION_20230412T000001Z"};

}  // namespace

void write_archive(const std::filesystem::path& path, const Members& members) {
  demo::ZipWriter writer;
  for (const auto& [name, contents] : members) writer.add(name, contents);
  const auto written = writer.write(path);
  INFO((written ? "" : written.error().detail));
  REQUIRE(written);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Rf2Archive::Rf2Archive() {
  const std::string relationship_header =
      rf2_line({"id", "effectiveTime", "active", "moduleId", "sourceId", "destinationId",
                "relationshipGroup", "typeId", "characteristicTypeId", "modifierId"});
  for (auto& folder : lines_) {
    folder[concepts] = {
        rf2_line({"id", "effectiveTime", "active", "moduleId", "definitionStatusId"})};
    folder[descriptions] = {rf2_line({"id", "effectiveTime", "active", "moduleId", "conceptId",
                                      "languageCode", "typeId", "term", "caseSignificanceId"})};
    folder[stated] = {relationship_header};
    folder[relationships] = {relationship_header};
  }
  for (const char* id : {"138875005", "100005", "100013"}) {
    lines_[0][concepts].push_back(concept_line(id, "20200131", "1"));
  }
  lines_[0][descriptions].push_back(
      description_line("200001", "20200131", "1", "138875005", "Root (root)"));
  lines_[0][descriptions].push_back(
      description_line("200002", "20200131", "1", "100005", "Upper (finding)"));
  lines_[0][descriptions].push_back(
      description_line("200003", "20200131", "1", "100013", "Lower (finding)"));
  lines_[0][relationships].push_back(is_a_line("300001", "20200131", "1", "100005", "138875005"));
  lines_[0][relationships].push_back(is_a_line("300002", "20200131", "1", "100013", "100005"));
}

std::string Rf2Archive::member_name(std::size_t folder, File file) {
  constexpr std::array<const char*, files_count> parts = {
      "Concept_Full", "Description_Full-en", "StatedRelationship_Full", "Relationship_Full"};
  return std::string(folders[folder]) + "/Full/Terminology/sct2_" + parts[file] +
         "_INT_20230131.txt";
}

Members Rf2Archive::members(std::string_view line_end) const {
  Members members;
  for (std::size_t folder = 0; folder < lines_.size(); ++folder) {
    for (std::size_t file = 0; file < files_count; ++file) {
      std::string text;
      for (const std::string& line : lines_[folder][file]) {
        text += line;
        text += line_end;
      }
      members.emplace_back(member_name(folder, static_cast<File>(file)), text);
    }
  }
  return members;
}

std::string rf2_line(const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) line += (&column == &columns[0] ? "" : "\t") + column;
  return line;
}

std::string concept_line(const std::string& id, const std::string& date,
                         const std::string& active) {
  return rf2_line({id, date, active, module_id, "900000000000074008"});
}

std::string description_line(const std::string& id, const std::string& date,
                             const std::string& active, const std::string& concept_id,
                             const std::string& term) {
  return rf2_line({id, date, active, module_id, concept_id, "en", "900000000000003001", term,
                   "900000000000448009"});
}

std::string is_a_line(const std::string& id, const std::string& date, const std::string& active,
                      const std::string& child, const std::string& parent) {
  return rf2_line({id, date, active, module_id, child, parent, "0", "116680003",
                   "900000000000011006", "900000000000451002"});
}

std::vector<Row> query(const std::filesystem::path& database, const std::string& sql) {
  SQLite::Database opened(database.string(), SQLite::OPEN_READONLY);
  SQLite::Statement statement(opened, sql);
  std::vector<Row> rows;
  while (statement.executeStep()) {
    Row& row = rows.emplace_back();
    for (int column = 0; column < statement.getColumnCount(); ++column) {
      const auto value = statement.getColumn(column);
      row.push_back(value.isNull() ? "NULL" : value.getString());
    }
  }
  return rows;
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string import_error(Import import, const std::filesystem::path& archive,
                         const std::filesystem::path& target) {
  const auto imported = import({.archive = archive, .target_folder = target, .alias = "test_1"});
  return imported ? "" : imported.error().detail;
}

}  // namespace codelog::tests
