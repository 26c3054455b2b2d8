"""The words that every layer shares: identifiers, instants and amounts."""

from enum import StrEnum
from typing import NewType

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01 UTC."""

Micros = NewType("Micros", int)
"""Millionths of one major unit of the installation's currency; 20 won are 20_000_000."""

PersonId = NewType("PersonId", int)
ProjectId = NewType("ProjectId", int)
BatchId = NewType("BatchId", int)
TaskId = NewType("TaskId", int)
AssignmentId = NewType("AssignmentId", int)
AnswerId = NewType("AnswerId", int)
PictureId = NewType("PictureId", int)
UploadId = NewType("UploadId", int)

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Kind(StrEnum):
    """How many labels one answer may carry."""

    SINGLE = "single"
    MULTIPLE = "multiple"
