"""Uploads."""

from django.core.files.uploadhandler import TemporaryFileUploadHandler as LimitedUploadHandler  # noqa: F401
