// The digests of a finished version: what its events record, sign-offs name and receipts prove.
//
// `content_digest` is the SHA-256 of the version in a canonical form, in UTF-8. For codes:
//   "codelog codes v1\n" SYSTEM "\n", then for each code, in the order of its bytes, excluded ones
//   too: STATUS " " CODE "\n", with the status as the API has it: + (+) - (-) ? !
// For an uploaded table:
//   "codelog table v1\n" SYSTEM "\n", then the table as it was stored (LF line ends).
// SYSTEM is the coding system's id, such as "snomedct". The release is not a part: equal codes on
// another release have the same digest.
//
// `download_digest` is the SHA-256 of the bytes of download.csv at that moment. The file of a dm+d
// table also lists earlier and later VMPs, so it is another one after their mapping was imported
// again.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

base::Sha256 digest_of_codes(std::string_view system,
                             const std::vector<events::CodeWithStatus>& codes);
base::Sha256 digest_of_table(std::string_view system, std::string_view table);

// Adds the content to a version that is finished at once; drafts have none. Slow: makes the
// download.
void add_content(const Site& site, const Views& views,
                 const coding_systems::CodingSystemInfo& system, const ChosenRelease& release,
                 events::VersionCreated& version);
// The content of a version in the views, derived from it; nothing if this program does not know the
// coding system, because a newer one has made the codelist. As slow.
std::optional<events::VersionContent> content_of(const Site& site, const Views& views,
                                                 const projections::CodelistRecord& codelist,
                                                 const projections::VersionRecord& version);

// As recorded when the version was finished, or derived from its contents, which the views must
// have. Zeros if this program does not know the coding system.
base::Sha256 content_digest_of(const Views& views, const projections::CodelistRecord& codelist,
                               const projections::VersionRecord& version);

std::optional<projections::VersionRecord> newest_finished(const Views& views, CodelistId codelist);

// Completes the sign-offs that a command wants for a codelist: one without a digest keeps that of
// the same user and day, or is about `signed_digest`, by default the newest finished version.
// Errors: invalid, naming the field with a digest of no finished version.
Result<std::vector<events::SignOff>> complete_signoffs(
    const Views& views, const projections::CodelistRecord& codelist,
    std::vector<events::SignOff> wanted, const std::optional<base::Sha256>& signed_digest);
// The same for a codelist that is made with its first version.
Result<std::vector<events::SignOff>> complete_signoffs(
    std::vector<events::SignOff> wanted, const std::optional<events::VersionContent>& content);

// The contents of versions that were finished before contents were recorded, once derived.
// Thread-safe.
class DerivedContents {
 public:
  explicit DerivedContents(const Site& site) : site_(site) {}

  // As recorded or derived, with zeros for digests that cannot be derived. The views must be the
  // present ones. Slow at the first call.
  events::VersionContent of(const Views& views, const projections::CodelistRecord& codelist,
                            const projections::VersionRecord& version);

 private:
  static constexpr std::size_t kept_max = 10'000;
  using Key = std::pair<VersionId, Position>;  // and where it changed last

  const Site site_;
  base::Mutex mutex_;
  std::map<Key, events::VersionContent> kept_ GUARDED_BY(mutex_);
};

}  // namespace codelog::commands
