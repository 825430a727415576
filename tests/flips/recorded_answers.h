// The answers of a site to all requests of this test, for comparing them with another server's.
#pragma once

#include <string>
#include <vector>

#include "tests/tools/program.h"

namespace codelog::tools::test {

class RecordedAnswers {
 public:
  // Records an undamaged site: downloads, versions, their past and history, releases and searches
  // in them, conversions, people.
  RecordedAnswers(const Server& server, const std::string& token);

  std::size_t count() const { return recorded_.size(); }

  struct Outcome {
    std::vector<std::string> wrong;  // answers with other content, or missing answers
    std::size_t errors_count = 0;    // answers that report an error of the server
  };
  // Sends the same requests to another server: every answer must be equal, or an error of the
  // server.
  Outcome compare(const Server& server) const;

 private:
  struct Recorded {
    HttpRequest request;
    int status = 0;
    std::string body;
  };

  void record(const Server& server, HttpRequest request);
  void record_get(const Server& server, const std::string& target);
  Json get_json(const Server& server, const std::string& target);
  void record_releases(const Server& server);
  void record_codelists(const Server& server);
  void record_version(const Server& server, const std::string& codelist, const std::string& hash);

  std::string token_;
  std::vector<Recorded> recorded_;
};

}  // namespace codelog::tools::test
