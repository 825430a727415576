#include "server/identity/idempotency.h"

#include "projections/past.h"

namespace codelog::identity {

base::Result<commands::Write> make_write(const http::Request& request,
                                         const commands::Actor& actor) {
  commands::Write write{actor, std::nullopt};
  const auto key = request.header("Idempotency-Key");
  if (!key) return write;
  if (key->empty() || key->size() > events::idempotency_key_bytes_max) {
    return base::field_error(
        base::ErrorCode::invalid, "Idempotency-Key",
        "must have 1 to " + std::to_string(events::idempotency_key_bytes_max) + " bytes");
  }
  // Neither method nor raw path contains a zero byte (the decoded path may), so a zero byte keeps
  // the pieces apart.
  constexpr std::string_view zero("\0", 1);
  write.idempotency = events::IdempotencyKey{
      std::string(*key),
      base::sha256({request.method_text(), zero, request.raw_path(), zero, request.body})};
  return write;
}

base::Result<std::optional<events::Commit>> find_repeated(const commands::Site& site,
                                                          const commands::Write& write) {
  if (!write.idempotency) return std::optional<events::Commit>();
  return site.log.find_idempotent(write.actor.username, *write.idempotency);
}

std::optional<base::CodelistId> codelist_of(const events::Commit& commit) {
  for (const events::StreamExpectation& touched : commit.content.streams) {
    if (const auto codelist = touched.stream.codelist()) return codelist;
  }
  return std::nullopt;
}

namespace {

// True while the commit is the codelist's last.
bool is_newest(const projections::Views& views, const events::Commit& commit,
               const events::Stream& stream) {
  for (const events::StreamExpectation& touched : commit.content.streams) {
    if (touched.stream == stream) return views.stream_version(stream) == touched.version.next();
  }
  return false;
}

}  // namespace

std::optional<projections::Handle> handle_after(const commands::Site& site,
                                                const events::Commit& commit) {
  const auto id = codelist_of(commit);
  if (!id) return std::nullopt;
  const auto handle_in = [&](const projections::Views& views) {
    const auto codelist = views.codelist(*id);
    return codelist ? std::optional(codelist->handle()) : std::nullopt;
  };
  const projections::Views views = site.projections.views();
  if (is_newest(views, commit, events::Stream::of_codelist(*id))) return handle_in(views);
  const auto past = projections::views_as_of(site.log, views.store(),
                                             {.codelist = *id, .moment = commit.position});
  if (!past) return std::nullopt;
  return handle_in(projections::Views((*past)->reader()));
}

}  // namespace codelog::identity
