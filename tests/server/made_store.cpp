#include "tests/server/made_store.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <sstream>

#include "events/base/check.h"
#include "events/base/clock.h"
#include "events/base/digest.h"

namespace codelog::tests {
namespace {

std::string decode(const std::string& text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      decoded += static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  return decoded;
}

std::string tag_of(const std::string& bytes) {
  return '"' + base::sha1_hex(bytes).substr(0, 32) + '"';
}

// Reads until the text holds `size` bytes; false at the end of the connection.
bool fill(int connection, std::string& text, std::size_t size) {
  char piece[65'536];
  while (text.size() < size) {
    const ssize_t read = ::recv(connection, piece, sizeof piece, 0);
    if (read <= 0) return false;
    text.append(piece, static_cast<std::size_t>(read));
  }
  return true;
}

// The next request on a connection; `text` keeps what came after it.
std::optional<StoreRequest> read_request(int connection, std::string& text) {
  while (text.find("\r\n\r\n") == std::string::npos) {
    if (!fill(connection, text, text.size() + 1)) return std::nullopt;
  }
  const std::size_t head_size = text.find("\r\n\r\n") + 4;
  std::istringstream head(text.substr(0, head_size));
  text.erase(0, head_size);
  StoreRequest request;
  std::string target;
  std::string line;
  std::getline(head, line);
  std::istringstream(line) >> request.method >> target;
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) {
    std::istringstream pairs(target.substr(request.path.size() + 1));
    for (std::string pair; std::getline(pairs, pair, '&');) {
      const std::size_t sign = std::min(pair.find('='), pair.size());
      request.query[decode(pair.substr(0, sign))] =
          decode(pair.substr(std::min(sign + 1, pair.size())));
    }
  }
  while (std::getline(head, line) && line != "\r") {
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t first = line.find_first_not_of(' ', colon + 1);
    request.headers[name] = line.substr(first, line.size() - first - 1);
  }
  const std::string length = request.header("content-length");
  const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
  if (!request.header("expect").empty()) {
    base::write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n");
  }
  if (!fill(connection, text, body_size)) return std::nullopt;
  request.body = text.substr(0, body_size);
  text.erase(0, body_size);
  return request;
}

StoreAnswer fault(int status, const std::string& code) {
  return {.status = status,
          .headers = {"Content-Type: application/xml"},
          .body = "<?xml version=\"1.0\"?><Error><Code>" + code +
                  "</Code><Message>as a test says</Message></Error>"};
}

}  // namespace

MadeStore::MadeStore() {
  listener_ = base::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  CODELOG_CHECK(::bind(listener_.get(), any, size) == 0, "a free port");
  CODELOG_CHECK(::listen(listener_.get(), 64) == 0, "a port to listen on");
  CODELOG_CHECK(::getsockname(listener_.get(), any, &size) == 0, "the port has a number");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

MadeStore::~MadeStore() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  {
    const std::scoped_lock lock(mutex_);
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

std::string MadeStore::endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

void MadeStore::answer_with(std::function<std::optional<StoreAnswer>(const StoreRequest&)> fault) {
  const std::scoped_lock lock(mutex_);
  fault_ = std::move(fault);
}

void MadeStore::lose_answers_with(
    std::function<std::optional<StoreAnswer>(const StoreRequest&)> fault) {
  const std::scoped_lock lock(mutex_);
  fault_after_ = std::move(fault);
}

void MadeStore::forget_conditions() {
  const std::scoped_lock lock(mutex_);
  knows_conditions_ = false;
}

void MadeStore::list_by(std::size_t page_names_max) {
  const std::scoped_lock lock(mutex_);
  page_names_max_ = page_names_max;
}

void MadeStore::put(const std::string& name, const std::string& bytes) {
  const std::scoped_lock lock(mutex_);
  objects_[name] = {bytes, std::time(nullptr)};
}

void MadeStore::make_older(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  objects_.at(name).modified_s -= 3'600;
}

std::map<std::string, std::string> MadeStore::objects() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, std::string> all;
  for (const auto& [name, object] : objects_) all[name] = object.bytes;
  return all;
}

std::size_t MadeStore::open_uploads_count() const {
  const std::scoped_lock lock(mutex_);
  return uploads_.size();
}

std::vector<StoreRequest> MadeStore::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void MadeStore::accept_all() {
  while (true) {
    const int connection = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    const std::scoped_lock lock(mutex_);
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] { serve(connection); });
  }
}

void MadeStore::serve(int connection) {
  std::string text;
  while (const auto request = read_request(connection, text)) {
    const StoreAnswer answered = answer(*request);
    if (answered.is_silent) {
      (void)fill(connection, text, text.size() + 1);
      break;
    }
    std::string head = "HTTP/1.1 " + std::to_string(answered.status) + " x\r\n";
    for (const std::string& header : answered.headers) head += header + "\r\n";
    head += "Content-Length: " + std::to_string(answered.body.size()) + "\r\n\r\n";
    const bool has_body = request->method != "HEAD";
    const std::string body = has_body ? answered.body : "";
    base::write_all(connection,
                    head + body.substr(0, answered.cut_after_bytes.value_or(body.size())));
    if (answered.cut_after_bytes) break;
  }
  const std::scoped_lock lock(mutex_);
  std::erase(connections_, connection);
  ::close(connection);
}

StoreAnswer MadeStore::answer(const StoreRequest& request) {
  const std::scoped_lock lock(mutex_);
  requests_.push_back(request);
  const std::string authorization = request.header("authorization");
  const std::string wanted = "Signature=" + expected_signature(request, secret);
  if (!authorization.starts_with("AWS4-HMAC-SHA256 Credential=" + std::string(key_id) + "/") ||
      !authorization.ends_with(wanted)) {
    return fault(403, "SignatureDoesNotMatch");
  }
  if (request.header("x-amz-content-sha256") != base::to_hex(base::sha256(request.body))) {
    return fault(400, "XAmzContentSHA256Mismatch");
  }
  if (fault_) {
    if (auto answer = fault_(request)) return *answer;
  }
  StoreAnswer answered = act(request);
  if (fault_after_) {
    if (auto lost = fault_after_(request)) return *lost;
  }
  return answered;
}

StoreAnswer MadeStore::act(const StoreRequest& request) {
  const std::string start = "/" + std::string(bucket) + "/";
  if (!request.path.starts_with(start)) return fault(404, "NoSuchBucket");
  const std::string name = request.path.substr(start.size());
  if (name.empty()) return list(request);
  if (request.method == "POST") return post(request, name);
  if (request.method == "PUT") return put_object(request, name);
  if (request.method == "DELETE") {
    const auto upload = request.query.find("uploadId");
    if (upload != request.query.end()) {
      uploads_.erase(upload->second);
    } else {
      objects_.erase(name);
    }
    return {.status = 204};
  }
  const auto found = objects_.find(name);
  if (found == objects_.end()) return fault(404, "NoSuchKey");
  return {.headers = {"ETag: " + tag_of(found->second.bytes)}, .body = found->second.bytes};
}

StoreAnswer MadeStore::put_object(const StoreRequest& request, const std::string& name) {
  const std::string tag = tag_of(request.body);
  if (const auto upload = request.query.find("uploadId"); upload != request.query.end()) {
    uploads_.at(upload->second)[std::stoi(request.query.at("partNumber"))] = request.body;
    return {.headers = {"ETag: " + tag}};
  }
  const auto found = objects_.find(name);
  const std::string match = request.header("if-match");
  if (knows_conditions_ && request.header("if-none-match") == "*" && found != objects_.end()) {
    return fault(412, "PreconditionFailed");
  }
  if (knows_conditions_ && !match.empty() && found == objects_.end()) {
    return fault(404, "NoSuchKey");
  }
  if (knows_conditions_ && !match.empty() && match != tag_of(found->second.bytes)) {
    return fault(412, "PreconditionFailed");
  }
  objects_[name] = {request.body, std::time(nullptr)};
  return {.headers = {"ETag: " + tag}};
}

StoreAnswer MadeStore::post(const StoreRequest& request, const std::string& name) {
  if (request.query.contains("uploads")) {
    const std::string id = "upload/" + std::to_string(requests_.size()) + "+=&";
    uploads_[id];
    return {.body = "<InitiateMultipartUploadResult><UploadId>upload/" +
                    std::to_string(requests_.size()) +
                    "+=&amp;</UploadId></InitiateMultipartUploadResult>"};
  }
  const auto upload = uploads_.find(request.query.at("uploadId"));
  if (upload == uploads_.end()) return fault(404, "NoSuchUpload");
  std::string bytes;
  for (const auto& [number, part] : upload->second) {
    const std::string entry = "<Part><PartNumber>" + std::to_string(number) +
                              "</PartNumber><ETag>" + tag_of(part) + "</ETag></Part>";
    if (request.body.find(entry) == std::string::npos) return fault(400, "InvalidPart");
    bytes += part;
  }
  objects_[name] = {std::move(bytes), std::time(nullptr)};
  uploads_.erase(upload);
  return {.body = "<CompleteMultipartUploadResult/>"};
}

StoreAnswer MadeStore::list(const StoreRequest& request) const {
  const auto value = [&](const std::string& name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  const std::string prefix = value("prefix");
  std::string xml =
      "<?xml version=\"1.0\"?><ListBucketResult "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  std::size_t count = 0;
  auto at = objects_.upper_bound(value("continuation-token"));
  std::string last;
  for (; at != objects_.end() && count < page_names_max_; ++at) {
    if (!at->first.starts_with(prefix)) continue;
    ++count;
    last = at->first;
    xml += "<Contents><Key>" + at->first + "</Key><Size>" +
           std::to_string(at->second.bytes.size()) + "</Size><LastModified>" +
           base::format_timestamp({at->second.modified_s * 1'000'000}) +
           "</LastModified></Contents>";
  }
  const bool is_truncated = at != objects_.end() && count > 0;
  xml += std::string("<IsTruncated>") + (is_truncated ? "true" : "false") + "</IsTruncated>";
  if (is_truncated) xml += "<NextContinuationToken>" + last + "</NextContinuationToken>";
  return {.body = xml + "</ListBucketResult>"};
}

}  // namespace codelog::tests
