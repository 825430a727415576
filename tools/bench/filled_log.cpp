#include "tools/bench/filled_log.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::CodelistId;
using base::Result;
using base::StreamVersion;
using base::VersionId;
using events::CodeStatus;

constexpr std::uint32_t clicks_per_draft = 500;

}  // namespace

std::string click_code(std::uint32_t number) { return std::to_string(100'000'000 + number * 17); }

events::CommitDraft DraftHistory::next() {
  events::CommitDraft draft;
  draft.time = base::Timestamp{1'700'000'000'000'000 + std::int64_t{version_} * 1'000'000};
  draft.actor = "alice";
  draft.streams = {{events::Stream::of_codelist(CodelistId(id_)), StreamVersion(version_)}};
  if (version_ == 0) {
    draft.command = "CreateCodelist";
    add_creation(draft);
  } else {
    draft.command = "ChangeStatuses";
    draft.events.emplace_back(click());
  }
  ++version_;
  return draft;
}

void DraftHistory::add_creation(events::CommitDraft& draft) const {
  events::CodelistCreated codelist;
  codelist.codelist = CodelistId(id_);
  codelist.coding_system = "snomedct";
  codelist.owner = {events::OwnerKind::user, "alice"};
  codelist.name = "Codelist " + std::to_string(id_);
  codelist.slug = "codelist-" + std::to_string(id_);
  draft.events.emplace_back(codelist);
  events::VersionCreated version;
  version.version = VersionId(id_);
  version.codelist = CodelistId(id_);
  version.author = "alice";
  version.release = "snomedct_bench_20240101";
  for (std::uint32_t i = 0; i < codes_count_; ++i) {
    version.codes.push_back({click_code(i), CodeStatus::unresolved});
  }
  draft.events.emplace_back(std::move(version));
}

events::StatusesChanged DraftHistory::click() const {
  events::StatusesChanged click;
  click.version = VersionId(id_);
  const std::uint32_t code = version_ % codes_per_draft;
  const bool include = (version_ / codes_per_draft) % 2 == 0;
  const CodeStatus after = include ? CodeStatus::included : CodeStatus::excluded;
  const CodeStatus before = include ? CodeStatus::excluded : CodeStatus::included;
  click.updates = {{click_code(code), after}};
  const bool undecided = version_ <= codes_per_draft;
  click.changes = {{click_code(code), undecided ? CodeStatus::unresolved : before, after}};
  return click;
}

Result<std::unique_ptr<events::EventLog>> open_log(const fs::path& folder, bool sync) {
  events::LogOptions options;
  options.folder = folder;
  options.witness_file = folder.string() + ".witness";
  options.sync = sync;
  return events::open_log(std::move(options));
}

Result<std::uint64_t> fill_log(Bench& bench, const fs::path& folder, std::uint64_t commits_count) {
  auto log = open_log(folder, false);
  if (!log) return log.error();
  std::uint64_t done = 0;
  for (std::uint32_t id = 1; done < commits_count; ++id) {
    DraftHistory history(id);
    for (std::uint32_t i = 0; i < clicks_per_draft && done < commits_count; ++i, ++done) {
      const auto appended = (*log)->append(history.next());
      if (!appended) return appended.error();
    }
    bench.progress.show("filling a log", done, commits_count);
  }
  return done;
}

}  // namespace codelog::tools::bench
