// Archives in s3rver, an S3-compatible store from npm without conditional writes.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>

#include "server/s3/s3_destination.h"
#include "tests/events/destination_conformance.h"
#include "tools/child_process.h"

namespace codelog::tests::real_store_test {
namespace {

// Why there is no store; empty if there is one.
std::string missing_part() {
  if (!tools::find_program("node")) return "node is not installed";
  const std::filesystem::path folder = CODELOG_STORE_FOLDER;
  if (!std::filesystem::exists(folder / "node_modules/s3rver")) return "s3rver is not installed";
  return {};
}

}  // namespace

TEST_CASE("a bucket of s3rver keeps the contract of a destination", "[s3]") {
  if (const std::string missing = missing_part(); !missing.empty()) {
    std::cout << "SKIPPED: " << missing << "; ./codelog-dev test installs it" << std::endl;
    return;
  }
  const auto objects =
      std::filesystem::temp_directory_path() / ("codelog-s3rver-" + std::to_string(::getpid()));
  std::filesystem::remove_all(objects);
  auto store = tools::ChildProcess::start(
      {.arguments = {"node", CODELOG_TESTS_DIR "/s3/store.cjs", CODELOG_STORE_FOLDER, objects}});
  REQUIRE(store);
  const auto address = store->read_line(std::chrono::seconds(60));
  INFO(store->errors());
  REQUIRE(address);
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_ENDPOINT_URL") return *address;
    if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return "S3RVER";
    return std::nullopt;
  };
  const auto open = [&] {
    // Parts as large as Amazon's smallest.
    auto opened = s3::open_bucket("s3://archives/of/a-site", environment, {.part_bytes = 5 << 20});
    REQUIRE(opened);
    return std::move(*opened);
  };
  conforms_to_destination(open, 12'000'000);
  std::filesystem::remove_all(objects);
}

}  // namespace codelog::tests::real_store_test
