// Who asks an S3-compatible store: from the environment, or from the credentials file of Amazon's
// own tools. Never in messages or logs.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "events/base/result.h"
#include "server/s3/s3_address.h"

namespace codelog::s3 {

struct Credentials {
  std::string key_id;
  std::string secret;
  std::string session_token;  // may be empty
};

// The value of an environment variable; nothing if it is unset or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
// This process's. Read it before threads change it.
Environment process_environment();

class CredentialSource {
 public:
  // AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN); without them, the section
  // AWS_PROFILE ("default") of the file AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials). Errors:
  // unauthenticated (neither; the file has no such section, or cannot be read).
  static base::Result<CredentialSource> find(const Environment& environment);

  // From a file, read anew at each call, so that new keys count at once. Errors as above.
  base::Result<Credentials> current() const;

 private:
  CredentialSource() = default;
  std::optional<Credentials> fixed_;
  std::filesystem::path file_;
  std::string profile_;
};

// AWS_REGION or AWS_DEFAULT_REGION; AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL.
Place find_place(const Environment& environment);

}  // namespace codelog::s3
