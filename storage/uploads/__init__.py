"""Reading what coordinators post: tables and pictures, row by row, trusting nothing in them."""

from storage.uploads.upload import Upload, open_upload

__all__ = ["Upload", "open_upload"]
