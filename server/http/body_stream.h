// A body whose bytes come while it is sent: an export, or events that have not happened yet. The
// server asks for the next bytes only when the client has taken the ones before, so a slow client
// costs the memory of one piece.
//
// One thread at a time calls a stream's functions. It is destroyed when its client has everything,
// or has left.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace codelog::http {

// A piece that is larger holds up others, and its memory is not counted.
inline constexpr std::size_t stream_piece_bytes_max = 64u << 10;

class BodyStream {
 public:
  enum class Next : std::uint8_t {
    bytes,  // a piece; it is not empty
    later,  // nothing yet: on_more() tells when
    end,
  };

  virtual ~BodyStream() = default;

  // Puts the next piece into `bytes`, which is empty. An exception cuts the answer off.
  virtual Next next(std::string& bytes) = 0;
  // True if next() computes or reads from a disk: it then takes turns with other requests. False if
  // it needs microseconds: it then runs on a thread that serves other connections, too. Asked
  // before each next(), and may change.
  virtual bool computes() const = 0;
  // Has `wake` called once, from any thread, when next() has something to say; at once if that is
  // so already. Replaces an earlier `wake`. Only after `later`.
  virtual void on_more(std::function<void()> wake) = 0;
  // next() is called again after this time, even if nothing has happened.
  virtual std::chrono::milliseconds wait_max() const { return std::chrono::seconds(15); }
};

}  // namespace codelog::http
