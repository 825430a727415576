// An Error as an exception, for the rare failure that every reader would have to pass on: views
// that are damaged or cannot be read now (projections/store.h). The code that runs requests,
// commands or threads catches it; our code throws nothing else.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "events/base/result.h"

namespace codelog::base {

class ThrownError : public std::exception {
 public:
  // `error` is for the client; `cause` is for the log of the server.
  ThrownError(Error error, std::string cause)
      : error_(std::move(error)), cause_(std::move(cause)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return cause_.c_str(); }

 private:
  Error error_;
  std::string cause_;
};

}  // namespace codelog::base
