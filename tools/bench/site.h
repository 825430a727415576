// The site that the bench measures: its people, and their requests over HTTP.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/bench.h"
#include "tools/http_client.h"

namespace codelog::tools::bench {

constexpr const char* small_organisation = "bench-small";
constexpr const char* large_organisation = "bench-large";
constexpr const char* many_organisation = "bench-many";

// Makes the people and organisations that the requests need, and sets bench.token, an
// administrator's. A second call does nothing. No server may be running.
base::Result<void> make_accounts(Bench& bench);

// A researcher's requests over one connection. Errors: io (an answer other than 2xx, with its
// body).
class Researcher {
 public:
  Researcher(HttpClient client, std::string token)
      : client_(std::move(client)), token_(std::move(token)) {}

  base::Result<Json> send(const std::string& method, const std::string& target, const Json& body);
  base::Result<std::string> get(const std::string& target);
  // Makes a codelist with a draft; returns the hash of its first version.
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
