#include "server/s3/s3_destination.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "events/base/check.h"
#include "events/base/file.h"
#include "server/s3/conditional_writes.h"
#include "server/s3/s3_reply.h"

namespace codelog::s3 {
namespace {

using archive::ObjectName;
using archive::StoredObject;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t parts_max = 10'000;

// In front of the message: the object that it is about.
Error about(std::string_view name, Error error) {
  error.detail = std::string(name) + ": " + error.detail;
  return error;
}

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// Object to file.
class FileSink final : public Sink {
 public:
  static Result<FileSink> create(const std::filesystem::path& path) {
    FileSink sink(path);
    sink.file_ = base::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!sink.file_) return base::system_error("cannot make", path);
    return sink;
  }
  Result<void> restart() override {
    const bool is_empty =
        ::ftruncate(file_.get(), 0) == 0 && ::lseek(file_.get(), 0, SEEK_SET) == 0;
    if (!is_empty) return base::system_error("cannot write", path_);
    return {};
  }
  Result<void> take(std::string_view piece) override {
    if (!base::write_all(file_.get(), piece)) return base::system_error("cannot write", path_);
    return {};
  }
  Result<void> finish() const {
    if (::fdatasync(file_.get()) != 0) return base::system_error("cannot write", path_);
    return {};
  }

 private:
  explicit FileSink(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
  base::Descriptor file_;
};

// The next bytes of a file. Errors: io (also: it is shorter than it was).
Result<void> read_part(int file, const std::filesystem::path& path, std::string& part) {
  std::size_t done = 0;
  while (done < part.size()) {
    const ssize_t read = ::read(file, part.data() + done, part.size() - done);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return base::system_error("cannot read", path);
    if (read == 0) {
      return Error{ErrorCode::io, path.string() + ": the file became shorter meanwhile", {}};
    }
    done += static_cast<std::size_t>(read);
  }
  return {};
}

class BucketDestination final : public archive::Destination {
 public:
  BucketDestination(Bucket bucket, CredentialSource credentials, const DestinationOptions& options)
      : requests_(std::move(bucket), std::move(credentials), options.patience, options.stop),
        conditional_(requests_),
        part_bytes_(options.part_bytes) {}

  std::string describe() const override { return requests_.bucket().address; }

  Result<void> put(std::string_view name, std::string_view bytes) override {
    check_name(name);
    return done(name, send({.method = "PUT", .name = std::string(name), .body = bytes}));
  }

  Result<std::string> put_if(std::string_view name, std::string_view bytes,
                             const std::optional<std::string>& expected_tag) override {
    check_name(name);
    auto tag = conditional_.put_if(name, bytes, expected_tag);
    if (!tag) return about(name, tag.error());
    return tag;
  }

  Result<void> put_file(std::string_view name, const std::filesystem::path& path) override {
    check_name(name);
    const auto file = base::open_file(path, O_RDONLY);
    if (!file) return base::system_error("cannot open", path);
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    if (size < 0 || ::lseek(file.get(), 0, SEEK_SET) != 0) {
      return base::system_error("cannot read", path);
    }
    const auto size_bytes = static_cast<std::uint64_t>(size);
    if (size_bytes > part_bytes_) return put_parts(name, file.get(), path, size_bytes);
    std::string bytes(static_cast<std::size_t>(size_bytes), '\0');
    if (const auto read = read_part(file.get(), path, bytes); !read) return read.error();
    return put(name, bytes);
  }

  Result<StoredObject> get(std::string_view name, std::uint64_t size_max_bytes) override {
    check_name(name);
    const auto reply =
        requests_.send({.name = std::string(name)}, static_cast<std::size_t>(size_max_bytes));
    if (!reply) return about(name, reply.error());
    if (reply->status != 200) return about(name, requests_.error_of(*reply));
    const auto tag = reply->headers.find("etag");
    return StoredObject{reply->body, tag == reply->headers.end() ? "" : tag->second};
  }

  Result<void> get_file(std::string_view name, const std::filesystem::path& path) override {
    check_name(name);
    auto sink = FileSink::create(path);
    if (!sink) return sink.error();
    auto written = done(name, requests_.send({.name = std::string(name)}, 0, &*sink));
    if (written) written = sink->finish();
    if (!written) ::unlink(path.c_str());
    return written;
  }

  Result<std::vector<ObjectName>> list(std::string_view prefix) override {
    const auto objects = list_objects(requests_, prefix);
    if (!objects) return objects.error();
    std::vector<ObjectName> names;
    for (const ListedObject& object : *objects) {
      // What else is in the bucket is not ours: it has other names.
      if (object.key.starts_with(own_folder) || !is_object_name(object.key)) continue;
      names.push_back({object.key, object.size_bytes});
    }
    return names;
  }

  Result<void> remove(std::string_view name) override {
    check_name(name);
    const auto reply = send({.method = "DELETE", .name = std::string(name)});
    if (!reply) return about(name, reply.error());
    const Error error = requests_.error_of(*reply);
    if (reply->status == 204 || reply->status == 200 || error.code == ErrorCode::not_found) {
      return {};
    }
    return about(name, error);
  }

 private:
  static void check_name(std::string_view name) {
    CODELOG_CHECK(is_object_name(name) && !name.starts_with(own_folder),
                  "the name of an object is made by us");
  }

  Result<Reply> send(const Request& request) {
    return requests_.send(request, small_answer_bytes_max);
  }

  Result<void> done(std::string_view name, const Result<Reply>& reply) const {
    if (!reply) return about(name, reply.error());
    if (reply->status != 200) return about(name, requests_.error_of(*reply));
    return {};
  }

  Result<void> put_parts(std::string_view name, int file, const std::filesystem::path& path,
                         std::uint64_t size_bytes) {
    const auto begun =
        send({.method = "POST", .name = std::string(name), .query = {{"uploads", ""}}});
    if (auto is_done = done(name, begun); !is_done) return is_done;
    const auto id = parse_upload_id(begun->body);
    if (!id) return about(name, id.error());
    auto sent = send_parts(name, *id, file, path, size_bytes);
    if (!sent) {
      // Parts that stay cost money; README.md names the bucket's rule for those of killed programs.
      (void)send({.method = "DELETE",
                  .name = std::string(name),
                  .query = {{"uploadId", *id}},
                  .effort = Effort::cleanup});
    }
    return sent;
  }

  Result<void> send_parts(std::string_view name, const std::string& id, int file,
                          const std::filesystem::path& path, std::uint64_t size_bytes) {
    const std::uint64_t part_bytes = std::max(part_bytes_, size_bytes / parts_max + 1);
    std::string list = "<CompleteMultipartUpload>";
    std::string part;
    std::uint64_t sent_bytes = 0;
    for (int number = 1; sent_bytes < size_bytes; ++number) {
      part.resize(static_cast<std::size_t>(std::min(part_bytes, size_bytes - sent_bytes)));
      if (auto read = read_part(file, path, part); !read) return read;
      const auto reply = send({.method = "PUT",
                               .name = std::string(name),
                               .query = {{"partNumber", std::to_string(number)}, {"uploadId", id}},
                               .body = part});
      if (auto is_done = done(name, reply); !is_done) return is_done;
      const auto tag = reply->headers.find("etag");
      if (tag == reply->headers.end()) {
        return about(name, {ErrorCode::io, "the store gives a part no tag", {}});
      }
      list += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" +
              escape_xml(tag->second) + "</ETag></Part>";
      sent_bytes += part.size();
    }
    list += "</CompleteMultipartUpload>";
    return complete(name, id, list, size_bytes);
  }

  Result<void> complete(std::string_view name, const std::string& id, const std::string& list,
                        std::uint64_t size_bytes) {
    const auto reply = send(
        {.method = "POST", .name = std::string(name), .query = {{"uploadId", id}}, .body = list});
    if (!reply) return about(name, reply.error());
    // A store begins its answer before it is done, so an error may come with the status 200.
    if (reply->status == 200 && is_completed_upload(reply->body)) return {};
    const bool is_ambiguous = reply->is_repeated && reply->status == 404;
    if (is_ambiguous && has_size(name, size_bytes)) return {};
    if (reply->status == 200) {
      return about(name,
                   {ErrorCode::unavailable,
                    "the store cannot put the parts together: " + parse_error(reply->body).code,
                    {}});
    }
    return about(name, requests_.error_of(*reply));
  }

  // After an answer was lost: whether the object has come.
  bool has_size(std::string_view name, std::uint64_t size_bytes) {
    const auto reply = send({.method = "HEAD", .name = std::string(name)});
    if (!reply || reply->status != 200) return false;
    const auto length = reply->headers.find("content-length");
    return length != reply->headers.end() && length->second == std::to_string(size_bytes);
  }

  Requests requests_;
  ConditionalWrites conditional_;
  const std::uint64_t part_bytes_;
};

}  // namespace

bool is_bucket_address(std::string_view address) { return address.starts_with("s3://"); }

Result<std::unique_ptr<archive::Destination>> open_bucket(std::string_view address,
                                                          const Environment& environment,
                                                          const DestinationOptions& options) {
  auto bucket = parse_bucket(address, find_place(environment));
  if (!bucket) return bucket.error();
  auto credentials = CredentialSource::find(environment);
  if (!credentials) return credentials.error();
  return std::unique_ptr<archive::Destination>(
      std::make_unique<BucketDestination>(std::move(*bucket), std::move(*credentials), options));
}

}  // namespace codelog::s3
