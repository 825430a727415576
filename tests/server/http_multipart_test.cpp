// Forms with files: as browsers, curl and Python send them, and malformed ones.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "server/http/multipart.h"

namespace codelog::http::http_multipart_test {
namespace {

Request form_request(std::string body, const std::string& boundary = "b0undary") {
  return make_request(Method::post, "/",
                      {{"Content-Type", "multipart/form-data; boundary=" + boundary}},
                      std::move(body));
}

std::string part(const std::string& disposition, const std::string& content) {
  return "--b0undary\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content +
         "\r\n";
}

std::string file_part(const std::string& file_name) {
  return part("name=\"f\"; filename=\"" + file_name + "\"", "x");
}

const std::string last = "--b0undary--\r\n";

std::string error_of(const Request& request) {
  const auto form = parse_multipart(request);
  return form ? "no error" : form.error().detail;
}

}  // namespace

TEST_CASE("fields and files of a form keep the order sent", "[http][multipart]") {
  const Request request = form_request(
      "\r\n" + part("name=\"type\"", "full") + part("name=\"empty\"", "") +
      part("name=type", "caf\xC3\xA9\xFF") +
      "--b0undary \t\r\ncontent-disposition: FORM-DATA; NAME=\"csv_data\"; filename=\"a.csv\"\r\n"
      "Content-Type: text/csv\r\nContent-Transfer-Encoding: binary\r\n\r\n"
      "id\r\n--b0undarx\r\n --b0undary--\r\n\r\n\r\n" +
      last + "and this is for nobody\r\n--b0undary\r\n");
  const auto form = parse_multipart(request);
  REQUIRE(form);
  CHECK(form->fields.entries() ==
        std::vector<Parameters::Entry>{
            {"type", "full"}, {"empty", ""}, {"type", "caf\xC3\xA9\xEF\xBF\xBD"}});
  REQUIRE(form->files.size() == 1);
  const FormFile* const file = form->find_file("csv_data");
  REQUIRE(file != nullptr);
  CHECK(file->file_name == "a.csv");
  CHECK(file->content == "id\r\n--b0undarx\r\n --b0undary--\r\n\r\n");
  CHECK(form->find_file("type") == nullptr);
}

TEST_CASE("a quoted boundary may have characters that are not allowed in a token",
          "[http][multipart]") {
  const Request request = form_request(
      "--=_a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--=_a b--", "\"=_a b\"");
  const auto form = parse_multipart(request);
  REQUIRE(form);
  CHECK(form->fields.get("x") == "1");
}

TEST_CASE("a form may be empty, and an empty file input is not a file", "[http][multipart]") {
  const auto empty = parse_multipart(form_request(last));
  REQUIRE(empty);
  CHECK(empty->fields.size() == 0);
  const auto unchosen = parse_multipart(form_request(part("name=\"f\"; filename=\"\"", "") + last));
  REQUIRE(unchosen);
  CHECK(unchosen->files.empty());
  CHECK(unchosen->fields.size() == 0);
}

TEST_CASE("a file's name loses folders and control characters", "[http][multipart]") {
  const auto name_of = [](const std::string& sent) {
    const Request request = form_request(file_part(sent) + last);
    const auto form = parse_multipart(request);
    REQUIRE(form);
    return form->files.empty() ? std::string() : form->files.front().file_name;
  };
  CHECK(name_of("asthma.csv") == "asthma.csv");
  CHECK(name_of("../../etc/passwd") == "passwd");
  CHECK(name_of("C:\\codes\\a.csv") == "a.csv");
  CHECK(name_of("say \\\"a\\\".csv") == "say \"a\".csv");
  CHECK(name_of("a\t\x7F.csv") == "a.csv");
  CHECK(name_of("\xC3\xA9.csv") == "\xC3\xA9.csv");
  CHECK(name_of("..").empty());
  CHECK(name_of("codes/").empty());
  CHECK(name_of(std::string(300, 'a')) == std::string(300, 'a'));
}

TEST_CASE("an encoded file name (RFC 8187) is preferred to the plain one", "[http][multipart]") {
  const auto name_of = [](const std::string& parameters) {
    const Request request = form_request(part("name=\"f\"" + parameters, "x") + last);
    const auto form = parse_multipart(request);
    return form ? form->files.at(0).file_name : form.error().detail;
  };
  CHECK(name_of("; filename*=UTF-8''na%C3%AFve.csv") == "na\xC3\xAFve.csv");
  CHECK(name_of("; filename=\"naive.csv\"; filename*=utf-8'en'na%C3%AFve%2F..%2Fa.csv") == "a.csv");
  const std::string unknown = "Part 1 of the form has a file name in another encoding than UTF-8.";
  CHECK(name_of("; filename*=iso-8859-1''a%EF.csv") == unknown);
  CHECK(name_of("; filename*=a.csv") == unknown);
}

TEST_CASE("an incomplete form is refused, naming the part", "[http][multipart]") {
  const std::string good = part("name=\"x\"", "1");
  CHECK(error_of(form_request(good + last)) == "no error");
  CHECK(error_of(make_request(Method::post, "/", {}, good + last)) ==
        "The body must be multipart/form-data.");
  const std::string no_boundary =
      "Content-Type: multipart/form-data needs a boundary of 1 to 70 characters.";
  CHECK(error_of(make_request(Method::post, "/", {{"Content-Type", "multipart/form-data"}})) ==
        no_boundary);
  CHECK(error_of(form_request(last, "\"\"")) == no_boundary);
  CHECK(error_of(form_request(last, std::string(71, 'b'))) == no_boundary);
  CHECK(error_of(form_request("")) == "The form does not begin with its boundary.");
  CHECK(error_of(form_request("\n" + good + last)) == "The form does not begin with its boundary.");
  const std::string longer = "A line of the form begins with its boundary, and does not end there.";
  for (const char* line : {"--b0undary\n", "--b0undary1\r\n", "--b0undary--1\r\n",
                           "--b0undary-\r\n", "--b0undary -- this is code\r\n", "--b0undary"}) {
    CAPTURE(line);
    CHECK(error_of(form_request(line)) == longer);
    CHECK(error_of(form_request(good + line + last)) == longer);
  }
  CHECK(error_of(make_request(Method::post, "/",
                              {{"Content-Type", "multipart/form-data; boundary=b0undary"},
                               {"Content-Type", "multipart/form-data; boundary=b"}},
                              good + last)) == "The body must be multipart/form-data.");
  CHECK(error_of(form_request(good)) ==
        "Part 1 of the form ends without the form's boundary: the form is not complete.");
  CHECK(error_of(form_request(good + good + "--b0undary\r\n")) ==
        "Part 3 of the form has no end of its header within 8192 bytes.");
}

TEST_CASE("a malformed part is refused", "[http][multipart]") {
  const auto error = [](const std::string& head) {
    return error_of(form_request("--b0undary\r\n" + head + "\r\n\r\n1\r\n" + last));
  };
  const std::string disposition = "Content-Disposition: form-data";
  CHECK(error(disposition + "; name=\"x\"") == "no error");
  CHECK(error(disposition) == "Part 1 of the form does not say which field it is.");
  const std::string malformed = "Part 1 of the form has a malformed Content-Disposition.";
  for (const char* parameters :
       {"; name=\"x", "; name", "; a; name=x", "; =x", "; name=\"x\" y", "; name=x; name=y"}) {
    CAPTURE(parameters);
    CHECK(error(disposition + parameters) == malformed);
  }
  const std::string none = "Part 1 of the form has no Content-Disposition: form-data.";
  CHECK(error("Content-Type: text/csv") == none);
  CHECK(error("Content-Disposition: attachment; name=x") == none);
  CHECK(error(disposition + "; name=x\r\n" + disposition + "; name=y") ==
        "Part 1 of the form has two fields Content-Disposition.");
  CHECK(error("nonsense") == "Part 1 of the form has a header field without a ':'.");
  CHECK(error(disposition + "; name=x\r\nContent-Transfer-Encoding: base64") ==
        "Part 1 of the form is in a transfer encoding; send the bytes as they are.");
  CHECK(error(disposition + "; name=x\r\nContent-Transfer-Encoding : base64") ==
        "Part 1 of the form has white space in the name of a header field.");
  CHECK(error("X: " + std::string(9000, 'a')) ==
        "Part 1 of the form has no end of its header within 8192 bytes.");
}

TEST_CASE("the numbers of a form's fields and files are limited", "[http][multipart]") {
  std::string fields, files;
  for (std::size_t i = 0; i < parameters_max; ++i) fields += part("name=\"x\"", "1");
  for (std::size_t i = 0; i < form_files_max; ++i) files += file_part("a.csv");
  CHECK(error_of(form_request(fields + files + last)) == "no error");
  CHECK(error_of(form_request(fields + part("name=\"x\"", "1") + last)) ==
        "The form has more than 1000 fields.");
  for (const char* name : {"a.csv", ""}) {  // an empty file input counts too
    CHECK(error_of(form_request(files + file_part(name) + last)) ==
          "The form has more than 100 files.");
  }
  const auto filled = [](std::size_t bytes) {
    return form_request(
        part("name=\"x\"", std::string(bytes, '\xFF')) + part("name=\"y\"", "1") +
        part("name=\"f\"; filename=\"a\"", std::string(form_fields_bytes_max, 'a')) + last);
  };
  CHECK(error_of(filled(form_fields_bytes_max - 3)) == "no error");
  CHECK(error_of(filled(form_fields_bytes_max - 2)) ==
        "The form has more than 2621440 bytes besides its files.");
}

TEST_CASE("any contents are read back, and a truncated form is refused", "[http][multipart]") {
  const bool held = rc::check("contents come back", [] {
    // Bytes that line ends, delimiters and their beginnings are made of.
    const auto bytes = rc::gen::container<std::string>(rc::gen::elementOf(std::string("\r\n-b x")));
    const auto contents = *rc::gen::container<std::vector<std::string>>(bytes);
    std::string body;
    for (const std::string& content : contents) {
      RC_PRE(("\r\n" + content).find("\r\n--b") == std::string::npos);
      body +=
          "--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n" + content + "\r\n";
    }
    body += "--b--";
    const Request request = form_request(body, "b");
    const auto form = parse_multipart(request);
    RC_ASSERT(static_cast<bool>(form));
    RC_ASSERT(form->files.size() == contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
      RC_ASSERT(form->files[i].content == contents[i]);
    }
    const auto cut = *rc::gen::inRange<std::size_t>(0, body.size());
    RC_ASSERT(!parse_multipart(form_request(body.substr(0, cut), "b")));
  });
  CHECK(held);
}

}  // namespace codelog::http::http_multipart_test
