// Appends to a log, archives it, adds restore points and prunes the archive, all the time and each
// on a thread of its own, until it is killed. Argument: a folder for both.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "crash_protocol.h"
#include "events/archive/archive_writer.h"
#include "events/archive/folder_destination.h"
#include "events/archive/object_names.h"
#include "events/archive/pruning.h"
#include "events/rocksdb/rocks_log.h"

namespace {

namespace archive = codelog::archive;
namespace base = codelog::base;
namespace events = codelog::events;

[[noreturn]] void give_up(const char* what, const base::Error& error) {
  std::fprintf(stderr, "%s: %s\n", what, error.detail.c_str());
  std::_Exit(5);
}

void append_for_ever(events::Log& log) {
  for (;;) {
    const std::uint64_t version = log.stream_version(events::crash_stream(0)).value();
    const auto appended = log.append(events::crash_draft(0, version));
    if (!appended) give_up("append", appended.error());
  }
}

void ship_for_ever(archive::Destination& place, const events::EventLog& log,
                   const base::Clock& clock) {
  archive::ArchiveWriter writer(place, {log, log}, {"", archive::process_owner_token(), clock});
  if (const auto opened = writer.open(); !opened) give_up("open", opened.error());
  for (std::uint64_t i = 0;; ++i) {
    const auto shipped = writer.ship([](auto, auto) { return true; });
    if (!shipped) give_up("ship", shipped.error());
    const std::string keys = "keys " + std::to_string(i);
    const std::string name = writer.new_name(archive::keys_prefix, base::sha256(keys));
    if (const auto done = writer.announce({name}); !done) give_up("announce", done.error());
    if (const auto done = place.put(name, keys); !done) give_up("put", done.error());
    const auto named = writer.change([&](archive::Manifest& manifest) {
      manifest.spared.pop_back();
      manifest.restore_points.push_back(
          {clock.now(),
           manifest.head().position,
           manifest.last_time(),
           manifest.head().root,
           archive::NamedObject{name, keys.size(), base::sha256(keys)},
           {}});
    });
    if (!named) give_up("change", named.error());
  }
}

void prune_for_ever(archive::Destination& place, const base::Clock& clock) {
  for (;;) {
    const auto pruned =
        archive::prune(place, {{3, std::nullopt}}, archive::PruneMode::remove, clock);
    // The writer is quicker, again and again.
    if (!pruned && pruned.error().code != base::ErrorCode::conflict) {
      give_up("prune", pruned.error());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  events::LogOptions options;
  options.folder = folder / "log";
  options.sync = false;
  const auto log = events::open_log(options);
  if (!log) give_up("open log", log.error());
  const auto place = archive::make_folder_destination(folder / "archive");
  const base::SystemClock clock;
  std::thread appending([&] { append_for_ever(**log); });
  // The archive exists before it is pruned.
  while ((*log)->head().position == base::Position(0)) std::this_thread::yield();
  archive::ArchiveWriter begun(*place, {**log, **log}, {"", archive::process_owner_token(), clock});
  if (const auto opened = begun.open(); !opened) give_up("open", opened.error());
  if (::write(STDOUT_FILENO, "1", 1) != 1) return 6;
  std::thread shipping([&] { ship_for_ever(*place, **log, clock); });
  std::thread pruning([&] { prune_for_ever(*place, clock); });
  appending.join();
}
