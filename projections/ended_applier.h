// What is kept of versions that have been deleted. Part of event_applier.cpp.
#pragma once

#include <string>
#include <utility>

#include "projections/account_applier.h"

namespace codelog::projections {

template <class Id>
std::string name_of(const char* kind, Id id) {
  return std::string(kind) + " " + std::to_string(id.value());
}

class EndedApplier : public AccountApplier {
 public:
  using AccountApplier::AccountApplier;

 protected:
  // What people who ask for the version will be told.
  Outcome put_ended(const VersionRecord& version, const events::VersionDeleted& event) {
    EndedVersionRecord ended;
    ended.status = version.status;
    ended.author = version.author;
    ended.actor = commit_.content.actor;
    const bool is_withdrawn = version.status == events::VersionStatus::published;
    const bool is_closed = event.cause == events::DeletionCause::superseded && version.author &&
                           *version.author != ended.actor;
    if (!is_withdrawn && !is_closed) return {};
    const auto& codelist = views_.codelist(version.codelist);
    if (!codelist.record) return misfit(commit_, name_of("no codelist", version.codelist));
    ended.version = version.id;
    ended.codelist = version.codelist;
    ended.handles = codelist.record->handles;
    std::swap(ended.handles.front(), ended.handles[codelist.record->current_handle]);
    ended.tag = version.tag;
    ended.decisions_count = version.counts[static_cast<std::size_t>(CodeStatus::included)] +
                            version.counts[static_cast<std::size_t>(CodeStatus::excluded)];
    ended.reason = event.reason;
    ended.position = commit_.position;
    ended.ended_at = time_;
    if (is_closed) {
      for (const events::Event& other : commit_.content.events) {
        const auto* published = std::get_if<events::VersionPublished>(&other);
        if (published != nullptr) ended.closed_by = published->version;
      }
      views_.put(keys::closed(*ended.author, ended.position, ended.version), "");
    }
    if (is_withdrawn && ended.tag) {
      for (const Handle& handle : ended.handles) {
        views_.put(keys::withdrawn(handle.owner, handle.slug, *ended.tag),
                   encode_number(version.id.value()));
      }
    }
    views_.put(keys::ended_version(version.id), encode(ended));
    return {};
  }

  // The version is there again.
  void erase_ended(VersionId id) {
    const auto bytes = views_.get(keys::ended_version(id));
    if (!bytes) return;
    const EndedVersionRecord ended = decode_ended_version(*bytes);
    views_.erase(keys::ended_version(id));
    if (ended.closed_by) views_.erase(keys::closed(*ended.author, ended.position, id));
    if (!ended.tag) return;
    for (const Handle& handle : ended.handles) {
      views_.erase(keys::withdrawn(handle.owner, handle.slug, *ended.tag));
    }
  }
};

}  // namespace codelog::projections
