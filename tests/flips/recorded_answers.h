// What a site answers to everything that this test asks, and whether another server answers the
// same.
#pragma once

#include <string>
#include <vector>

#include "tests/tools/program.h"

namespace codelog::tools::test {

class RecordedAnswers {
 public:
  // Asks an undamaged site: downloads, versions, their past and history, releases and searches in
  // them, conversions, people.
  RecordedAnswers(const Server& server, const std::string& token);

  std::size_t count() const { return recorded_.size(); }

  struct Outcome {
    std::vector<std::string> wrong;  // answers of other content, or none
    std::size_t errors_count = 0;    // answers that say that they cannot be given
  };
  // Asks another server the same: every answer must be equal, or an error of the server.
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
