// The answers to writes, each made from its commit alone.
#pragma once

#include "server/api/endpoints.h"

namespace codelog::api {

// 201 with {id, owner, slug, name, coding_system, version, position} and its Location.
http::Response codelist_created(const WriteCall& call, const Commit& commit);
// {owner, slug, name, position}: the handle after the commit.
http::Response codelist_changed(const WriteCall& call, const Commit& commit);
// {owner, slug, name, as_of, restored, deleted, position}: versions by hash.
http::Response codelist_restored(const WriteCall& call, const Commit& commit);
// {username, position}
http::Response collaborator_changed(const WriteCall& call, const Commit& commit);
// 201 with {hash, id, tag, status, release, codes_count, position} and its Location.
http::Response version_created(const WriteCall& call, const Commit& commit);
// 201 with {codelist: {id, owner, slug, name, is_new}, version, position} and the version's
// Location.
http::Response dmd_converted(const WriteCall& call, const Commit& commit);
// {hash, status, deleted, position}
http::Response version_status_changed(const WriteCall& call, const Commit& commit);
// 201 with {user, date, content_digest, position}
http::Response version_signed_off(const WriteCall& call, const Commit& commit);
// {deleted: {versions, codelist}, position}
http::Response deleted(const WriteCall& call, const Commit& commit);
// 201 with {id, codes, added, position}
http::Response search_added(const WriteCall& call, const Commit& commit);
// {changed: {code: status or null}, position}
http::Response statuses_changed(const WriteCall& call, const Commit& commit);

}  // namespace codelog::api
