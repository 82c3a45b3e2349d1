"""safetensors/writer/: tensors and metadata, and the bytes that the reference's own writer makes of them."""

import base64
import random
from pathlib import Path

import torch
from safetensors.torch import save

from groups.common import SAFETENSORS_DTYPES, sha256, tensor_bytes, versions, write_bytes, write_json


def random_tensor(dtype: torch.dtype, shape: tuple[int, ...], rng: random.Random) -> torch.Tensor:
    count = torch.Size(shape).numel()
    if dtype == torch.bool:
        return torch.tensor([rng.random() < 0.5 for _ in range(count)], dtype=torch.bool).reshape(shape)
    raw = rng.randbytes(count * dtype.itemsize)
    return (torch.frombuffer(bytearray(raw), dtype=dtype) if count else torch.zeros(0, dtype=dtype)).reshape(shape)


def cases() -> dict[str, tuple[dict[str, torch.Tensor], dict[str, str] | None]]:
    rng = random.Random(7)

    def of(*specs: tuple[str, torch.dtype, tuple[int, ...]]) -> dict[str, torch.Tensor]:
        return {name: random_tensor(dtype, shape, rng) for name, dtype, shape in specs}

    vision = of(
        ("vision_model.post_layernorm.weight", torch.float32, (4,)),
        ("vision_model.embeddings.position_ids", torch.int64, (1, 3)),
        ("vision_model.embeddings.patch_embedding.weight", torch.float32, (2, 3, 2, 2)),
        ("logit_scale", torch.float32, ()),
        ("vision_model.encoder.layers.10.mlp.fc1.bias", torch.float32, (2,)),
        ("vision_model.encoder.layers.9.mlp.fc1.bias", torch.float32, (2,)),
    )
    return {
        "nothing": ({}, None),
        "nothing but metadata": ({}, {"format": "pt"}),
        "one tensor": (of(("weight", torch.float32, (2, 3))), None),
        "a small CLIP's names": (vision, {"format": "pt"}),
        "every dtype": (of(*((f"of {name}", dtype, (3,)) for dtype, name in SAFETENSORS_DTYPES.items())), {"format": "pt"}),
        "fp16 beside bf16": (of(("b", torch.float16, (1,)), ("a", torch.bfloat16, (1,)), ("c", torch.float16, (2,))), {"format": "pt"}),
        "rank 0 and empty": (of(("scalar", torch.float16, ()), ("empty", torch.float32, (0,)), ("empty too", torch.float16, (3, 0, 2)), ("z", torch.float32, (1,))), None),
        "names beyond ASCII, in order of their bytes": (of(("é", torch.float32, (1,)), ("z", torch.float32, (1,)), ("Z", torch.float32, (1,)), ("_", torch.float32, (1,)),
                                                          ("\U0001f600", torch.float32, (1,)), ("\uff5e", torch.float32, (1,)), ("", torch.float32, (1,))), None),
        "names that JSON escapes": (of(('quote"', torch.float32, (1,)), ("back\\slash", torch.float32, (1,)), ("slash/", torch.float32, (1,)), ("tab\t", torch.float32, (1,)),
                                       ("bell\x07", torch.float32, (1,)), ("del\x7f", torch.float32, (1,)), ("line\u2028", torch.float32, (1,))), None),
        "__proto__ is a name like any other": (of(("__proto__", torch.float32, (1,)), ("a", torch.float32, (1,))), None),
        "one metadata value that JSON escapes": (of(("a", torch.uint8, (1,))), {"recipe": '{"lambda":0.3,"names":["é","😀\u2028"],"path":"C:\\\\x/y","nl":"\n\r\t\b\f\x01\x7f"}'}),
        "empty metadata": (of(("a", torch.uint8, (1,))), {}),
    }  # fmt: skip


def make(out: Path) -> None:
    rows = []
    for number, (name, (tensors, metadata)) in enumerate(cases().items()):
        file = save(tensors, metadata)
        write_bytes(out / "safetensors" / "writer" / f"{number:02}.safetensors", file)
        inputs = [
            {
                "name": key,
                "dtype": SAFETENSORS_DTYPES[tensor.dtype],
                "shape": list(tensor.shape),
                "data": base64.b64encode(tensor_bytes(tensor)).decode(),
            }
            for key, tensor in tensors.items()
        ]
        rows.append({"name": name, "file": f"{number:02}.safetensors", "sha256": sha256(file), "metadata": metadata, "tensors": inputs})
    write_json(out / "safetensors" / "writer" / "cases.json", {"made_with": versions("safetensors"), "cases": rows})
