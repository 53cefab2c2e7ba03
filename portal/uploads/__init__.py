"""Files that come in: a limit while they arrive, and a look inside before anyone relies on them."""

from portal.uploads.arriving import (
    LimitedUploadHandler,
    add_refusals,
    limit_of,
    path_of,
    received_file,
    refused_files,
)
from portal.uploads.inspecting import ACCEPT, NAME_LENGTH, TAKEN, Inspected, inspect_upload
from portal.uploads.pictures import MAX_PIXELS
from portal.uploads.refusals import missing, store_full, too_large

__all__ = [
    "ACCEPT",
    "MAX_PIXELS",
    "NAME_LENGTH",
    "TAKEN",
    "Inspected",
    "LimitedUploadHandler",
    "add_refusals",
    "inspect_upload",
    "limit_of",
    "missing",
    "path_of",
    "received_file",
    "refused_files",
    "store_full",
    "too_large",
]
