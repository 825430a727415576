// codelog log verify, here or over HTTP, and codelog log cosign.
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>

#include "events/base/file.h"
#include "server/proofs/signed_note.h"
#include "tools/command.h"
#include "tools/remote_log.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view cosigner_head = "codelog cosigner key v1";
constexpr unsigned cosigner_file_mode = 0600;

struct VerifyOptions {
  CommonOptions common;
  std::string remote;
  std::string key;
  std::string seen;
  bool is_full = false;
  // of cosign
  std::string cosigner_key_file;
  std::string cosigner_name;
  std::string checkpoint_file;
};

int verify_here(const VerifyOptions& options) {
  const auto outcome =
      run_operation(options.common, "log.verify", Json::object(), site::OpenViews::no);
  const int code = finish(outcome, options.common, [](const Json& found) {
    std::string text;
    for (const Json& problem : found["problems"]) {
      text += "position " + std::to_string(problem["position"].get<std::uint64_t>()) + ": " +
              problem["detail"].get<std::string>() + "\n";
    }
    const std::string count = format_count(found["commits"].get<std::uint64_t>());
    if (text.empty()) text = "good: ";
    return text + count + " commits, root " + found["root"].get<std::string>() + "\n";
  });
  if (code != exit_done) return code;
  return (*outcome)["problems"].empty() ? exit_done : exit_refused;
}

// The options of the other half of the command would be left out of account.
Result<void> check_use(const VerifyOptions& options) {
  const bool is_remote = !options.remote.empty();
  const auto wrong = [](const char* option, const char* why) -> Result<void> {
    return base::field_error(ErrorCode::invalid, option, why);
  };
  if (is_remote && options.key.empty()) {
    return wrong("--key", "is missing: the verifier key of that log");
  }
  if (is_remote) return {};
  constexpr const char* needs_remote = "is only for a log elsewhere: give its address as --remote";
  if (!options.key.empty()) return wrong("--key", needs_remote);
  if (!options.seen.empty()) return wrong("--seen", needs_remote);
  if (options.is_full) return wrong("--full", needs_remote);
  if (!options.cosigner_key_file.empty()) return wrong("--cosigner-key", needs_remote);
  if (!options.cosigner_name.empty()) return wrong("--name", needs_remote);
  return {};
}

Result<RemoteLog> remote_of(const VerifyOptions& options) {
  const auto key = proofs::parse_verifier_key(options.key);
  if (!key) return base::field_error(ErrorCode::invalid, "--key", key.error().detail);
  RemoteLog log{options.remote, *key, options.seen};
  if (log.seen.empty()) log.seen = seen_file(key->name);
  if (log.seen.empty()) {
    return base::field_error(ErrorCode::invalid, "--seen",
                             "is missing: without a home, say which file remembers the checkpoint");
  }
  return log;
}

Result<RemoteAudit> audit_with_progress(const VerifyOptions& options, const RemoteLog& log) {
  ProgressLine progress;
  return audit_remote(log, options.is_full, [&](std::uint64_t done, std::uint64_t total) {
    progress.show("verifying", done, total);
    return true;
  });
}

Json audit_to_json(const RemoteLog& log, const RemoteAudit& remote) {
  const proofs::Checkpoint& checkpoint = remote.now.checkpoint;
  Json json = {{"origin", checkpoint.origin},
               {"commits", checkpoint.size},
               {"root", base::to_hex(checkpoint.root)},
               {"read", remote.read_count},
               {"seen_before", nullptr},
               {"seen_file", log.seen.string()}};
  if (remote.seen) json["seen_before"] = remote.seen->size;
  return json;
}

std::string describe_audit(const Json& audit) {
  std::string text = "good: " + format_count(audit["commits"].get<std::uint64_t>()) +
                     " commits of " + audit["origin"].get<std::string>() + ", root " +
                     audit["root"].get<std::string>() + "\n";
  if (audit["seen_before"].is_null()) {
    text += "seen for the first time";
  } else if (audit["seen_before"] == audit["commits"]) {
    text += "as it was when seen before";
  } else {
    text += "grown from the log seen before, of " +
            format_count(audit["seen_before"].get<std::uint64_t>()) + " commits";
  }
  return text + "; remembered in " + audit["seen_file"].get<std::string>() + "\n";
}

int verify_log(const VerifyOptions& options) {
  if (const auto good = check_use(options); !good) return refuse(good.error(), options.common);
  if (options.remote.empty()) return verify_here(options);
  const auto log = remote_of(options);
  if (!log) return refuse(log.error(), options.common);
  const auto audit = audit_with_progress(options, *log);
  if (!audit) return refuse(audit.error(), options.common);
  return finish(audit_to_json(*log, *audit), options.common, describe_audit);
}

// --- Cosigning

// The key in the file; made, if there is no such file and a name was given.
Result<proofs::SigningKey> cosigner_key(const VerifyOptions& options) {
  if (options.cosigner_key_file.empty()) {
    return base::field_error(ErrorCode::invalid, "--cosigner-key",
                             "is missing: the file with the key that cosigns");
  }
  const auto text = base::read_file(options.cosigner_key_file);
  if (!text && text.error().code != ErrorCode::not_found) return text.error();
  if (!text) {
    if (options.cosigner_name.empty()) {
      return base::field_error(ErrorCode::invalid, "--name",
                               "is missing: the file of the cosigner's key is not there yet, and a "
                               "new key needs a name");
    }
    if (const auto good = proofs::check_key_name(options.cosigner_name); !good) {
      return good.error();
    }
    const auto key = proofs::make_signing_key(options.cosigner_name, proofs::KeyKind::cosigner);
    const std::string_view seed(reinterpret_cast<const char*>(key.seed.data()), key.seed.size());
    const std::string lines = std::string(cosigner_head) + "\n" + key.verifier.name + " " +
                              proofs::encode_base64(seed) + "\n";
    const auto written =
        base::write_file_durably(options.cosigner_key_file, lines, cosigner_file_mode);
    if (!written) return written.error();
    return key;
  }
  std::istringstream lines(*text);
  std::string head;
  std::string name;
  std::string seed_text;
  std::getline(lines, head);
  lines >> name >> seed_text;
  const auto bytes = proofs::decode_base64(seed_text);
  proofs::Seed seed{};
  if (head != cosigner_head || !proofs::check_key_name(name) || !bytes ||
      bytes->size() != seed.size()) {
    return Error{
        ErrorCode::invalid, options.cosigner_key_file + " is not the file of a cosigner's key", {}};
  }
  std::copy(bytes->begin(), bytes->end(), seed.begin());
  return proofs::signing_key_of(name, proofs::KeyKind::cosigner, seed);
}

// As a witness of another log: checks it, remembers it, and only then signs.
int cosign_remote(const VerifyOptions& options) {
  const auto log = remote_of(options);
  if (!log) return refuse(log.error(), options.common);
  const auto key = cosigner_key(options);
  if (!key) return refuse(key.error(), options.common);
  auto audit = audit_with_progress(options, *log);
  if (!audit) return refuse(audit.error(), options.common);
  proofs::SignedNote& note = audit->now.note;
  note.signatures.push_back(proofs::sign(*key, note.text, base::SystemClock().now()));
  const auto sent = send_cosignature(*log, note);
  if (!sent) {
    print_notice("the key of this cosigner, which the log has to trust (codelog key trust): " +
                 key->verifier.text());
    return refuse(sent.error(), options.common);
  }
  Json outcome = audit_to_json(*log, *audit);
  outcome["cosigner"] = key->verifier.text();
  return finish(outcome, options.common, [](const Json& done) {
    return describe_audit(done) + "cosigned by " + done["cosigner"].get<std::string>() + "\n";
  });
}

Result<std::string> given_checkpoint(const std::string& file) {
  if (!file.empty()) return base::read_file(file);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

// Takes the cosignatures of a checkpoint that a witness has sent.
int cosign_here(const VerifyOptions& options) {
  const auto checkpoint = given_checkpoint(options.checkpoint_file);
  if (!checkpoint) return refuse(checkpoint.error(), options.common);
  return finish(run_operation(options.common, "log.cosign", {{"checkpoint", *checkpoint}},
                              site::OpenViews::no),
                options.common, [](const Json& done) {
                  return std::to_string(done["added"].get<std::uint64_t>()) +
                         " new cosignatures\n" + done["checkpoint"].get<std::string>();
                });
}

int cosign_log(const VerifyOptions& options) {
  if (const auto good = check_use(options); !good) return refuse(good.error(), options.common);
  return options.remote.empty() ? cosign_here(options) : cosign_remote(options);
}

void add_remote_options(Command command, VerifyOptions& options) {
  command
      .add_option("--remote", options.remote,
                  "The address of a site whose log is meant, as https://codelists.example.org; "
                  "needs --key")
      .type_name("URL");
  command
      .add_option(
          "--key", options.key,
          "The verifier key of that log (codelog key show, or /log/verifier-key), which you "
          "should have got from somewhere else than the site")
      .type_name("VKEY");
  command
      .add_option("--seen", options.seen,
                  "The file that remembers the last checkpoint of that log; otherwise one under "
                  "~/.local/state/codelog/logs")
      .type_name("FILE");
  command.add_flag("--full", options.is_full,
                   "Read the whole log, not only from the remembered checkpoint on");
}

}  // namespace

void add_log_verify_commands(Command group) {
  {
    Command verify = group.add_command(
        {"verify",
         "Read every commit, check its bytes and its place, and compute the Merkle root again. "
         "Compares the log with the end that was verified last. Exits with 1 and lists the damaged "
         "positions if there are any. With --remote, does this over HTTP, by the commitments of "
         "another site's log.",
         "codelog log verify\ncodelog log verify --remote https://codelists.example.org --key "
         "codelists.example.org/log+1a2b3c4d+AbCd…"});
    // The parser fills the options; the action reads them.
    auto options = std::make_shared<VerifyOptions>();
    add_data_options(verify, options->common);
    add_remote_options(verify, *options);
    verify.add_flag("--accept-missing-witness", options->common.accept_missing_witness,
                    "Open a log without its witness, and make a new one: only if you know that the "
                    "log is whole");
    add_json_option(verify, options->common);
    verify.set_action([options] { return verify_log(*options); });
  }
  Command cosign = group.add_command(
      {"cosign",
       "Witness a log. With --remote: verify another site's log and send it a cosignature of its "
       "checkpoint. Otherwise: take the cosignatures of trusted cosigners (codelog key trust) from "
       "a checkpoint in a file or on standard input.",
       "codelog log cosign --remote https://codelists.example.org --key VKEY --cosigner-key "
       "cosigner-key --name witness.example.net\ncodelog log cosign cosigned-checkpoint"});
  auto options = std::make_shared<VerifyOptions>();  // as above
  cosign.add_option("FILE", options->checkpoint_file,
                    "A checkpoint with cosignatures; otherwise standard input");
  add_data_options(cosign, options->common);
  add_remote_options(cosign, *options);
  cosign
      .add_option("--cosigner-key", options->cosigner_key_file,
                  "With --remote: the file of the cosigner's key; made if it is not there")
      .type_name("FILE");
  cosign
      .add_option("--name", options->cosigner_name,
                  "With --remote: the name of a cosigner whose key is made")
      .type_name("NAME");
  add_json_option(cosign, options->common);
  cosign.set_action([options] { return cosign_log(*options); });
}

}  // namespace codelog::tools
