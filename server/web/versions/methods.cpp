#include "server/web/versions/methods.h"

#include <algorithm>
#include <set>

#include "coding_systems/base/coding_system.h"
#include "events/base/version_hash.h"
#include "server/commands/version_digests.h"
#include "server/files/downloads.h"
#include "server/files/version_diff.h"
#include "server/history/provenance.h"
#include "server/web/codelists/story_view.h"
#include "server/web/versions/sign_offs.h"
#include "server/web/versions/version_view.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::CodeStatus;
using commands::NamedVersion;
using history::Provenance;
using projections::VersionRecord;
using projections::Views;

constexpr std::size_t changes_shown_max = 200;

std::optional<MethodsAct> act_words(const Views& views, const std::optional<history::Act>& act) {
  if (!act) return std::nullopt;
  return MethodsAct{act->position, act->time, person_of(views, act->actor).name};
}

void take_names(const Visit& visit, const NamedVersion& named, Methods& methods) {
  const auto& [codelist, version] = named;
  const Views& views = visit.views();
  const projections::Handle& handle = codelist.handle();
  methods.name = handle.name;
  methods.version = commands::tag_or_hash(version);
  methods.hash = base::version_hash(version.id);
  methods.status = status_words(version.status);
  methods.owner = handle.owner.kind == events::OwnerKind::user
                      ? person_of(views, handle.owner.name).name
                      : owner_name(views, handle.owner);
  methods.address = visit.address_of(commands::page_of(codelist, version));
  const auto* const system = coding_systems::find_coding_system(codelist.coding_system);
  methods.system = system ? system->name : codelist.coding_system;
  methods.description = codelist.description.value_or("");
  methods.methodology = codelist.methodology.value_or("");
  methods.references = codelist.references;
  methods.is_table = version.has_csv_data;
  methods.log_id = visit.application().site().log.id();
  methods.position = position_words(version.changed_at);
  methods.today = day_of(visit.application().site().clock.now());
  for (const events::SignOff& signoff : signoffs_of(visit, named)) {
    methods.signed_off.push_back(person_of(views, signoff.username).name + ", " +
                                 day_of(signoff.date));
  }
}

void take_release(const Views& views, const VersionRecord& version, Methods& methods) {
  const auto release = views.release(version.release);
  methods.release = release ? release->name : version.release;
  methods.release_alias = version.release;
  if (release && release->valid_from != unknown_day) {
    methods.release_day = day_of(release->valid_from);
  }
  // The file that the version was made with; it may have been imported again since.
  if (version.release_digest != base::Sha256{}) {
    methods.release_digest = base::to_hex(version.release_digest);
  }
}

void take_counts(const VersionRecord& version, Methods& methods) {
  const auto count = [&](CodeStatus status) {
    return version.counts[static_cast<std::size_t>(status)];
  };
  methods.included_count = included_count(version);
  methods.undecided_count = count(CodeStatus::unresolved) + count(CodeStatus::in_conflict);
  methods.excluded_count = version.codes_count() - methods.included_count - methods.undecided_count;
  methods.decided_count = count(CodeStatus::included) + count(CodeStatus::excluded);
}

std::string filter_words(const events::SearchWithResults& search) {
  std::string words;
  if (search.active == events::ActiveFilter::active) words = "active codes only";
  if (search.active == events::ActiveFilter::inactive) words = "inactive codes only";
  for (const std::string& type : search.types) words += (words.empty() ? "" : "; ") + type;
  return words;
}

void take_searches(const Views& views, const VersionRecord& version, const Provenance& provenance,
                   const std::vector<base::CodeWithStatus>& codes, Methods& methods) {
  for (const projections::SearchRecord& record : views.searches(version.id)) {
    const auto included = std::ranges::count_if(record.search.codes, [&](const std::string& code) {
      const auto found = std::ranges::lower_bound(codes, code, {}, &base::CodeWithStatus::code);
      return found != codes.end() && found->code == code && base::is_included(found->status);
    });
    const auto act = provenance.searches.find(record.search.text);
    methods.searches.push_back(
        {record.search.text,
         record.search.kind == events::SearchKind::code
             ? "code"
             : std::string(base::to_string(record.search.mode)),
         filter_words(record.search), record.search.codes.size(),
         static_cast<std::uint64_t>(included),
         act == provenance.searches.end() ? std::nullopt : act_words(views, act->second)});
  }
}

MethodsDecision decision_of(const Views& views, const Provenance& provenance,
                            const base::CodeWithStatus& decided) {
  MethodsDecision decision;
  decision.code = decided.code;
  decision.status = decided.status;
  const auto found = provenance.decisions.find(decided.code);
  if (found == provenance.decisions.end()) return decision;
  decision.reason = found->second.reason;
  decision.act = act_words(views, found->second.act);
  decision.is_from_source = found->second.is_from_source;
  return decision;
}

void take_decisions(const Visit& visit, const NamedVersion& named, const Provenance& provenance,
                    const std::vector<base::CodeWithStatus>& codes, std::size_t decisions_max,
                    Methods& methods) {
  const Views& views = visit.views();
  std::set<std::string, std::less<>> shown;
  const auto add = [&](MethodsDecision decision, std::vector<MethodsDecision>& to) {
    if (shown.size() == decisions_max) {
      ++methods.decisions_left_out_count;
    } else if (shown.insert(decision.code).second) {
      to.push_back(std::move(decision));
    }
  };
  // Nothing without the release's file: then all are listed by code, without terms.
  const auto definition =
      files::definition_of(visit.application().site(), views, named.codelist, named.version);
  if (definition) {
    for (const files::DefiningRow& row : definition->rows) {
      MethodsDecision decision = decision_of(views, provenance, {row.code, row.sign});
      decision.term = row.term;
      decision.depth = row.depth;
      add(std::move(decision), methods.decisions);
    }
  }
  for (const base::CodeWithStatus& code : codes) {
    if (!base::is_direct(code.status) || shown.contains(code.code)) continue;
    MethodsDecision decision = decision_of(views, provenance, code);
    if (definition) decision.term = commands::shown_term_of(*definition->release, code.code);
    add(std::move(decision), definition ? methods.other_decisions : methods.decisions);
  }
}

void take_people(const Views& views, const Provenance& provenance, Methods& methods) {
  for (const history::Contribution& contribution : provenance.contributions) {
    const std::string first = day_of(contribution.first);
    const std::string last = day_of(contribution.last);
    methods.people.push_back({person_of(views, contribution.actor).name,
                              pages::counted(contribution.decisions_count, "decision"),
                              contribution.searches_count == 1
                                  ? "1 search"
                                  : pages::grouped(contribution.searches_count) + " searches",
                              first == last ? first : first + " to " + last});
  }
  methods.created = act_words(views, provenance.created);
  methods.saved = act_words(views, provenance.saved);
  methods.published = act_words(views, provenance.published);
}

// The version that this one was made from, or else the one before it that is no draft.
std::optional<VersionRecord> version_before(const Views& views, const VersionRecord& version) {
  const auto source = version.source ? views.version(*version.source) : std::nullopt;
  if (source && source->codelist == version.codelist) return source;
  std::optional<VersionRecord> before;
  for (VersionRecord& other : views.versions_of(version.codelist)) {
    if (other.id >= version.id) break;
    if (other.status != events::VersionStatus::draft) before = std::move(other);
  }
  return before;
}

std::string origin_words(const Visit& visit, const NamedVersion& named,
                         const Provenance& provenance) {
  const Views& views = visit.views();
  const auto before = named.version.source ? views.version(*named.version.source) : std::nullopt;
  const auto name_of = [&](const VersionRecord& version) {
    return views.codelist_of(version).handle().name + ", version " + commands::tag_or_hash(version);
  };
  std::string words;
  using enum events::VersionOrigin;
  switch (named.version.origin) {
    case scratch:
      words = "Built from nothing.";
      break;
    case codes:
      words = "Began with a list of codes.";
      break;
    case csv:
      words = "An uploaded table.";
      break;
    case migration:
      words = "Brought over from OpenCodelists.";
      break;
    case version:
    case clone:
    case conversion:
      // What the visitor may not read is not named.
      words = before ? "Made from " + name_of(*before) + "." : "Made from another version.";
  }
  const auto foreign =
      provenance.foreign_source ? views.version(*provenance.foreign_source) : std::nullopt;
  if (foreign && (!before || foreign->id != before->id)) {
    words += " The first version was made from " + name_of(*foreign) + ".";
  }
  return words;
}

void take_difference(const Visit& visit, const NamedVersion& named, Methods& methods) {
  const auto before = version_before(visit.views(), named.version);
  if (!before) return;
  const auto diff =
      files::diff_versions(visit.application().site(), visit.views(), *before, named.version);
  if (!diff) return;
  MethodsDifference difference;
  difference.version = commands::tag_or_hash(*before);
  difference.path = commands::page_of(named.codelist, *before);
  const auto take = [](const files::DiffSide& side, const files::DiffPart& part,
                       std::vector<MethodsChange>& changes) {
    for (const std::string_view code : part.codes) {
      if (changes.size() == changes_shown_max) break;
      changes.push_back({std::string(code), std::string(files::term_in(side, code))});
    }
    return part.codes.size();
  };
  difference.removed_count = take(*diff->left, diff->left_only, difference.removed);
  difference.added_count = take(*diff->right, diff->right_only, difference.added);
  methods.difference = std::move(difference);
}

}  // namespace

base::Result<Methods> methods_of(const Visit& visit, const NamedVersion& named,
                                 std::size_t decisions_max) {
  const auto& [codelist, version] = named;
  const Views& views = visit.views();
  const commands::Site& site = visit.application().site();
  const auto place = visit.application().begin_long_read();
  if (!place) return place.error();
  const auto provenance = history::provenance_of(site.log, views, version);
  if (!provenance) return provenance.error();
  const auto codes =
      version.has_csv_data ? std::vector<base::CodeWithStatus>() : views.codes(version.id);
  Methods methods;
  take_names(visit, named, methods);
  take_release(views, version, methods);
  take_counts(version, methods);
  take_searches(views, version, *provenance, codes, methods);
  if (!version.has_csv_data) {
    take_decisions(visit, named, *provenance, codes, decisions_max, methods);
  }
  take_people(views, *provenance, methods);
  take_difference(visit, named, methods);
  methods.origin = origin_words(visit, named, *provenance);
  methods.is_complete = provenance->is_complete;
  if (version.status != events::VersionStatus::draft) {
    methods.content_digest = base::to_hex(commands::content_digest_of(views, codelist, version));
  }
  if (files::is_downloadable(views, codelist, version)) {
    const auto file = files::download_csv(site, views, codelist, version, {});
    if (file) methods.download_digest = base::to_hex(base::sha256(*file));
  }
  return methods;
}

}  // namespace codelog::web
