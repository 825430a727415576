// The files that an import leaves in its folder, in every kind of failure.
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <catch2/catch.hpp>

#include "coding_systems/importing/release_writer.h"
#include "coding_systems/index/locked_file.h"
#include "coding_systems/index/previous_file.h"
#include "coding_systems/snomedct/import.h"
#include "events/base/digest.h"
#include "import_support.h"

namespace codelog::tests::import_release_file_test {
namespace {

using coding_systems::import_snomedct;
using coding_systems::ImportProgress;
using coding_systems::ImportRequest;
using coding_systems::ReleaseWriter;

constexpr std::string_view table_sql = "CREATE TABLE \"numbers\" (\"n\" integer NOT NULL);";
constexpr coding_systems::ReleaseSchema schema = {"test", {}, table_sql, ""};

// Writes a release whose second concept has this name.
void write_release_archive(const std::filesystem::path& path, const std::string& name) {
  Rf2Archive rf2;
  rf2.lines(0, Rf2Archive::descriptions)
      .push_back(description_line("200021", "20210131", "1", "100005", name));
  // Enough rows for progress reports while they are read and written.
  for (int i = 0; i < 9000; ++i) {
    rf2.lines(0, Rf2Archive::concepts)
        .push_back(concept_line(std::to_string(1'000'000 + i), "20200131", "1"));
  }
  write_archive(path, rf2.members());
}

std::string name_in(const std::filesystem::path& file) {
  const auto rows = query(file, "SELECT term FROM snomedct_description WHERE id = '200021'");
  return rows.empty() ? "" : rows[0][0];
}

// Runs the work in a child process; returns its exit code, or minus the signal that ended it.
template <class Work>
int in_other_process(Work work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("an import that is killed leaves no release, and the next one removes its files",
          "[import][process]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  ImportRequest request{.archive = archive, .target_folder = target, .alias = "test_1"};
  const bool is_replacing = GENERATE(false, true);
  if (is_replacing) {
    REQUIRE(import_snomedct(request));
    write_release_archive(archive, "Second");
  }
  const std::string stage = GENERATE("reading", "writing", "syncing", "indexing");
  CAPTURE(is_replacing, stage);

  const int ended = in_other_process([&] {
    ImportRequest killed = request;
    killed.report_progress = [&](const ImportProgress& progress) {
      if (progress.stage == stage && (progress.done > 0 || stage == "syncing")) ::raise(SIGKILL);
    };
    return import_snomedct(killed) ? 0 : 1;
  });
  CHECK(ended == -SIGKILL);
  const auto left = files_in(target);
  CHECK(std::count(left.begin(), left.end(), "test_1.sqlite3.importing") == 1);
  CHECK(std::count(left.begin(), left.end(), "test_1.sqlite3") == (is_replacing ? 1 : 0));
  if (is_replacing) CHECK(name_in(target / "test_1.sqlite3") == "First");

  // Leftovers of any release, including those of a kill in the middle of the index.
  write_bytes(target / "test_1.index.new", "half an ind");
  request.alias = "test_2";
  REQUIRE(import_snomedct(request));
  auto expected = std::vector<std::string>{"test_2.index", "test_2.sqlite3"};
  if (is_replacing) expected.insert(expected.begin(), {"test_1.index", "test_1.sqlite3"});
  CHECK(files_in(target) == expected);
}

TEST_CASE("an import removes unfinished indexes of killed servers, and no other file", "[import]") {
  using coding_systems::LockedFile;
  TemporaryFolder folder;
  for (const char* name : {"test_1.index.123", "test_1.index.4567.new", "test_1.index.8",
                           "test_1.index.x8", "test_1.index.", "test_1.123", "test_1.index"}) {
    write_bytes(folder.path() / name, "half an ind");
  }
  const auto being_written = LockedFile::take(folder.path() / "test_1.index.8");
  REQUIRE(being_written);
  REQUIRE(ReleaseWriter::create(folder.path(), "test_2", schema));
  CHECK(files_in(folder.path()) == std::vector<std::string>{"test_1.123", "test_1.index",
                                                            "test_1.index.", "test_1.index.8",
                                                            "test_1.index.x8"});
}

TEST_CASE("only the holder of an unfinished index file's lock writes the index", "[import]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test_1.index";
  const auto unfinished = path.string() + "." + std::to_string(::gettid());
  write_bytes(unfinished, "what a killed process with our number left behind");
  REQUIRE(coding_systems::write_index_file(path, "index"));
  CHECK(read_bytes(path) == "index");
  CHECK(files_in(folder.path()) == std::vector<std::string>{"test_1.index"});
  const auto other = coding_systems::LockedFile::make(unfinished);
  REQUIRE(other);
  CHECK(coding_systems::write_index_file(path, "other").error().code == base::ErrorCode::conflict);
  CHECK(read_bytes(path) == "index");
}

TEST_CASE(
    "an import that is killed before it is registered is undone in favour of the release before it",
    "[import][process]") {
  using coding_systems::PreviousFile;
  using coding_systems::settle_previous_file;
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto file = folder.path() / "test_1.sqlite3";
  const ImportRequest request{
      .archive = archive, .target_folder = folder.path(), .alias = "test_1"};
  const auto import_named = [&](const std::string& name) {
    write_release_archive(archive, name);
    const auto imported = import_snomedct(request);
    REQUIRE(imported);
    return imported->file_digest;
  };
  const auto killed_import_named = [&](const std::string& name) {
    write_release_archive(archive, name);
    CHECK(in_other_process([&] {
            const auto previous = PreviousFile::keep(file);
            const bool is_published = previous && import_snomedct(request);
            if (is_published) ::raise(SIGKILL);
            return 1;
          }) == -SIGKILL);
    CHECK(name_in(file) == name);
  };
  const base::Sha256 first = import_named("First");
  killed_import_named("Second");
  // A second killed import must not treat the kept file as lost.
  if (GENERATE(false, true)) killed_import_named("Third");
  CHECK(name_in(coding_systems::previous_path(file)) == "First");
  CHECK(*settle_previous_file(file, first));
  CHECK(name_in(file) == "First");
  CHECK_FALSE(*settle_previous_file(file, first));
  CHECK(files_in(folder.path()) ==
        std::vector<std::string>{"a.zip", "test_1.index", "test_1.sqlite3"});
}

TEST_CASE("an import keeps the file that it replaces exactly until it is registered", "[import]") {
  using coding_systems::PreviousFile;
  using coding_systems::settle_previous_file;
  TemporaryFolder folder;
  const auto file = folder.path() / "test_1.sqlite3";
  const auto replace = [&](const std::string& bytes) {
    write_bytes(folder.path() / "new", bytes);
    std::filesystem::rename(folder.path() / "new", file);
  };
  const auto files = [&] { return files_in(folder.path()); };
  const std::vector<std::string> alone = {"test_1.sqlite3"};
  const std::vector<std::string> both = {"test_1.sqlite3", "test_1.sqlite3.previous"};
  {
    const auto nothing = PreviousFile::keep(file);
    REQUIRE(nothing);
    CHECK(files().empty());
    replace("1");
  }
  const auto first = *base::sha256_file(file);
  {
    const auto failed = PreviousFile::keep(file);
    REQUIRE(failed);
    CHECK(files() == both);
    const auto other = PreviousFile::keep(file);
    REQUIRE(!other);
    CHECK(other.error().code == base::ErrorCode::conflict);
    CHECK(other.error().detail == "another import of test_1 is under way");
  }
  CHECK(files() == alone);
  {
    auto registered = PreviousFile::keep(file);
    REQUIRE(registered);
    replace("2");
    // Nothing happens while the import lives.
    CHECK_FALSE(*settle_previous_file(file, first));
    CHECK(files() == both);
    registered->let_go();
    CHECK(files() == alone);
  }
  const auto second = *base::sha256_file(file);
  // An import that was registered, but killed before let_go().
  std::filesystem::copy_file(file, coding_systems::previous_path(file));
  replace("3");
  const auto third = *base::sha256_file(file);
  CHECK_FALSE(*settle_previous_file(file, third));
  CHECK(files() == alone);
  {
    const auto unregistered = PreviousFile::keep(file);
    REQUIRE(unregistered);
    replace("4");
  }
  CHECK(files() == both);
  // Neither file is the registered one.
  CHECK_FALSE(*settle_previous_file(file, second));
  CHECK(files() == alone);
  CHECK(*base::sha256_file(file) != third);
}

TEST_CASE("a release is replaced while readers keep the old file", "[import]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  const ImportRequest request{.archive = archive, .target_folder = target, .alias = "test_1"};
  REQUIRE(import_snomedct(request));

  const auto file = target / "test_1.sqlite3";
  SQLite::Database reader(file.string(), SQLite::OPEN_READONLY);
  SQLite::Statement statement(reader, "SELECT term FROM snomedct_description ORDER BY rowid");
  REQUIRE(statement.executeStep());
  write_release_archive(archive, "Second");
  REQUIRE(import_snomedct(request));

  std::string last;
  do {
    last = statement.getColumn(0).getString();
  } while (statement.executeStep());
  CHECK(last == "First");
  CHECK(reader.execAndGet("PRAGMA integrity_check").getString() == "ok");
  CHECK(name_in(file) == "Second");
  CHECK(files_in(target) == std::vector<std::string>{"test_1.index", "test_1.sqlite3"});
}

TEST_CASE("a failed import leaves the release that it should have replaced", "[import]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  REQUIRE(import_error(import_snomedct, archive, target) == "");
  const auto before = read_bytes(target / "test_1.sqlite3");
  write_archive(archive, {{"a.txt", "no release"}});
  CHECK(import_error(import_snomedct, archive, target) != "");
  CHECK(files_in(target) == std::vector<std::string>{"test_1.index", "test_1.sqlite3"});
  CHECK(read_bytes(target / "test_1.sqlite3") == before);
}

TEST_CASE("a full disk fails the import and leaves nothing", "[import][process]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  // The file would be almost 1 MB, all written when it is sealed. The disk is full early or late in
  // sealing.
  const rlim_t file_bytes_max = GENERATE(100'000u, 700'000u);
  const int ended = in_other_process([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{file_bytes_max, file_bytes_max};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    const auto imported =
        import_snomedct({.archive = archive, .target_folder = target, .alias = "test_1"});
    if (imported) return 2;
    return imported.error().code == base::ErrorCode::io ? 0 : 3;
  });
  CHECK(ended == 0);
  CHECK(files_in(target).empty());
}

TEST_CASE("a disk that is full while rows are written fails the import and leaves nothing",
          "[import][process]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  // More rows than the writer buffers, so that the writing thread meets the error.
  Rf2Archive rf2;
  const std::string term(250, 'x');
  for (int i = 0; i < 130'000; ++i) {
    rf2.lines(0, Rf2Archive::descriptions)
        .push_back(
            description_line(std::to_string(10'000'000 + i), "20210131", "1", "100005", term));
  }
  write_archive(archive, rf2.members());
  const int ended = in_other_process([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20'000'000, 20'000'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    ImportRequest request{.archive = archive, .target_folder = target, .alias = "test_1"};
    bool is_sealing = false;
    request.report_progress = [&](const ImportProgress& progress) {
      is_sealing = is_sealing || progress.stage == "syncing";
    };
    const auto imported = import_snomedct(request);
    if (imported) return 2;
    if (is_sealing) return 3;
    return imported.error().code == base::ErrorCode::io ? 0 : 4;
  });
  CHECK(ended == 0);
  CHECK(files_in(target).empty());
}

TEST_CASE("a release whose index cannot be written is not published", "[import]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  std::filesystem::create_directories(target / "test_1.index" / "in the way");
  const auto imported =
      import_snomedct({.archive = archive, .target_folder = target, .alias = "test_1"});
  REQUIRE(!imported);
  CHECK(imported.error().code == base::ErrorCode::io);
  CHECK(files_in(target) == std::vector<std::string>{"test_1.index"});
}

TEST_CASE("a release cannot be imported twice at the same time", "[import]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  const auto other = ReleaseWriter::create(target, "test_1", schema);
  REQUIRE(other);
  const auto refused =
      import_snomedct({.archive = archive, .target_folder = target, .alias = "test_1"});
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::conflict);
  CHECK(refused.error().detail == "another import of test_1 is under way");
  // Another release can be imported, and does not remove files in use.
  CHECK(import_snomedct({.archive = archive, .target_folder = target, .alias = "test_2"}));
  CHECK(files_in(target) ==
        std::vector<std::string>{"test_1.sqlite3.importing", "test_2.index", "test_2.sqlite3"});
}

TEST_CASE("a release with changes in a log beside it is not replaced", "[import]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "a.zip";
  const auto target = folder.path() / "snomedct";
  write_release_archive(archive, "First");
  REQUIRE(import_error(import_snomedct, archive, target) == "");
  const auto log = target / GENERATE("test_1.sqlite3-wal", "test_1.sqlite3-journal");
  write_bytes(log, "changes");
  CHECK(import_error(import_snomedct, archive, target) ==
        log.string() +
            " holds changes to the release that is to be replaced: open and close that "
            "release with sqlite3 first");
  CHECK(std::filesystem::exists(log));
  write_bytes(log, "");
  write_bytes(target / "test_1.sqlite3-shm", "anything");
  CHECK(import_error(import_snomedct, archive, target) == "");
  CHECK(files_in(target) == std::vector<std::string>{"test_1.index", "test_1.sqlite3"});
}

TEST_CASE("a log that appears while a release is imported stops its publication", "[import]") {
  TemporaryFolder folder;
  const auto writer = ReleaseWriter::create(folder.path(), "test_1", schema);
  REQUIRE(writer);
  REQUIRE((*writer)->seal());
  write_bytes(folder.path() / "test_1.sqlite3-wal", "changes");
  const auto published = (*writer)->publish("index");
  REQUIRE(!published);
  CHECK(published.error().code == base::ErrorCode::conflict);
  CHECK(files_in(folder.path()) ==
        std::vector<std::string>{"test_1.sqlite3-wal", "test_1.sqlite3.importing"});
}

TEST_CASE("an alias that is not a file name is refused", "[import]") {
  TemporaryFolder folder;
  const std::string alias = GENERATE("", "../x", "a/b", ".hidden", "UPPER", "a b");
  const auto writer = ReleaseWriter::create(folder.path() / "target", alias, schema);
  REQUIRE(!writer);
  CHECK(writer.error().code == base::ErrorCode::invalid);
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("a folder that cannot be written is an error of input and output", "[import]") {
  TemporaryFolder folder;
  write_bytes(folder.path() / "file", "");
  const auto writer = ReleaseWriter::create(folder.path() / "file" / "x", "test_1", schema);
  REQUIRE(!writer);
  CHECK(writer.error().code == base::ErrorCode::io);
}

TEST_CASE("a writer that is not published leaves nothing", "[import]") {
  TemporaryFolder folder;
  const bool is_sealed = GENERATE(false, true);
  {
    auto writer = ReleaseWriter::create(folder.path(), "test_1", schema);
    REQUIRE(writer);
    {
      auto inserter = (*writer)->table("numbers", "n");
      REQUIRE(inserter);
      inserter->integer(1, 42);
      REQUIRE(inserter->insert());
      inserter->null(1);
      CHECK(!inserter->insert());  // NOT NULL
    }
    CHECK(!(*writer)->table("nothing", "n"));
    if (is_sealed) REQUIRE((*writer)->seal());
    CHECK(files_in(folder.path()) == std::vector<std::string>{"test_1.sqlite3.importing"});
  }
  CHECK(files_in(folder.path()).empty());
}

}  // namespace codelog::tests::import_release_file_test
