// The base of every HTTP surface (the two APIs, the web pages): commands, views, authentication,
// and the cache of finished answers. The program makes it once, before the server starts; it
// outlives the server. Safe from any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>

#include "events/base/slots.h"
#include "server/application/live_commits.h"
#include "server/application/presence.h"
#include "server/caching/change_watch.h"
#include "server/caching/response_cache.h"
#include "server/commands/access_commands.h"
#include "server/commands/account_commands.h"
#include "server/commands/codelist_commands.h"
#include "server/commands/dmd_conversion.h"
#include "server/commands/draft_commands.h"
#include "server/commands/executor.h"
#include "server/commands/identity_commands.h"
#include "server/commands/mapping_commands.h"
#include "server/commands/release_commands.h"
#include "server/commands/version_commands.h"
#include "server/commands/version_digests.h"
#include "server/files/recent_rows.h"
#include "server/finding/catalogue.h"
#include "server/identity/authentication.h"
#include "server/identity/sign_in.h"
#include "server/identity/single_sign_on.h"
#include "server/jobs/upgrade_reports.h"
#include "server/proofs/signed_log.h"
#include "server/trees/trees.h"

namespace codelog::application {

struct ApplicationOptions {
  // The addresses under which people reach the site, e.g. "https://codelists.example.org". Links in
  // mails begin with the first; forms may come from pages of any of them.
  std::vector<std::string> base_urls = {};
  mail::Mailer* mailer = nullptr;                 // without one, nobody gets mail
  const proofs::SignedLog* signed_log = nullptr;  // without one, there are no proofs and receipts
  // People may sign in through an issuer of OpenID Connect; needs a base URL (checked).
  std::optional<identity::SingleSignOnOptions> single_sign_on = {};
  std::size_t cache_bytes_max = 64u << 20;
  // Of the index from codes to codelists: about 15 million codes of codelists.
  std::size_t code_index_bytes_max = 256u << 20;
  // The longest wait of a read for the client's min_position. Each such wait holds a worker.
  std::chrono::milliseconds position_wait_max{5'000};
  std::size_t position_waits_max = 16;
  // Half of the processors, so that other requests still find one.
  std::size_t long_reads_max = std::max(1u, std::thread::hardware_concurrency() / 2);
};

class Application {
 public:
  // Becomes the listener of the site's projections.
  explicit Application(const commands::Site& site, const ApplicationOptions& options = {});
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  const commands::Site& site() const { return executor_.site(); }
  // All views, for the site itself.
  projections::Views views() const { return site().projections.views(); }
  // Without what the request's user, or the user of this name, may not read.
  projections::Views views_for(const http::Request& request) const;
  projections::Views views_for(const std::string& username) const;
  // True if something may be read only by some, and the request says who asks, rightly or not:
  // others may get another answer.
  bool may_be_personal(const http::Request& request) const {
    return restricts_anything_ && identity::names_a_reader(request);
  }
  // As above, and it says so rightly. Reads the views.
  bool is_personal(const http::Request& request) const;
  // False for others than the users of a restricted site. Reads the views.
  bool may_enter(const http::Request& request) const;
  bool restricts_anything() const { return restricts_anything_; }
  bool is_site_restricted() const { return is_site_restricted_; }

  commands::AccessCommands& access() { return access_; }
  commands::AccountCommands& accounts() { return accounts_; }
  commands::CodelistCommands& codelists() { return codelists_; }
  commands::VersionCommands& versions() { return versions_; }
  commands::DraftCommands& drafts() { return drafts_; }
  commands::MappingCommands& mappings() { return mappings_; }
  commands::DmdConversionCommands& dmd_conversions() { return dmd_conversions_; }
  commands::ReleaseCommands& releases() { return releases_; }
  commands::IdentityCommands& identities() { return identities_; }
  identity::SignIn& sign_in() { return sign_in_; }
  // Null if it is not set up.
  identity::SingleSignOn* single_sign_on() { return single_sign_on_ ? &*single_sign_on_ : nullptr; }
  jobs::UpgradeReports& upgrade_reports() { return upgrade_reports_; }
  caching::ResponseCache& cache() { return cache_; }
  trees::Trees& trees() { return trees_; }
  files::RecentRows& rows() { return rows_; }
  finding::Catalogue& catalogue() { return catalogue_; }
  commands::DerivedContents& contents() { return contents_; }
  const ApplicationOptions& options() const { return options_; }

  LiveCommits& live_commits() { return live_commits_; }
  Presence& presence() { return presence_; }
  const Presence& presence() const { return presence_; }

  // Beyond these places, a read that waits for a position is refused at once.
  base::Slots& position_waits() { return position_waits_; }
  // A place for a read that may take seconds of a processor (a replay of the past, a preview of an
  // upgrade, the check of a large table), until its destruction. Any client may ask for them, so
  // they share one limit. Errors: unavailable (too many at once).
  base::Result<base::Slots::Slot> begin_long_read();

 private:
  void take_in_access();

  const ApplicationOptions options_;
  commands::Executor executor_;
  commands::AccessCommands access_;
  commands::AccountCommands accounts_;
  commands::CodelistCommands codelists_;
  commands::VersionCommands versions_;
  commands::DraftCommands drafts_;
  commands::MappingCommands mappings_;
  commands::DmdConversionCommands dmd_conversions_;
  commands::ReleaseCommands releases_;
  commands::IdentityCommands identities_;
  identity::SignIn sign_in_;
  std::optional<identity::SingleSignOn> single_sign_on_;
  caching::ChangeWatch changes_;
  caching::ResponseCache cache_;
  trees::Trees trees_;
  files::RecentRows rows_;
  finding::Catalogue catalogue_;
  commands::DerivedContents contents_;
  LiveCommits live_commits_;
  Presence presence_;
  std::atomic<bool> restricts_anything_ = false;
  std::atomic<bool> is_site_restricted_ = false;
  base::Slots position_waits_;
  base::Slots long_reads_;
  jobs::UpgradeReports
      upgrade_reports_;  // last: its thread must end before the members that it uses
};

}  // namespace codelog::application
