// Passwords: the hashes that OpenCodelists' users bring, and the policy for new ones.
#include "server/accounts/passwords.h"

#include <catch2/catch.hpp>

#include "tests/server/browser.h"

namespace codelog::accounts::passwords_test {
namespace {

// Made with Python's hashlib.pbkdf2_hmac("sha256", b"pw-alice", b"saltsalt", 1000).
constexpr const char* django_hash =
    "pbkdf2_sha256$1000$saltsalt$y1ZHZ53iZ/aZxtVZVwyf+rBayhMGp45mh67AFvR5FtM=";

}  // namespace

TEST_CASE("Django's hashes are checked, and called outdated", "[accounts]") {
  CHECK(*verify_password(django_hash, "pw-alice"));
  CHECK_FALSE(*verify_password(django_hash, "pw-alicf"));
  CHECK_FALSE(*verify_password(django_hash, ""));
  CHECK(is_outdated(django_hash));
  const auto own = hash_password("pw-alice");
  REQUIRE(own);
  CHECK_FALSE(is_outdated(*own));
  CHECK(*verify_password(*own, "pw-alice"));
}

TEST_CASE("a hash that is damaged, or of another kind, opens nothing", "[accounts]") {
  const std::string good = django_hash;
  for (const std::string& hash :
       {std::string(), std::string("!"), std::string("pbkdf2_sha256$"),
        std::string("pbkdf2_sha256$1000$saltsalt$"), good.substr(0, good.size() - 4),
        "pbkdf2_sha256$1001" + good.substr(18), "pbkdf2_sha256$0" + good.substr(18),
        "pbkdf2_sha256$-1" + good.substr(18), "pbkdf2_sha256$99999999999" + good.substr(18),
        "pbkdf2_sha256$1000x" + good.substr(18), "pbkdf2_sha1$1000" + good.substr(18),
        std::string("argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA"),
        std::string("md5$salt$0123")}) {
    CAPTURE(hash);
    CHECK_FALSE(*verify_password(hash, "pw-alice"));
  }
}

TEST_CASE("the policy refuses what is easily guessed, and nothing else", "[accounts]") {
  const auto refuses = [](std::string_view password) {
    return weakness_of(password, "dora", "Dora Diaz-Ortega", "d.ortega@clinic.example.org")
        .has_value();
  };
  for (const char* weak : {"",
                           "short7!",
                           "12345678",
                           "2718281828",
                           "password",
                           "PASSWORD",
                           "P@ssw0rd",
                           "letmein123",
                           "aaaaaaaa",
                           "abababab",
                           "abcabcabc",
                           "qwertyui",
                           "asdfghjkl",
                           "zyxwvuts",
                           "87654321",
                           "password!!",
                           "qwertyuiop12",
                           "diaz-ortega",
                           "agetroortega",
                           "ortega99",
                           "clinic.example"}) {
    CAPTURE(weak);
    CHECK(refuses(weak));
  }
  for (const char* good : {"correct horse", "tr0ub4dor&3", "äöüßéèàç", "grey-heron-42",
                           "a rose is a rose for dora", "pw-alice-long"}) {
    CAPTURE(good);
    CHECK_FALSE(refuses(good));
  }
}

TEST_CASE("a user from OpenCodelists signs in, and has a hash of today afterwards", "[accounts]") {
  tests::ApiSite site;
  site.set_up();
  const auto sealed = seal(site.keys(), "bob", {"Bob", "bob@example.org", django_hash});
  REQUIRE(sealed);
  site.append({events::Stream::of_user("bob")}, {events::UserPersonalDataChanged{"bob", *sealed}});
  const auto hash = [&] {
    return open_sealed(site.keys(), "bob", site.views().user("bob")->personal)->password_hash;
  };
  auto& commands = site.application().sign_in().commands();
  CHECK_FALSE(commands.log_in("bob", "wrong", {}));
  CHECK(hash() == django_hash);
  CHECK(commands.log_in("bob", "pw-alice", {}));
  CHECK(hash().starts_with("$argon2id$"));
  CHECK(commands.log_in("bob", "pw-alice", {}));
  CHECK(site.views().user("bob")->last_login_at);
}

}  // namespace codelog::accounts::passwords_test
