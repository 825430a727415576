#include "server/s3/conditional_writes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <utility>

#include "events/base/digest.h"

namespace codelog::s3 {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// 1,000 keys of 1,024 bytes, with what is said about them.
constexpr std::size_t list_bytes_max = std::size_t{16} << 20;
// Writes only so long after the announcement of a claim, and then once, which takes a minute at
// most. Older claims belong to processes that died: nothing of theirs can still arrive.
constexpr std::chrono::seconds write_time_max{60};
constexpr std::int64_t claim_us_max = std::int64_t{5} * 60 * 1'000'000;

std::string random_id() {
  std::random_device device;
  std::array<std::uint8_t, 16> bytes;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(device() & 0xff);
  return base::to_hex(bytes);
}

std::string tag_of(const Reply& reply) {
  const auto found = reply.headers.find("etag");
  return found == reply.headers.end() ? "" : found->second;
}

// Removes an object of ours, whose failure harms nobody: a claim that stays keeps others waiting
// until it is old, and a probe is only a few bytes.
class OwnObject {
 public:
  OwnObject(Requests& requests, std::string name) : requests_(requests), name_(std::move(name)) {}
  OwnObject(const OwnObject&) = delete;
  OwnObject& operator=(const OwnObject&) = delete;
  ~OwnObject() {
    (void)requests_.send({.method = "DELETE", .name = name_, .effort = Effort::cleanup},
                         small_answer_bytes_max);
  }
  const std::string& name() const { return name_; }

 private:
  Requests& requests_;
  const std::string name_;
};

}  // namespace

Result<std::vector<ListedObject>> list_objects(Requests& requests, std::string_view name_start) {
  const std::string& prefix = requests.bucket().prefix;
  std::vector<ListedObject> objects;
  std::string token;
  while (true) {
    Request request;
    request.query = {{"list-type", "2"}, {"prefix", prefix + std::string(name_start)}};
    if (!token.empty()) request.query["continuation-token"] = token;
    const auto reply = requests.send(request, list_bytes_max);
    if (!reply) return reply.error();
    if (reply->status != 200) {
      Error error = requests.error_of(*reply);
      if (error.code == ErrorCode::not_found) error.code = ErrorCode::io;
      return error;
    }
    auto page = parse_list(reply->body);
    if (!page) return page.error();
    for (ListedObject& object : page->objects) {
      if (!object.key.starts_with(prefix)) continue;
      object.key.erase(0, prefix.size());
      objects.push_back(std::move(object));
    }
    if (page->next_token.empty()) break;
    // A store that never comes to an end.
    if (page->next_token == token || page->objects.empty()) {
      return Error{ErrorCode::io, requests.bucket().address + ": the list has no end", {}};
    }
    token = std::move(page->next_token);
  }
  std::sort(objects.begin(), objects.end(),
            [](const ListedObject& a, const ListedObject& b) { return a.key < b.key; });
  return objects;
}

// Whether the store keeps to the condition of a request.
Result<bool> ConditionalWrites::is_refused(const Request& request) {
  const auto reply = requests_.send(request, small_answer_bytes_max);
  if (!reply) return reply.error();
  if (reply->status == 412) return true;
  // "Not implemented", and other ways to refuse the header.
  if (reply->status == 200 || reply->status == 400 || reply->status == 501) return false;
  return requests_.error_of(*reply);
}

// Some stores know only one of the two conditions, so it takes both.
Result<bool> ConditionalWrites::probe() {
  const OwnObject probe(requests_, std::string(own_folder) + "probe/" + random_id());
  Request put{.method = "PUT", .name = probe.name(), .body = "probe"};
  const auto first = requests_.send(put, small_answer_bytes_max);
  if (!first) return first.error();
  if (first->status != 200) return requests_.error_of(*first);
  put.headers = {"if-none-match: *"};
  auto knows_absence = is_refused(put);
  if (!knows_absence || !*knows_absence) return knows_absence;
  put.headers = {"if-match: \"00000000000000000000000000000000\""};
  return is_refused(put);
}

Result<bool> ConditionalWrites::are_supported() {
  // Others wait meanwhile: it happens once.
  const base::Lock lock(mutex_);
  if (are_supported_) return *are_supported_;
  auto found = probe();
  if (found) are_supported_ = *found;
  return found;
}

Result<std::string> ConditionalWrites::put_if(std::string_view name, std::string_view bytes,
                                              const std::optional<std::string>& expected_tag) {
  const auto supported = are_supported();
  if (!supported) return supported.error();
  Request put{.method = "PUT", .name = std::string(name), .body = bytes};
  if (!*supported) return put_with_claim(std::move(put), expected_tag);
  put.headers = {expected_tag ? "if-match: " + *expected_tag : "if-none-match: *"};
  return put_if_supported(put);
}

Result<std::string> ConditionalWrites::put_if_supported(const Request& put) {
  const auto reply = requests_.send(put, small_answer_bytes_max);
  if (!reply) return reply.error();
  if (reply->status == 200 && !tag_of(*reply).empty()) return tag_of(*reply);
  // An attempt whose answer was lost may have written: then the tag has changed because of us.
  if (reply->status == 412 && reply->is_repeated) return tag_of_same_bytes(put);
  Error error = requests_.error_of(*reply);
  // If-Match, and the object is gone.
  if (error.code == ErrorCode::not_found) error.code = ErrorCode::conflict;
  return error;
}

Result<std::string> ConditionalWrites::tag_of_same_bytes(const Request& put) {
  const auto reply = requests_.send({.name = put.name}, put.body.size());
  if (!reply && reply.error().code != ErrorCode::too_large) return reply.error();
  if (reply && reply->status == 200 && reply->body == put.body) return tag_of(*reply);
  return Error{ErrorCode::conflict,
               requests_.bucket().address + ": somebody else has changed the object",
               {}};
}

// Two writers each announce themselves before they look: at least one of them sees the other.
Result<void> ConditionalWrites::be_alone(const std::string& claims, const std::string& claim) {
  const auto announced = list_objects(requests_, claims);
  if (!announced) return announced.error();
  const auto own = std::find_if(announced->begin(), announced->end(),
                                [&](const ListedObject& object) { return object.key == claim; });
  if (own == announced->end()) {
    return Error{ErrorCode::io,
                 requests_.bucket().address + ": the store does not list what was just written",
                 {}};
  }
  for (const ListedObject& object : *announced) {
    if (object.key == claim) continue;
    if (own->modified_at.unix_us - object.modified_at.unix_us < claim_us_max) {
      return Error{ErrorCode::conflict,
                   requests_.bucket().address + ": somebody else writes the same object now",
                   {}};
    }
    (void)requests_.send({.method = "DELETE", .name = object.key}, small_answer_bytes_max);
  }
  return {};
}

Result<std::string> ConditionalWrites::put_with_claim(
    Request put, const std::optional<std::string>& expected_tag) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string claims = std::string(own_folder) + "claims/" + put.name + "/";
  const OwnObject claim(requests_, claims + random_id());
  const auto announced = requests_.send({.method = "PUT", .name = claim.name(), .body = "claim"},
                                        small_answer_bytes_max);
  if (!announced) return announced.error();
  if (announced->status != 200) return requests_.error_of(*announced);
  if (const auto alone = be_alone(claims, claim.name()); !alone) return alone.error();

  const auto head = requests_.send({.method = "HEAD", .name = put.name}, small_answer_bytes_max);
  if (!head) return head.error();
  if (head->status != 200 && head->status != 404) return requests_.error_of(*head);
  const bool is_there = head->status == 200;
  if (is_there != expected_tag.has_value() || (is_there && tag_of(*head) != *expected_tag)) {
    return Error{ErrorCode::conflict,
                 requests_.bucket().address + ": somebody else has changed the object",
                 {}};
  }
  if (std::chrono::steady_clock::now() - begin > write_time_max) {
    return Error{
        ErrorCode::unavailable, requests_.bucket().address + ": the store is too slow", {}};
  }
  put.effort = Effort::once;
  auto written = put_if_supported(put);
  if (written || written.error().code != ErrorCode::unavailable) return written;
  auto tag = tag_of_same_bytes(put);  // Perhaps only the answer was lost.
  return tag ? tag : written;
}

}  // namespace codelog::s3
