// Result<T>: a value, or an Error that says in one sentence what went wrong, for the person who
// must act on it. Shaped like std::expected, so that it can be replaced by it one day.
// Thread-compatible, like the value that it holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "events/base/check.h"

namespace codelog::base {

// The kinds of errors, by the caller's possible reaction. Each maps to one HTTP status and one exit
// code.
enum class ErrorCode {
  invalid,          // the request itself is wrong: 400
  unauthenticated,  // no valid credentials: 401
  forbidden,        // the actor may not do this: 403
  not_found,        // the thing named does not exist: 404
  conflict,         // was right when decided, but the state has changed since: 409
  too_large,        // over a stated limit: 413
  unprocessable,    // well-formed, but reuses an idempotency key for another request: 422
  corrupt,          // stored bytes differ from those written: 500
  io,               // the operating system or the disk refused: 500
  too_many,         // the client has asked too often: 429
  unavailable,      // not now (log latched, release file gone, wait too long): 503
  not_shown,        // done and durable, but not shown yet: 503, and must not be sent again
  unconfirmed,      // perhaps done: 503; only a repetition with its idempotency key is safe
};

std::string_view to_string(ErrorCode code);

// One wrong field of a request: its JSON path, or its column and line, and the fault.
struct FieldError {
  std::string field;
  std::string detail;
  bool operator==(const FieldError&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::invalid;
  std::string detail;
  std::vector<FieldError> fields;

  bool operator==(const Error&) const = default;
};

// An error about one field.
Error field_error(ErrorCode code, std::string field, std::string detail);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    CODELOG_CHECK(state_.index() == 0, "value of a failed Result: " + error().detail);
    return *std::get_if<0>(&state_);
  }
  const T& value() const { return const_cast<Result*>(this)->value(); }
  const Error& error() const {
    CODELOG_CHECK(state_.index() == 1, "error of a good Result");
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const noexcept { return !error_.has_value(); }
  const Error& error() const {
    CODELOG_CHECK(error_.has_value(), "error of a good Result");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace codelog::base
