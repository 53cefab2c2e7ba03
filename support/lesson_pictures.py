"""Pictures of lessons: drawn anew before they are kept, so that nothing but the picture comes along, and not larger than a screen."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from portal import files
from portal.errors import BadInput
from portal.filekinds import IMAGE_FORMATS, JPEG, PDF, PNG
from portal.uploads import inspect_upload

WIDEST = 1600
QUALITY = 85


@dataclass(frozen=True)
class Picture:
    """A picture in the store."""

    sha256: str
    media_type: str


def keep_picture(upload: UploadedFile) -> Picture:
    """Keep what is to be seen in it; where it was taken stays out of it. Raises ``BadInput``, ``Unavailable``."""
    found = inspect_upload(upload)
    if found.media_type == PDF:
        raise BadInput(_("Choose a picture: JPEG, PNG or WebP."), code="not_a_picture", field="picture")
    kind = PNG if found.media_type == PNG else JPEG
    found.file.seek(0)
    made = BytesIO()
    with Image.open(found.file, formats=(IMAGE_FORMATS[found.media_type],)) as opened:
        seen = ImageOps.exif_transpose(opened).convert("RGBA" if kind == PNG else "RGB")
        seen.thumbnail((WIDEST, WIDEST))
        seen.save(made, IMAGE_FORMATS[kind], quality=QUALITY)
    return Picture(files.store([made.getvalue()]).sha256, kind)
