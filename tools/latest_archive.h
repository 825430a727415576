// The newest archive of a coding system or mapping: in a folder, or from the publisher (of the BNF
// SNOMED mapping: nhsbsa_page.h).
//
// NHS England's TRUD has the archives of SNOMED CT and dm+d. Its API takes a key, which is part of
// every address: addresses are never printed or logged.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "events/base/result.h"
#include "tools/command.h"
#include "tools/web_client.h"

namespace codelog::tools {

struct LatestArchive {
  std::filesystem::path file;
  std::string release;     // the publisher's name of it
  std::string valid_from;  // YYYY-MM-DD
};

// The key for TRUD: from this file, or if its name is "", from the environment, as TRUD_API_KEY.
// Never from the command line, which other users of the machine can read. "" if there is none.
// Errors: invalid (an empty file), io.
base::Result<std::string> read_trud_key(const std::string& file);

// "snomedct, dmd, bnfdmd".
std::string systems_with_archive_names();

// Where an operator finds the newest release of a system that no command downloads, and how to
// import it; a sentence without its full stop.
std::string by_hand(std::string_view system);

// The archive with the latest day in its name. Errors: not_found (none), io, invalid (the archives
// of this system have no day in their names).
base::Result<LatestArchive> find_latest_archive(std::string_view system,
                                                const std::filesystem::path& folder);

inline constexpr const char* trud_url_default = "https://isd.digital.nhs.uk/trud";

struct Trud {
  std::string url = trud_url_default;  // another one in tests
  std::string key;
};

struct TrudOptions {
  std::string url = trud_url_default;
  std::string key_file;  // read_trud_key()
};
void add_trud_options(Command command, TrudOptions& options);

// The publisher's newest release; its archive is not downloaded yet.
struct PublishedArchive {
  LatestArchive archive;
  std::string url;          // at TRUD, holds the key
  std::uint64_t bytes = 0;  // 0: not told
  std::string sha256 = {};  // lower-case hexadecimal; "": not told
};

// `folder`: where the archive will be. Errors: invalid (TRUD has no archives of this system; its
// answer cannot be understood), unavailable (no answer, or a refusal, in TRUD's words).
base::Result<PublishedArchive> ask_trud(const Trud& trud, std::string_view system,
                                        const std::filesystem::path& folder);

// Downloads to a temporary name, checks size and digest if they are published, and renames. Does
// nothing if the right file is there already. Errors: unavailable, corrupt (another size or digest
// than published), io.
base::Result<void> download_archive(const PublishedArchive& published, const WebProgress& progress);

}  // namespace codelog::tools
