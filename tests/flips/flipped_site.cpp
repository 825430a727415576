#include "tests/flips/flipped_site.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/events/raw_log.h"

namespace codelog::tools::test {
namespace {

namespace fs = std::filesystem;

// The kind of a file; nothing for files without data of the site.
std::string kind_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name == "LOCK" || name.starts_with("LOG") || name.starts_with("OPTIONS-")) return {};
  if (name == "codelog.lock" || name == "codelog.sock") return {};
  const std::string folder = file.begin()->string();
  if (folder == "coding_systems" || folder == "mappings") return folder + file.extension().string();
  if (folder == "keys") return name == "head-witness" ? "witness" : "keys";
  return folder;
}

// Shared with the original, because they are large and servers replace them only as a whole.
bool is_shared(const fs::path& file) {
  const std::string folder = file.begin()->string();
  return folder == "coding_systems" || folder == "mappings";
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder));
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string Flip::describe() const {
  return file.string() + ": byte " + std::to_string(offset) + " ^ " + std::to_string(mask) +
         (keeps_time ? ", time kept" : "");
}

FlippedSite::FlippedSite() {
  const Json made = original_.run_json({"demo"});
  token_ = made["tokens"]["alice"].get<std::string>();
  // Commits so far go into tables; later ones stay in the write-ahead log.
  { events::RawLog(original_.path() / "log").flush(); }
  original_.run({"log", "rebuild"});
  {
    Server server(original_.path());
    for (const char* name : {"One", "Two"}) {
      const Json body = {{"owner", "user/alice"}, {"name", name}, {"coding_system", "snomedct"}};
      REQUIRE(server.send(json_request("POST", "/api/v2/codelists", token_, body)).status == 201);
    }
    REQUIRE(server.stop() == 0);
  }
}

void FlippedSite::list_files() {
  for (const fs::path& file : files_below(original_.path())) {
    const std::string kind = kind_of(file);
    if (!kind.empty() && fs::file_size(original_.path() / file) > 0) files_[kind].push_back(file);
  }
  for (const char* kind : {"log", "projections", "coding_systems.sqlite3", "coding_systems.index",
                           "mappings.sqlite3", "keys", "witness"}) {
    CAPTURE(kind);
    REQUIRE(files_.contains(kind));
  }
}

Flip FlippedSite::choose(std::mt19937_64& random) const {
  const auto kind = std::next(files_.begin(), static_cast<long>(random() % files_.size()));
  Flip flip;
  flip.file = kind->second[random() % kind->second.size()];
  flip.offset = random() % fs::file_size(original_.path() / flip.file);
  flip.mask = random() % 2 == 0 ? static_cast<unsigned char>(1u << random() % 8)
                                : static_cast<unsigned char>(1 + random() % 255);
  flip.keeps_time = random() % 2 == 0;
  return flip;
}

FlippedSite::Copy::Copy(const FlippedSite& site, const Flip& flip)
    : path_(folder_.path() / "data"),
      original_file_(site.original_.path() / flip.file),
      flip_(flip),
      is_shared_(is_shared(flip.file)) {
  REQUIRE(::stat(original_file_.c_str(), &before_) == 0);
  for (const fs::path& file : files_below(site.original_.path())) {
    const fs::path from = site.original_.path() / file;
    const fs::path to = path_ / file;
    fs::create_directories(to.parent_path());
    if (is_shared(file)) {
      fs::create_hard_link(from, to);
    } else {
      fs::copy_file(from, to);
    }
  }
  flip_byte(path_ / flip.file);
  if (flip.keeps_time) set_times(path_ / flip.file);
}

FlippedSite::Copy::~Copy() {
  if (!is_shared_) return;
  flip_byte(original_file_);
  set_times(original_file_);
}

void FlippedSite::Copy::flip_byte(const fs::path& file) const {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(flip_.offset));
  const auto byte = static_cast<char>(bytes.get() ^ flip_.mask);
  bytes.seekp(static_cast<std::streamoff>(flip_.offset));
  bytes.put(byte);
  bytes.close();
  REQUIRE(bytes.good());
}

void FlippedSite::Copy::set_times(const fs::path& file) const {
  const timespec times[2] = {before_.st_atim, before_.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

}  // namespace codelog::tools::test
