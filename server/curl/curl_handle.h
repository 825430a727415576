// One transfer of libcurl: to a mail server, an issuer of OpenID Connect, or a publisher.
#pragma once

#include <curl/curl.h>

#include <memory>

#include "events/base/check.h"

namespace codelog::curl {

struct CloseHandle {
  void operator()(CURL* handle) const;
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

struct FreeList {
  void operator()(curl_slist* list) const;
};
using List = std::unique_ptr<curl_slist, FreeList>;

// A transfer that sends no signals, for a program with threads. Initialises libcurl at the first
// call. Safe from any thread. Throws std::bad_alloc.
Handle make_handle();
// Adds a copy of the text to the list, which may be empty. Throws std::bad_alloc.
void append(List& list, const char* text);

// `value` has the type that libcurl documents for the option: numbers are `long`.
template <class Value>
void set(const Handle& handle, CURLoption option, Value value) {
  const CURLcode result = curl_easy_setopt(handle.get(), option, value);
  CODELOG_CHECK(result == CURLE_OK, "libcurl knows its options");
}

}  // namespace codelog::curl
