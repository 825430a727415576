#include "server/s3/s3_reply.h"

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>

namespace codelog::s3 {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t shown_characters_max = 200;

// Calls `on_element` with the path and the text of each element when it ends: "ListBucketResult/
// Contents/Key". Names of namespaces are dropped.
class Reader {
 public:
  using OnElement = std::function<void(std::string_view path, const std::string& text)>;

  // Returns false if the text is not well-formed.
  static bool read(std::string_view xml, const OnElement& on_element) {
    const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(
        XML_ParserCreate(nullptr), [](XML_Parser open) { XML_ParserFree(open); });
    if (parser == nullptr) throw std::bad_alloc();
    Reader reader(on_element);
    XML_SetUserData(parser.get(), &reader);
    XML_SetElementHandler(parser.get(), &begin, &end);
    XML_SetCharacterDataHandler(parser.get(), &take_text);
    // No store declares entities.
    XML_SetStartDoctypeDeclHandler(parser.get(), &refuse_doctype);
    reader.parser_ = parser.get();
    return XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) ==
           XML_STATUS_OK;
  }

 private:
  explicit Reader(const OnElement& on_element) : on_element_(on_element) {}

  static void begin(void* target, const XML_Char* name, const XML_Char**) {
    auto& reader = *static_cast<Reader*>(target);
    std::string_view local = name;
    local.remove_prefix(local.find(':') == std::string_view::npos ? 0 : local.find(':') + 1);
    reader.starts_.push_back(reader.path_.size());
    if (!reader.path_.empty()) reader.path_ += '/';
    reader.path_ += local;
    reader.text_.clear();
  }
  static void end(void* target, const XML_Char*) {
    auto& reader = *static_cast<Reader*>(target);
    reader.on_element_(reader.path_, reader.text_);
    reader.path_.resize(reader.starts_.back());
    reader.starts_.pop_back();
    reader.text_.clear();
  }
  static void take_text(void* target, const XML_Char* text, int size) {
    static_cast<Reader*>(target)->text_.append(text, static_cast<std::size_t>(size));
  }
  static void refuse_doctype(void* target, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    XML_StopParser(static_cast<Reader*>(target)->parser_, XML_FALSE);
  }

  const OnElement& on_element_;
  XML_Parser parser_ = nullptr;
  std::string path_;
  std::string text_;
  std::vector<std::size_t> starts_;  // the length of the path before each open element
};

Error misunderstood(std::string_view what) {
  return {ErrorCode::io, "the store's answer is not " + std::string(what), {}};
}

std::string shown(std::string text) {
  std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
  return text.substr(0, shown_characters_max);
}

}  // namespace

Result<ListPage> parse_list(std::string_view xml) {
  ListPage page;
  ListedObject object;
  bool is_list = false;
  bool is_truncated = false;
  bool is_right = true;
  const bool is_read = Reader::read(xml, [&](std::string_view path, const std::string& text) {
    if (path == "ListBucketResult") is_list = true;
    if (path == "ListBucketResult/IsTruncated") is_truncated = text == "true";
    if (path == "ListBucketResult/NextContinuationToken") page.next_token = text;
    if (path == "ListBucketResult/Contents/Key") object.key = text;
    if (path == "ListBucketResult/Contents/Size") {
      const auto [stop, fault] =
          std::from_chars(text.data(), text.data() + text.size(), object.size_bytes);
      is_right = is_right && fault == std::errc() && stop == text.data() + text.size();
    }
    if (path == "ListBucketResult/Contents/LastModified") {
      const auto time = base::parse_timestamp(text);
      is_right = is_right && time.has_value();
      object.modified_at = time.value_or(base::Timestamp());
    }
    if (path == "ListBucketResult/Contents") {
      is_right = is_right && !object.key.empty();
      page.objects.push_back(std::exchange(object, {}));
    }
  });
  if (!is_read || !is_list || !is_right) return misunderstood("a list of objects");
  if (!is_truncated) page.next_token.clear();
  if (is_truncated && page.next_token.empty()) return misunderstood("a whole list of objects");
  return page;
}

Result<std::string> parse_upload_id(std::string_view xml) {
  std::string id;
  const bool is_read = Reader::read(xml, [&](std::string_view path, const std::string& text) {
    if (path == "InitiateMultipartUploadResult/UploadId") id = text;
  });
  if (!is_read || id.empty()) return misunderstood("the begin of an upload");
  return id;
}

bool is_completed_upload(std::string_view xml) {
  bool is_completed = false;
  const bool is_read = Reader::read(xml, [&](std::string_view path, const std::string&) {
    is_completed = path == "CompleteMultipartUploadResult";
  });
  return is_read && is_completed;
}

StoreError parse_error(std::string_view xml) {
  StoreError error;
  const bool is_read = Reader::read(xml, [&](std::string_view path, const std::string& text) {
    if (path == "Error/Code") error.code = shown(text);
    if (path == "Error/Message") error.message = shown(text);
  });
  return is_read ? error : StoreError{};
}

}  // namespace codelog::s3
