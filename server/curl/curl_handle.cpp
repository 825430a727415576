#include "server/curl/curl_handle.h"

#include <mutex>
#include <new>

namespace codelog::curl {

void CloseHandle::operator()(CURL* handle) const { curl_easy_cleanup(handle); }
void FreeList::operator()(curl_slist* list) const { curl_slist_free_all(list); }

Handle make_handle() {
  static std::once_flag once;
  std::call_once(once, [] {
    CODELOG_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK,
                  "libcurl cannot be initialised");
  });
  Handle handle(curl_easy_init());
  if (handle == nullptr) throw std::bad_alloc();
  CODELOG_CHECK(curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L) == CURLE_OK,
                "libcurl knows its options");
  return handle;
}

void append(List& list, const char* text) {
  curl_slist* const longer = curl_slist_append(list.get(), text);
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();  // a part of the longer list
  list.reset(longer);
}

}  // namespace codelog::curl
