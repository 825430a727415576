// A codelist's commits as server-sent events (text/event-stream), from a position on and then as
// they happen. Each event has its position as id, so that a client that reconnects continues.
#pragma once

#include <memory>
#include <string>

#include "events/base/strong.h"
#include "server/application/application.h"
#include "server/http/body_stream.h"

namespace codelog::api {

struct LiveReader {
  const http::Request& request;  // copied: its token or session must stay good
  base::CodelistId codelist;
};

// Reads the log, a commit at a time, and ends when its reader may no longer read the codelist. A
// commit that is longer than one piece of a stream only gives the address to read it at. Between
// commits, readers who may change the codelist are told who has a draft of it open: events named
// presence, without an id. A comment line every 15 seconds keeps an idle connection open.
// `application` must outlive the stream.
std::shared_ptr<http::BodyStream> live_history(application::Application& application,
                                               const LiveReader& reader, base::Position after);

}  // namespace codelog::api
