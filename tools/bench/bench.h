// The bench: each section measures its figures on the same release, in a working folder of its own.
// Two sides of a comparison are measured in turns within one run, so that other load on the machine
// affects both.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coding_systems/base/release.h"
#include "server/site/data_folder.h"
#include "tools/bench/figures.h"
#include "tools/bench/subject.h"
#include "tools/terminal.h"

namespace codelog::tools::bench {

inline constexpr std::uint32_t monolith_concepts_count = 1'150'000;  // of the UK Monolith

struct BenchOptions {
  // a release file, or an archive to import; empty: the bench makes one
  std::filesystem::path release;
  std::uint32_t concepts_count = 50'000;
  bool is_monolith = false;             // the made-up release has the shape of the UK Monolith
  std::filesystem::path parent_folder;  // the working folder is made here; empty: TMPDIR or /tmp
  std::vector<std::string> only;        // sections; empty: all
  int rounds_count = 5;
  double round_seconds = 1.0;
  std::uint64_t replay_commits_count = 300'000;
  std::size_t codelists_count = 10'000;  // number of codelists in the report
  double scale = 1;  // size of other systems' made-up releases, relative to real ones
};

struct Bench {
  BenchOptions options;
  std::filesystem::path folder;  // the working folder
  site::DataFolderOptions data;  // the site in it
  Subject subject;               // SNOMED CT
  std::string token;             // an administrator's, after make_accounts()
  Figures figures;
  ProgressLine progress;
};

// Makes or takes the release of SNOMED CT, and measures its import.
base::Result<void> prepare_release(Bench& bench);

base::Result<void> measure_scale(Bench& bench);        // limits for the largest release
base::Result<void> measure_search(Bench& bench);       // term search, compared with LIKE
base::Result<void> measure_descendants(Bench& bench);  // compared with recursive SQL
base::Result<void> measure_codesets(Bench& bench);
base::Result<void> measure_systems(Bench& bench);  // the other coding systems
base::Result<void> measure_upgrade(Bench& bench);  // upgrade to a later release
base::Result<void> measure_appends(Bench& bench);  // compared with fdatasync
base::Result<void> measure_replay(Bench& bench);   // replaying the log and projecting
base::Result<void> measure_audit(Bench& bench);    // checking a log, and the past of a draft
base::Result<void> measure_archive(Bench& bench);  // archiving, and restoring from the archive
base::Result<void> measure_restore(Bench& bench);  // a whole site from its log
base::Result<void> measure_report(Bench& bench);   // readers during a report on a later release
base::Result<void> measure_pages(Bench& bench);    // what guests read, against nginx
base::Result<void> measure_drop_in(Bench& bench);  // large uploads, lists, guessed passwords
base::Result<void> measure_server(Bench& bench);   // start, a click, memory; requests against nginx

// The release as it might be half a year later: a file of the data folder, not registered.
base::Result<std::shared_ptr<const coding_systems::Release>> make_later_release(Bench& bench);

// The concept whose number of descendants, itself included, is nearest to `size`.
coding_systems::Node subtree_of_size(const coding_systems::Release& release, std::size_t size);
// Concepts and their descendants: codes in, codes out, as in a request.
std::vector<std::string_view> descendants(const coding_systems::Release& release,
                                          const std::vector<std::string>& codes);
// The codes of such concepts' subtrees, sorted, at most `count` of them.
std::vector<std::string> codes_below(const coding_systems::Release& release, std::size_t count);

// Calls first() and second() in turns, rounds_count times each.
template <class First, class Second>
void take_turns(int rounds_count, First first, Second second) {
  for (int round = 0; round < rounds_count; ++round) {
    first();
    second();
  }
}

}  // namespace codelog::tools::bench
