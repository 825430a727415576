#include "server/migration/verified_downloads.h"

#include <algorithm>
#include <utility>

#include "coding_systems/base/coding_system.h"
#include "events/base/digest.h"
#include "events/base/version_hash.h"
#include "server/commands/csv_table.h"

namespace codelog::migration {
namespace {

using base::VersionId;
using files::DownloadOptions;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::string_view dmd_id = "dmd";

// Django's name of a cached download.
std::string cache_key(const DownloadOptions& options) {
  const auto truth = [](bool value) { return value ? "True" : "False"; };
  return std::string("download_data_fixed_headers_") + truth(options.fixed_headers) +
         "_include_mapped_vmps_" + truth(!options.omit_mapped_vmps);
}

std::string describe(const DownloadOptions& options) {
  return std::string("the download") + (options.fixed_headers ? " with fixed headers" : "") +
         (options.omit_mapped_vmps ? " without mapped VMPs" : "");
}

std::vector<std::string> first_column(const std::string& csv) {
  std::vector<std::string> column;
  const auto rows = commands::read_csv(csv);
  if (!rows) return column;
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const auto& fields = (*rows)[i].fields;
    column.push_back(fields.empty() ? "" : fields.front());
  }
  return column;
}

// The column of codes of an uploaded table, row by row.
std::optional<std::vector<std::string>> codes_of_table(const std::string& table,
                                                       std::string_view coding_system) {
  const auto* system = coding_systems::find_coding_system(coding_system);
  const auto rows = commands::read_csv(table);
  if (system == nullptr || !rows || rows->empty()) return std::nullopt;
  std::vector<std::string> titles = rows->front().fields;
  for (std::string& title : titles) {
    std::ranges::transform(title, title.begin(), [](unsigned char letter) {
      return static_cast<char>(std::tolower(letter));
    });
  }
  for (const std::string_view header : system->code_headers) {
    const auto found = std::ranges::find(titles, header);
    if (found == titles.end()) continue;
    const auto index = static_cast<std::size_t>(found - titles.begin());
    std::vector<std::string> codes;
    for (std::size_t i = 1; i < rows->size(); ++i) {
      const auto& fields = (*rows)[i].fields;
      codes.push_back(index < fields.size() ? fields[index] : "");
    }
    return codes;
  }
  return std::nullopt;
}

// The digest of a text whose lines end in LF, CR or CRLF; nothing if it may have other line ends,
// which Python also splits at.
std::optional<std::string> plain_sha(const std::string& text) {
  const auto is_odd = [](unsigned char byte) {
    return byte == 0x0B || byte == 0x0C || (byte >= 0x1C && byte <= 0x1E);
  };
  const bool has_wide = text.find("\xC2\x85") != std::string::npos ||
                        text.find("\xE2\x80\xA8") != std::string::npos ||
                        text.find("\xE2\x80\xA9") != std::string::npos;
  if (has_wide || std::ranges::any_of(text, is_odd)) return std::nullopt;
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    lines += text[i] == '\r' ? '\n' : text[i];
  }
  if (lines.ends_with('\n')) lines.pop_back();
  return base::sha1_hex(lines);
}

}  // namespace

DownloadVerification::DownloadVerification(const VerificationWork& work)
    : work_(work), site_(work.folder.site()) {
  work_.source.for_each("versioning_codingsystemrelease",
                        "SELECT id, database_alias FROM versioning_codingsystemrelease WHERE "
                        "coding_system = 'dmd' AND state = 'ready' ORDER BY valid_from DESC, "
                        "import_timestamp DESC LIMIT 1",
                        [&](const SourceRow& row) { newest_dmd_ = row.text(1); });
}

void DownloadVerification::compare(base::CodelistId id) {
  const auto codelist = work_.views.codelist(id);
  if (!codelist) return;  // reported already
  for (const VersionRecord& version : work_.views.versions_of(id)) {
    if (!files::is_downloadable(work_.views, *codelist, version)) continue;
    const There there = read(version.id, codelist->coding_system);
    const bool is_dmd = codelist->coding_system == dmd_id;
    for (const bool fixed_headers : {false, true}) {
      for (const bool omit_mapped_vmps : {false, true}) {
        if (omit_mapped_vmps && !is_dmd) continue;
        compare_variant(*codelist, version, there,
                        {.fixed_headers = fixed_headers, .omit_mapped_vmps = omit_mapped_vmps});
      }
    }
    compare_digests(*codelist, version, there);
  }
}

DownloadVerification::There DownloadVerification::read(VersionId id,
                                                       const std::string& coding_system) const {
  There there;
  there.subject = "version " + base::version_hash(id);
  work_.source.for_each(
      "codelists_codelistversion",
      "SELECT id, nullif(csv_data, ''), cached_csv_data FROM codelists_codelistversion "
      "WHERE id = ?",
      id.value(), [&](const SourceRow& row) {
        there.table = row.optional_text(1);
        there.cache = nlohmann::json::parse(row.text(2), nullptr, false);
      });
  if (!there.cache.is_object()) there.cache = nlohmann::json::object();
  if (coding_system == dmd_id) {
    there.is_fresh = there.cache.value("release", nlohmann::json()) == newest_dmd_;
  }
  work_.source.for_each("codelists_codeobj",
                        "SELECT id, code FROM codelists_codeobj WHERE version_id = ? AND status IN "
                        "('+', '(+)') ORDER BY code",
                        id.value(),
                        [&](const SourceRow& row) { there.included.push_back(row.text(1)); });
  return there;
}

void DownloadVerification::compare_variant(const CodelistRecord& codelist,
                                           const VersionRecord& version, const There& there,
                                           const DownloadOptions& options) {
  const auto here = files::download_csv(site_, work_.views, codelist, version, options);
  if (!here) {
    work_.report.notices.push_back(there.subject + ": " + describe(options) +
                                   " cannot be made here: " + here.error().detail);
    return;
  }
  ++work_.report.downloads_count;
  const auto difference = difference_of(there, codelist.coding_system, options, *here);
  if (difference) work_.differences.add(there.subject, describe(options) + " " + *difference);
}

std::optional<std::string> DownloadVerification::difference_of(const There& there,
                                                               const std::string& coding_system,
                                                               const DownloadOptions& options,
                                                               const std::string& here) const {
  const bool has_mapped_vmps = coding_system == dmd_id && !options.omit_mapped_vmps;
  const auto cached = there.cache.find(cache_key(options));
  if (cached != there.cache.end() && cached->is_string() && (there.is_fresh || !has_mapped_vmps)) {
    if (*cached == here) return std::nullopt;
    return "differs from the one that the old site has kept";
  }
  if (!there.table) {
    const bool is_equal = here.starts_with("code,term\r\n") && first_column(here) == there.included;
    return is_equal ? std::nullopt : std::optional<std::string>("has other codes");
  }
  if (has_mapped_vmps) return std::nullopt;  // only the old site itself can say
  if (!options.fixed_headers) {
    return here == *there.table ? std::nullopt
                                : std::optional<std::string>("is not the uploaded table");
  }
  const auto codes = codes_of_table(*there.table, coding_system);
  if (!codes || first_column(here) == *codes) return std::nullopt;
  return "has other codes than the uploaded table";
}

void DownloadVerification::compare_digests(const CodelistRecord& codelist,
                                           const VersionRecord& version, const There& there) {
  const auto here = files::valid_shas(site_, work_.views, codelist, version);
  if (!here || here->empty()) return;  // as the download, which has been reported
  const auto cached = there.cache.find("shas");
  if (cached != there.cache.end() && cached->is_array() && there.is_fresh) {
    ++work_.report.digests_count;
    if (*cached != nlohmann::json(*here)) {
      work_.differences.add(there.subject, "the digests differ from those that the old site kept");
    }
  }
  const auto download = files::download_csv(site_, work_.views, codelist, version, {});
  const auto digest = download ? plain_sha(*download) : std::nullopt;
  if (!digest) return;
  ++work_.report.digests_count;
  if (*digest != here->front()) {
    work_.differences.add(there.subject, "the digest is not that of its download");
  }
}

}  // namespace codelog::migration
