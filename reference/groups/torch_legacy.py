"""Makes torch's legacy format repeatable: its storage keys are memory addresses, and the storages follow in their order."""

import io
import pickle
import pickletools
import struct
import warnings

FIRST_KEY = 94_000_000_000_000
"""New keys look like the addresses that they replace."""


class Keys(pickle.Unpickler):
    """Collects (key, item size) of every storage in the order of the pickle."""

    def __init__(self, stream: io.BytesIO):
        super().__init__(stream)
        self.item_sizes: dict[str, int] = {}

    def find_class(self, module: str, name: str):
        rebuilds = module == "torch._utils"
        return (lambda *_: None) if rebuilds else super().find_class(module, name)

    def persistent_load(self, identity):
        _, storage_type, key, *_ = identity
        self.item_sizes.setdefault(key, storage_type.dtype.itemsize)


def short(text: str) -> bytes:
    """A protocol 2 pickle's string."""
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def end_of_pickle(data: bytes, start: int) -> int:
    stream = io.BytesIO(data[start:])
    for _ in pickletools.genops(stream):
        pass
    return start + stream.tell()


def repeatable(file: bytes) -> bytes:
    """The same file with keys numbered in the order of the pickle and the storages in the order of the keys."""
    start = 0
    for _ in range(3):  # magic number, protocol, system
        start = end_of_pickle(file, start)
    after_object = end_of_pickle(file, start)
    found = Keys(io.BytesIO(file[start:after_object]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # asking a storage class for its dtype is deprecated
        found.load()
    after_keys = end_of_pickle(file, after_object)
    blobs, position = {}, after_keys
    for key in pickle.loads(file[after_object:after_keys]):
        (count,) = struct.unpack_from("<q", file, position)
        end = position + 8 + count * found.item_sizes[key]
        blobs[key] = file[position:end]
        position = end
    assert position == len(file)
    renamed = {key: str(FIRST_KEY + 64 * number) for number, key in enumerate(found.item_sizes)}
    described = file[start:after_object]
    for key, new in renamed.items():
        described = described.replace(short(key), short(new))
    keys = pickle.dumps(list(renamed.values()), protocol=2)
    return file[:start] + described + keys + b"".join(blobs[key] for key in renamed)
