"""How ``iphone.heic`` was made: a navy picture of 64 by 48 dots whose camera says that it is an Apple.

uv run --with pillow-heif tests/data/make_heic.py
"""

from pathlib import Path

import pillow_heif
from PIL import Image

exif = Image.Exif()
exif[0x010F] = "Apple"
picture = pillow_heif.from_pillow(Image.new("RGB", (64, 48), "navy"))
picture.save(Path(__file__).with_name("iphone.heic"), quality=60, exif=exif.tobytes())
