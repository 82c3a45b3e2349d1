"""formats/shards/: one small CLIP cut into shards, as safetensors and as PyTorch files, and one with a tensor too many."""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from transformers import CLIPConfig, CLIPModel

from groups.common import tensor_sha256, versions, write_bytes, write_json
from groups.torch_files import saved

SHARD_SIZE = "25KB"


def tiny_clip(seed: int) -> CLIPModel:
    """About 15,000 parameters; every tensor random."""
    text = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16, "max_position_embeddings": 8,
            "bos_token_id": 38, "eos_token_id": 39, "pad_token_id": 39}  # fmt: skip
    vision = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "image_size": 16, "patch_size": 8}
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
    return model


def read_index(path: Path) -> dict[str, str]:
    return json.loads(path.read_text())["weight_map"]


def as_torch_shards(source: Path, target: Path) -> None:
    """The same shards as transformers before 4.35 wrote them: pytorch_model-XXXXX-of-XXXXX.bin with an index."""
    index = json.loads((source / "model.safetensors.index.json").read_text())

    def renamed(file: str) -> str:
        return file.replace("model-", "pytorch_model-").replace(".safetensors", ".bin")

    for file in sorted(set(index["weight_map"].values())):
        write_bytes(target / renamed(file), saved(load_file(source / file)))
    index["weight_map"] = {name: renamed(file) for name, file in index["weight_map"].items()}
    write_json(target / "pytorch_model.bin.index.json", index, indent=2)
    shutil.copy(source / "config.json", target)


def overlapping(source: Path, target: Path) -> str:
    """The last shard once more, now also holding, with other values, a tensor that the index gives to the first."""
    weight_map = read_index(source / "model.safetensors.index.json")
    files = sorted(set(weight_map.values()))
    name = min(name for name, file in weight_map.items() if file == files[0] and name.startswith("vision_model."))
    last = load_file(source / files[-1]) | {name: load_file(source / files[0])[name] + 1}
    write_bytes(target / files[-1], save(last, {"format": "pt"}))
    return name


def expected(folder: Path, index: str) -> dict:
    state_dict = CLIPModel.from_pretrained(folder, dtype=torch.float32).state_dict()
    weight_map = read_index(folder / index)
    return {name: {"file": weight_map[name], "sha256": tensor_sha256(state_dict[name])} for name in sorted(weight_map)}


def make(out: Path) -> None:
    folder = out / "formats" / "shards"
    shutil.rmtree(folder, ignore_errors=True)
    model = tiny_clip(71)
    model.save_pretrained(folder / "safetensors", max_shard_size=SHARD_SIZE)
    as_torch_shards(folder / "safetensors", folder / "torch")
    name = overlapping(folder / "safetensors", folder / "overlapping")
    whole = {key: tensor_sha256(tensor) for key, tensor in model.state_dict().items()}
    tensors = expected(folder / "safetensors", "model.safetensors.index.json")
    assert {key: row["sha256"] for key, row in tensors.items()} == whole
    assert {key: row["sha256"] for key, row in expected(folder / "torch", "pytorch_model.bin.index.json").items()} == whole
    with tempfile.TemporaryDirectory() as both:
        shutil.copytree(folder / "safetensors", both, dirs_exist_ok=True)
        shutil.copytree(folder / "overlapping", both, dirs_exist_ok=True)
        in_transformers = expected(Path(both), "model.safetensors.index.json")[name]["sha256"]
    write_json(
        folder / "expected.json",
        {
            "made_with": versions("transformers", "safetensors", "torch"),
            "tensors": tensors,
            "overlapping": {"tensor": name, "byTheIndex": tensors[name]["sha256"], "inTransformers": in_transformers},
        },
    )
