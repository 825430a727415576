// The site that the bench asks: who is on it, and what they do over HTTP.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/bench.h"
#include "tools/http_client.h"

namespace codelog::tools::bench {

constexpr const char* small_organisation = "bench-small";
constexpr const char* large_organisation = "bench-large";
constexpr const char* many_organisation = "bench-many";

// The people and organisations that the requests need; fills in bench.token, an administrator's.
// Once: a second call does nothing. No server may be running.
base::Result<void> make_accounts(Bench& bench);

// What researchers do, over one connection. Errors: io (an answer that says no, with its body).
class Researcher {
 public:
  Researcher(HttpClient client, std::string token)
      : client_(std::move(client)), token_(std::move(token)) {}

  base::Result<Json> send(const std::string& method, const std::string& target, const Json& body);
  base::Result<std::string> get(const std::string& target);
  // The hash of the first version of a new codelist, a draft.
  base::Result<std::string> create(const std::string& organisation, const std::string& name,
                                   const std::vector<std::string>& codes);
  base::Result<std::string> create_published(const std::string& organisation,
                                             const std::string& name,
                                             const std::vector<std::string>& codes);

 private:
  HttpClient client_;
  std::string token_;
};

}  // namespace codelog::tools::bench
