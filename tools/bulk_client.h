// Sends the requests of a bulk import to a site's API v1.
#pragma once

#include <string>
#include <vector>

#include "tools/bulk_import.h"
#include "tools/command.h"

namespace codelog::tools {

struct BulkSite {
  std::string host = "http://localhost:7000";
  std::string token_file;
  bool live_run = false;  // otherwise, nothing is sent
};

// --host, --token-file, --live-run.
void add_site_options(Command command, BulkSite& site);

// The token for a live run: from the file, or from the environment as API_TOKEN; never from the
// command line, which others can read. "" for a dry run. Errors: invalid (there is none), io.
base::Result<std::string> read_api_token(const BulkSite& site);

// The JSON that the site answers. Errors: unavailable, not_found, naming the address.
base::Result<Json> get_json(const BulkSite& site, const std::string& path);

// {live_run, done, failed, codelists: [{name, outcome, detail}]}. The first failure ends it, if
// nothing has succeeded yet.
Json send_bulk(const BulkSite& site, const std::string& token,
               const std::vector<BulkRequest>& requests);

// For people.
std::string bulk_lines(const Json& sent);

// The answer to a POST with a JSON body. Errors: unavailable, with the site's own words.
base::Result<Json> post_json(const BulkSite& site, const std::string& token,
                             const std::string& path, const Json& body);

}  // namespace codelog::tools
