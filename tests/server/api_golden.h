// OpenCodelists' seeded site and its answers: tests/golden/*.json.gz.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/server/api_site.h"

namespace codelog::tests {

// Keeps keys in the order of the file, because OpenCodelists' JSON is compared byte for byte.
using OrderedJson = nlohmann::ordered_json;

// One of 00_state, 06_downloads, 07_diffs, 09_api, 09_check, 10_builder, 11_second_release.
OrderedJson read_golden(const std::string& name);

// Brings the site into the state of 00_state, with the same ids, through the log.
void seed_golden_state(ApiSite& site);

// Adds only the mappings of 00_state: bnfdmd and dmdvmpprevmap.
void seed_golden_mappings(ApiSite& site);

// Writes a file of previous VMPs, as pairs [id, previous id].
void write_previous_vmps(const std::filesystem::path& file, const OrderedJson& pairs);

// Appends a version that only OpenCodelists can make, so that later ids agree.
void append_golden_version(ApiSite& site, base::CodelistId codelist, const OrderedJson& version,
                           base::Timestamp time);

// Writes the value as Python's json.dumps does.
std::string python_json(const OrderedJson& value);

// "{code: status}" of a version, in the form of the golden files: the statuses and their SHA-1.
OrderedJson statuses_of(const projections::Views& views, base::VersionId version);
std::string statuses_sha1(const projections::Views& views, base::VersionId version);

// Checks the draft of 10_builder and its codelist against the state after a step.
void check_builder_state(const projections::Views& views, const OrderedJson& expected);

}  // namespace codelog::tests
