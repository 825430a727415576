#include "tools/latest_archive.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/file.h"
#include "events/base/text.h"
#include "tools/archive_names.h"
#include "tools/json.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t answer_bytes_max = 4u << 20;
constexpr std::uint64_t archive_bytes_max = std::uint64_t{16} << 30;  // SNOMED CT's has 1 GB

constexpr std::array named_systems = {"snomedct", "dmd", "bnfdmd"};
constexpr std::string_view refsets = "refsets";  // imported as codelists, not as a release

struct TrudItem {
  std::string_view system;
  int number;
};
constexpr std::array trud_items = {TrudItem{"snomedct", 101}, TrudItem{"dmd", 24},
                                   TrudItem{refsets, 659}};

// Where the releases are that no command downloads.
struct Source {
  std::string_view system;
  std::string_view place;
};
constexpr std::array sources = {
    Source{"icd10",
           "WHO (https://icdcdn.who.int/icd10/claml/: icd102016en.xml.zip and "
           "icd102019en.xml.zip) and NHS England's TRUD (item 258: icd_df_*.zip), all into one "
           "folder"},
    Source{"bnf", "NHSBSA's Open Data Portal (https://opendata.nhsbsa.net: BNF Code Information)"},
    Source{"ctv3", "NHS England's TRUD (item 19)"},
    Source{"readv2", "NHS England's TRUD (item 21: nhs_readv2_*.zip)"},
    Source{"opcs4", "NHS England's TRUD (OPCS-4 data files: nhs_opcs4df_*.zip)"},
    Source{"ctv3sctmap2", "NHS England's TRUD (item 9: NHS Data Migration)"},
    Source{"dmdvmpprevmap", "NHS England's TRUD (item 25: the bonus files of dm+d)"}};

// The text without the key, which an answer may repeat.
std::string without_key(std::string text, const std::string& key) {
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
    text.replace(at, key.size(), "…");
  }
  return text;
}

Error trud_error(ErrorCode code, const std::string& detail) {
  return {code, "TRUD: " + detail, {}};
}

std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// A number, which TRUD may write as a text.
std::uint64_t bytes_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return 0;
  if (found->is_number_unsigned()) return found->get<std::uint64_t>();
  const std::string text = text_in(object, name);
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return error == std::errc() && end == text.data() + text.size() ? bytes : 0;
}

Result<PublishedArchive> published_in(const Json& release, std::string_view system,
                                      const fs::path& folder) {
  const std::string name = text_in(release, "archiveFileName");
  const auto named = read_archive_name(system, name);
  if (!named || fs::path(name).filename() != name) {
    return trud_error(ErrorCode::invalid,
                      "the newest archive has a name of another form: '" + name + "'");
  }
  PublishedArchive published{{folder / name, named->release, text_in(release, "releaseDate")},
                             text_in(release, "archiveFileUrl"),
                             bytes_in(release, "archiveFileSizeBytes"),
                             base::ascii_lower(text_in(release, "archiveFileSha256"))};
  if (!base::is_date(published.archive.valid_from)) {
    return trud_error(ErrorCode::invalid, "the newest release has no releaseDate (YYYY-MM-DD)");
  }
  // As in OpenCodelists, the year in a name of dm+d is that of the first day of use.
  if (system == "dmd") published.archive.release.replace(0, 4, published.archive.valid_from, 0, 4);
  if (published.url.empty()) {
    return trud_error(ErrorCode::invalid, "the newest release has no archiveFileUrl");
  }
  return published;
}

Result<bool> is_as_published(const fs::path& file, const PublishedArchive& published) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error) return false;
  if (published.bytes != 0 && bytes != published.bytes) return false;
  if (published.sha256.empty()) return published.bytes != 0;
  const auto digest = base::sha256_file(file);
  if (!digest) return digest.error();
  return base::to_hex(*digest) == published.sha256;
}

}  // namespace

Result<std::string> read_trud_key(const std::string& file) {
  if (file.empty()) {
    const char* key = std::getenv("TRUD_API_KEY");
    return std::string(key == nullptr ? "" : key);
  }
  const auto text = base::read_file(file);
  if (!text) return text.error();
  std::string key(base::trim_unicode_space(*text));
  if (!key.empty()) return key;
  return Error{ErrorCode::invalid, file + " holds no key for TRUD", {}};
}

std::string systems_with_archive_names() {
  std::string all;
  for (const char* system : named_systems) all += (all.empty() ? "" : ", ") + std::string(system);
  return all;
}

std::string by_hand(std::string_view system) {
  const auto source = std::ranges::find(sources, system, &Source::system);
  return "Download it by hand from " +
         std::string(source == sources.end() ? "its publisher" : source->place) +
         ", and import it with --release and --valid-from";
}

void add_trud_options(Command command, TrudOptions& options) {
  command.add_option("--trud-key-file", options.key_file, "The file with the key for TRUD")
      .type_name("FILE");
  command.add_option("--trud-url", options.url, "TRUD's address")
      .type_name("URL")
      .environment("CODELOG_TRUD_URL")
      .show_default();
}

Result<LatestArchive> find_latest_archive(std::string_view system, const fs::path& folder) {
  if (system != refsets && std::ranges::find(named_systems, system) == named_systems.end()) {
    return base::field_error(
        ErrorCode::invalid, "latest",
        "the archives of " + std::string(system) + " have no day in their names; only " +
            systems_with_archive_names() + " can be found by it. " + by_hand(system));
  }
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return Error{ErrorCode::io, "cannot read " + folder.string(), {}};
  std::optional<LatestArchive> latest;
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::directory_entry& entry = *entries;
    const std::string name = entry.path().filename().string();
    auto named = read_archive_name(system, name);
    if (!named) continue;
    const bool is_later =
        !latest || named->valid_from > latest->valid_from ||
        (named->valid_from == latest->valid_from && name > latest->file.filename().string());
    if (!is_later) continue;
    latest = LatestArchive{entry.path(), std::move(named->release), std::move(named->valid_from)};
  }
  if (latest) return std::move(*latest);
  return Error{ErrorCode::not_found,
               "there is no archive of " + std::string(system) + " in " + folder.string(),
               {}};
}

Result<PublishedArchive> ask_trud(const Trud& trud, std::string_view system,
                                  const fs::path& folder) {
  const auto item = std::ranges::find(trud_items, system, &TrudItem::system);
  if (item == trud_items.end()) {
    return trud_error(ErrorCode::invalid, "has no archives of " + std::string(system) +
                                              " that this command knows. " + by_hand(system));
  }
  const auto answer = fetch({.url = trud.url + "/api/v1/keys/" + trud.key + "/items/" +
                                    std::to_string(item->number) + "/releases?latest"},
                            answer_bytes_max);
  if (!answer) {
    return trud_error(answer.error().code, without_key(answer.error().detail, trud.key));
  }
  const Json json = Json::parse(answer->body, nullptr, false);
  if (answer->status != 200) {
    std::string said = json.is_object() ? text_in(json, "message") : "";
    if (said.empty()) said = "the answer has the status " + std::to_string(answer->status);
    return trud_error(ErrorCode::unavailable, without_key(std::move(said), trud.key));
  }
  const auto releases = json.is_object() ? json.find("releases") : json.end();
  if (releases == json.end() || !releases->is_array() || releases->empty() ||
      !releases->front().is_object()) {
    return trud_error(ErrorCode::invalid, "the answer has no releases");
  }
  auto published = published_in(releases->front(), system, folder);
  // The address of the archive holds the key, too.
  if (published && trud.url.starts_with("https://") && !published->url.starts_with("https://")) {
    return trud_error(ErrorCode::invalid, "the archive's address is not one of https");
  }
  return published;
}

Result<void> download_archive(const PublishedArchive& published, const WebProgress& progress) {
  const fs::path& file = published.archive.file;
  const auto is_there = is_as_published(file, published);
  if (!is_there) return is_there.error();
  if (*is_there) return {};
  const fs::path part = file.string() + ".part";
  const std::uint64_t bytes_max = published.bytes != 0 ? published.bytes : archive_bytes_max;
  const auto downloaded = download(published.url, part, bytes_max, progress);
  if (!downloaded) return trud_error(downloaded.error().code, downloaded.error().detail);
  const bool has_checks = published.bytes != 0 || !published.sha256.empty();
  const auto is_right = has_checks ? is_as_published(part, published) : Result<bool>(true);
  std::error_code error;
  if (!is_right || !*is_right) {
    fs::remove(part, error);
    if (!is_right) return is_right.error();
    return trud_error(ErrorCode::corrupt, "the downloaded file " + file.filename().string() +
                                              " has another size or digest than was published");
  }
  if (const auto synced = base::sync_file(part); !synced) return synced.error();
  fs::rename(part, file, error);
  if (error) return Error{ErrorCode::io, "cannot rename " + part.string(), {}};
  return base::sync_folder(file.parent_path());
}

}  // namespace codelog::tools
