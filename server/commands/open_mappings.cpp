#include "server/commands/open_mappings.h"

#include <string>
#include <utility>
#include <vector>

namespace codelog::commands {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Unavailable, not invalid: the client cannot fix a mapping that fails to open.
template <class Mapping>
Result<std::shared_ptr<const Mapping>> open_registered(const MappingOpeners::Open<Mapping>& open,
                                                       const projections::MappingRecord& record) {
  if (!open) {
    return Error{
        ErrorCode::unavailable, "this server cannot read the mapping " + record.mapping, {}};
  }
  auto opened = open(record);
  if (!opened) return Error{ErrorCode::unavailable, opened.error().detail, {}};
  return opened;
}

template <class Mapping>
Result<std::shared_ptr<const Mapping>> open_latest(const MappingOpeners::Open<Mapping>& open,
                                                   const projections::Views& views,
                                                   std::string_view id) {
  const auto record = views.latest_mapping(id);
  if (record) return open_registered(open, *record);
  return Error{ErrorCode::unavailable,
               "this needs the mapping " + std::string(id) + ", which has not been imported",
               {}};
}

}  // namespace

Result<std::shared_ptr<const mappings::BnfDmdMapping>> open_bnfdmd(
    const MappingOpeners& openers, const projections::Views& views) {
  return open_latest(openers.bnfdmd, views, mappings::bnfdmd_id);
}

Result<std::shared_ptr<const mappings::Ctv3SnomedMapping>> open_ctv3sctmap2(
    const MappingOpeners& openers, const projections::Views& views) {
  return open_latest(openers.ctv3sctmap2, views, mappings::ctv3sctmap2_id);
}

Result<std::shared_ptr<const mappings::PreviousVmps>> open_previous_vmps(
    const MappingOpeners& openers, const projections::Views& views) {
  const auto record = views.latest_mapping(mappings::dmdvmpprevmap_id);
  if (record) return open_registered(openers.dmdvmpprevmap, *record);
  // Shared, like a mapping that was opened.
  return std::make_shared<const mappings::PreviousVmps>(std::vector<mappings::PreviousVmp>());
}

Result<coding_systems::FindSuccessors> successors_beside(const MappingOpeners& openers,
                                                         const projections::Views& views,
                                                         std::string_view coding_system) {
  if (coding_system != "dmd") return coding_systems::FindSuccessors();
  auto previous = open_previous_vmps(openers, views);
  if (!previous) return previous.error();
  return coding_systems::FindSuccessors([vmps = std::move(*previous)](std::string_view code) {
    std::vector<std::pair<std::string, std::string>> named;
    for (const std::string_view next : vmps->next_after(code)) {
      named.emplace_back("HAS NEW ID", next);
    }
    return named;
  });
}

}  // namespace codelog::commands
