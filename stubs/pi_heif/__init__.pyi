from typing import IO, TypedDict

class HeifInfo(TypedDict, total=False):
    icc_profile: bytes

class HeifFile:
    size: tuple[int, int]
    mode: str
    @property
    def data(self) -> memoryview: ...
    @property
    def stride(self) -> int: ...
    @property
    def info(self) -> HeifInfo: ...

def get_file_mimetype(fp: bytes) -> str: ...
def open_heif(fp: IO[bytes], convert_hdr_to_8bit: bool = ...) -> HeifFile: ...
