// Finds the handler for a path and method.
//
// Patterns are paths with parameters that each match one segment: "/codelist/{owner}/{slug:slug}/".
// Kinds:
//   {name}         anything but '/', at least one byte
//   {name:slug}    [-a-zA-Z0-9_]+
//   {name:digits}  [0-9]+
//   {name:rest}    everything that follows, slashes included, at least one byte; only at the end
// Patterns are tried in the order in which they were added, and the first one that matches the path
// decides: if it has no handler for the method, the answer is 405, even if a later pattern has one.
// Routes of the same shape (ignoring their parameters' names) are one pattern. A path without a
// match that would match with a '/' at its end is redirected there, for any method.
//
// Filled once, then read by any number of threads. A match compares segments, allocates nothing,
// and looks only at patterns with the right number of segments.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/request.h"
#include "server/http/response.h"

namespace codelog::http {

inline constexpr std::size_t path_segments_max = 24;
inline constexpr std::size_t path_parameters_max = 8;

// The values of the pattern's parameters: views into the request's path and the router.
class PathParameters {
 public:
  // The pattern must have this name (checked).
  std::string_view operator[](std::string_view name) const;
  std::size_t size() const { return size_; }
  void add(std::string_view name, std::string_view value);

 private:
  struct Entry {
    std::string_view name;
    std::string_view value;
  };
  std::array<Entry, path_parameters_max> entries_;
  std::size_t size_ = 0;
};

// Must be safe to call from several threads at once. May throw (the answer is then 500). Must not
// block on an I/O thread.
using Handler = std::function<Response(const Request&, const PathParameters&)>;

// Returns an answer that is available at once, or nothing. Runs on an I/O thread; must not block.
using QuickHandler = std::function<std::optional<Response>(const Request&, const PathParameters&)>;

enum class RunsOn : std::uint8_t {
  io_thread,  // microseconds of work in memory: all connections of the thread wait for it
  worker,     // computes: as many at a time as there are processors, the cheapest first
  writer,     // computes, then waits for the disk: as many at a time as there are threads
};

enum class ImpliedMethods : std::uint8_t {
  head_and_options,  // HEAD is answered from GET, OPTIONS with the methods allowed
  none,              // 405 for both unless listed, as in OpenCodelists' API
};

struct Route {
  std::vector<Method> methods;  // empty: any method, even unnamed ones
  std::string pattern;
  RunsOn runs_on = RunsOn::io_thread;
  Handler handler;
  std::optional<std::size_t> body_bytes_max = {};  // below the server's own limit
  ImpliedMethods implied = ImpliedMethods::head_and_options;
  // For a route that does not run on an I/O thread: asked first, so that a cached answer costs no
  // other thread.
  QuickHandler quick = {};
  // The path holds a secret, as links in mails do: the log gets the pattern instead.
  bool has_secret_path = false;
};

struct RouteMatch {
  enum class Kind : std::uint8_t {
    found,         // see `route` and `parameters`
    options,       // an OPTIONS without a handler: 200 with `allow`
    wrong_method,  // 405 with `allow`
    add_slash,     // 301 to the path with a '/' behind it
    nothing,       // 404
  };
  Kind kind = Kind::nothing;
  const Route* route = nullptr;
  std::size_t route_number = 0;  // in the order added
  PathParameters parameters;
  std::string_view allow;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // A malformed pattern, or two handlers for one method of a pattern, fails a check.
  void add(Route route);
  // `path` must outlive the match.
  RouteMatch match(Method method, std::string_view path) const;

  const std::deque<Route>& routes() const { return routes_; }
  // Lets `change` put something around the handlers of every route; nothing else may change.
  void change_all(const std::function<void(Route&)>& change) {
    for (Route& route : routes_) change(route);
  }

 private:
  struct Segment;
  struct Pattern;
  struct Segments;

  Pattern& pattern_of(const std::string& text);
  const Pattern* find(const Segments& segments) const;
  static bool matches(const Pattern& pattern, const Segments& segments);

  std::deque<Route> routes_;  // a deque, so that matches can point into it
  std::vector<std::unique_ptr<Pattern>> patterns_;
  // By number of segments, in the order added; the last entry is for all longer paths.
  std::array<std::vector<const Pattern*>, path_segments_max + 2> by_size_;
};

}  // namespace codelog::http
