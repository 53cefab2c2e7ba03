"""What is inside a picture: its pages, none with more dots than a worker can hold."""

from __future__ import annotations

import struct
import tempfile
import zlib
from typing import Any, BinaryIO, cast

import pi_heif
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from portal.filekinds import IMAGE_FORMATS, TIFF
from portal.uploads.refusals import refused, too_many_dots, unreadable

# An A3 sheet at 600 dots an inch. Pillow itself only warns, and later: a picture of a few KB may unfold to gigabytes.
MAX_PIXELS = 70_000_000
# Of what came as HEIC: close to what the telephone itself would have made.
HEIC_AS_JPEG_QUALITY = 90
IN_MEMORY_BYTES = 1024 * 1024
# Pillow's decoders raise whatever they trip over in a broken file: a tag's value no table knows, a length of nothing.
_BROKEN_IMAGE = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError,
    struct.error, zlib.error,
)  # fmt: skip
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def pages_of_image(stream: BinaryIO, media_type: str) -> int:
    """How many it has, each of them opened. Raises ``BadInput``."""
    formats = (IMAGE_FORMATS[media_type],)
    try:
        stream.seek(0)
        with Image.open(stream, formats=formats) as image:
            _check_dots(image)
            image.verify()
        stream.seek(0)
        # After verify Pillow wants the file opened anew.
        with Image.open(stream, formats=formats) as image:
            frames = int(getattr(image, "n_frames", 1))
            if frames > 1 and media_type != TIFF:
                raise refused("upload_moving", _("This is a moving picture. Please scan the paper again."))
            for frame in range(min(frames, settings.UPLOAD_LIMIT_PAGES)):
                image.seek(frame)
                _check_dots(image)
                image.load()
            return frames
    except _BOMB as error:
        raise too_many_dots() from error
    except (UnidentifiedImageError, *_BROKEN_IMAGE) as error:
        raise unreadable() from error


def as_jpeg(stream: BinaryIO) -> BinaryIO:
    """The main picture of a HEIC file, written to its end; what the telephone noted of place and time stays out of it. Raises
    ``BadInput``."""
    try:
        stream.seek(0)
        heif = pi_heif.open_heif(stream)
        picture = heif[heif.primary_index]
        _check_dots(picture)  # before any of it is decoded
        made = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES))  # noqa: SIM115 - as long as the upload
        picture.to_pillow().convert("RGB").save(made, "JPEG", quality=HEIC_AS_JPEG_QUALITY)
    except _BOMB as error:
        raise too_many_dots() from error
    except _BROKEN_IMAGE as error:
        raise unreadable() from error
    return made


def _check_dots(image: Any) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise too_many_dots()
