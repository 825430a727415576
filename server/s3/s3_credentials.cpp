#include "server/s3/s3_credentials.h"

#include <cstdlib>
#include <sstream>
#include <string_view>

#include "events/base/file.h"

namespace codelog::s3 {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Error unauthenticated(std::string detail) {
  return {ErrorCode::unauthenticated, std::move(detail), {}};
}

// The section of a profile in a credentials file: "[name]", then "key = value" lines.
Credentials parse_section(const std::string& text, const std::string& profile) {
  Credentials credentials;
  std::istringstream lines(text);
  bool is_in_section = false;
  for (std::string line; std::getline(lines, line);) {
    const std::string_view trimmed = trim(line);
    if (trimmed.starts_with('[') && trimmed.ends_with(']')) {
      is_in_section = trim(trimmed.substr(1, trimmed.size() - 2)) == profile;
      continue;
    }
    const std::size_t sign = trimmed.find('=');
    if (!is_in_section || sign == std::string_view::npos) continue;
    const std::string_view name = trim(trimmed.substr(0, sign));
    const std::string value(trim(trimmed.substr(sign + 1)));
    if (name == "aws_access_key_id") credentials.key_id = value;
    if (name == "aws_secret_access_key") credentials.secret = value;
    if (name == "aws_session_token") credentials.session_token = value;
  }
  return credentials;
}

std::string first_of(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (auto value = environment(name)) return *value;
  }
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

Result<CredentialSource> CredentialSource::find(const Environment& environment) {
  CredentialSource source;
  const auto key_id = environment("AWS_ACCESS_KEY_ID");
  const auto secret = environment("AWS_SECRET_ACCESS_KEY");
  if (key_id.has_value() != secret.has_value()) {
    return unauthenticated(
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together in the environment");
  }
  if (key_id) {
    source.fixed_ = Credentials{*key_id, *secret, environment("AWS_SESSION_TOKEN").value_or("")};
    return source;
  }
  source.profile_ = environment("AWS_PROFILE").value_or("default");
  if (const auto file = environment("AWS_SHARED_CREDENTIALS_FILE")) {
    source.file_ = *file;
  } else if (const auto home = environment("HOME")) {
    source.file_ = std::filesystem::path(*home) / ".aws" / "credentials";
  }
  if (source.file_.empty()) {
    return unauthenticated("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  }
  if (const auto found = source.current(); !found) return found.error();
  return source;
}

Result<Credentials> CredentialSource::current() const {
  if (fixed_) return *fixed_;
  const auto text = base::read_file(file_);
  if (!text) {
    return unauthenticated("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or " +
                           std::string("name a credentials file: ") + text.error().detail);
  }
  Credentials credentials = parse_section(*text, profile_);
  if (credentials.key_id.empty() || credentials.secret.empty()) {
    return unauthenticated("the credentials file " + file_.string() + " has no section [" +
                           profile_ + "] with aws_access_key_id and aws_secret_access_key");
  }
  return credentials;
}

Place find_place(const Environment& environment) {
  return {.region = first_of(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"}),
          .endpoint = first_of(environment, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"})};
}

}  // namespace codelog::s3
