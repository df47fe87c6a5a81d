#include "dasd3390/image/open.h"

#include "dasd3390/image/cckd.h"
#include "dasd3390/image/ckd.h"

namespace dasd3390 {
namespace {

z::Result<std::unique_ptr<Image>> open_file(ImageFile file, const std::filesystem::path& path) {
  CkdHeader header;
  if (const auto size = Z_TRY(file.size()); size < ckd_header_size)
    return z::failure("not a CKD image: {} bytes are too few for its header", size);
  Z_CHECK(file.read(0, std::as_writable_bytes(std::span{&header, 1})));
  const auto kind = Z_TRY(kind_of(header));
  if (header.file_sequence > 1)
    return z::failure("file {} of a volume split into several: name the first", header.file_sequence);
  switch (kind) {
    case CkdKind::compressed: return CckdImage::open(std::move(file), CckdForm::narrow);
    case CkdKind::compressed_wide: return CckdImage::open(std::move(file), CckdForm::wide);
    case CkdKind::plain:
    case CkdKind::plain_large: break;
  }
  return CkdImage::open(std::move(file), path);
}

}  // namespace

z::Result<std::unique_ptr<Image>> open_image(const std::filesystem::path& path, Access access) {
  auto image = open_file(Z_TRY(ImageFile::open(path, access)), path);
  if (!image) return z::failure(image.error().within(path.string()));
  return image;
}

z::Result<> create_image(const std::filesystem::path& path, Geometry geometry, ImageFormat format) {
  if (format == ImageFormat::plain) return CkdImage::create(path, geometry);
  return CckdImage::create(path, geometry, format == ImageFormat::compressed ? CckdForm::narrow : CckdForm::wide);
}

}  // namespace dasd3390
