"""A local Bot API server with people in it: for the demo, the end-to-end tests and the benchmarks."""

from sandbox.acts import BlockedError, TapError
from sandbox.core import Sandbox
from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.phone import NoSuchButton, Phone
from sandbox.replies import Call, ConnectionDropped, Json, Reply, UploadedFile
from sandbox.simulated import SimulatedWorker

__all__ = [
    "BlockedError",
    "Call",
    "ConnectionDropped",
    "Faults",
    "Json",
    "Limits",
    "NoSuchButton",
    "Phone",
    "Reply",
    "Sandbox",
    "SimulatedWorker",
    "TapError",
    "UploadedFile",
]
