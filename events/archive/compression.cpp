#include "events/archive/compression.h"

#include <zdict.h>
#include <zstd.h>

#include "events/base/check.h"

namespace codelog::archive {
namespace {

// On commits of 272 bytes, level 9 is a tenth smaller than level 3 and takes twice its time.
constexpr int compression_level = 9;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

struct Dictionary::Prepared {
  struct Free {
    void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
  };
  std::unique_ptr<ZSTD_CDict, Free> compression;
  std::unique_ptr<ZSTD_DDict, Free> decompression;
};

Dictionary::Dictionary(std::string bytes)
    : bytes_(std::move(bytes)),
      digest_(base::sha256(bytes_)),
      prepared_(std::make_unique<Prepared>()) {
  prepared_->compression.reset(ZSTD_createCDict(bytes_.data(), bytes_.size(), compression_level));
  prepared_->decompression.reset(ZSTD_createDDict(bytes_.data(), bytes_.size()));
}

Dictionary::~Dictionary() = default;

std::optional<std::string> train_dictionary(const std::vector<std::string>& samples,
                                            std::size_t size_max_bytes) {
  std::string joined;
  std::vector<std::size_t> sizes_bytes;
  for (const std::string& sample : samples) {
    joined += sample;
    sizes_bytes.push_back(sample.size());
  }
  std::string dictionary(size_max_bytes, '\0');
  const std::size_t size_bytes =
      ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), joined.data(), sizes_bytes.data(),
                            static_cast<unsigned>(sizes_bytes.size()));
  if (ZDICT_isError(size_bytes) != 0) return std::nullopt;
  dictionary.resize(size_bytes);
  return dictionary;
}

std::string compress(std::string_view raw, const Dictionary* dictionary) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  CODELOG_CHECK(context != nullptr, "there is memory to compress with");
  std::string stored(ZSTD_compressBound(raw.size()), '\0');
  const std::size_t size_bytes =
      dictionary != nullptr
          ? ZSTD_compress_usingCDict(context.get(), stored.data(), stored.size(), raw.data(),
                                     raw.size(), dictionary->prepared_->compression.get())
          : ZSTD_compressCCtx(context.get(), stored.data(), stored.size(), raw.data(), raw.size(),
                              compression_level);
  CODELOG_CHECK(ZSTD_isError(size_bytes) == 0, "zstd compresses any bytes");
  stored.resize(size_bytes);
  return stored;
}

base::Result<std::string> decompress(std::string_view stored, std::uint64_t raw_bytes,
                                     const Dictionary* dictionary) {
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  CODELOG_CHECK(context != nullptr, "there is memory to decompress with");
  std::string raw(raw_bytes, '\0');
  const std::size_t size_bytes =
      dictionary != nullptr
          ? ZSTD_decompress_usingDDict(context.get(), raw.data(), raw.size(), stored.data(),
                                       stored.size(), dictionary->prepared_->decompression.get())
          : ZSTD_decompressDCtx(context.get(), raw.data(), raw.size(), stored.data(),
                                stored.size());
  if (ZSTD_isError(size_bytes) != 0 || size_bytes != raw_bytes) {
    return base::Error{base::ErrorCode::corrupt, "its content cannot be decompressed", {}};
  }
  return raw;
}

}  // namespace codelog::archive
