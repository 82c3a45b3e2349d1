"""merge/p8-32/mergekit.json: mergekit's own task arithmetic, with a weight for each expert, on the pool of FusionBench."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file, save_file

from groups.clips import expert_folders
from groups.common import MERGEKIT, canonical, hashes, versions, write_json
from groups.fusionbench import pool

SHAPE = "p8-32"
MERGES = (
    {"weights": [1.0, 1.0], "lambda": 0.3},
    {"weights": [0.75, -0.4], "lambda": 1.0},
    {"weights": [0.6, 0.3], "lambda": 1.37},
)


def run(config: dict, out: Path) -> dict:
    """The tensors that the real `mergekit-pytorch` writes."""
    file = out / "config.yml"
    # JSON is YAML.
    file.write_text(json.dumps(config))
    program = f"import sys; sys.path.append({str(MERGEKIT)!r}); from mergekit.scripts.merge_raw_pytorch import main; main()"
    subprocess.run([sys.executable, "-c", program, str(file), str(out / "merged")], check=True, capture_output=True)
    return load_file(out / "merged" / "model.safetensors")


def make(out: Path) -> None:
    sys.path.append(str(MERGEKIT))
    experts = list(expert_folders(SHAPE))
    merges = []
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in ("_pretrained_", *experts):
            files[name] = f"{folder}/{name}.safetensors"
            tensors = {canonical(key): value.contiguous() for key, value in pool(SHAPE).load_model(name).state_dict().items()}
            save_file(tensors, files[name])
        for number, merge in enumerate(MERGES):
            place = Path(folder) / str(number)
            place.mkdir()
            config = {
                "merge_method": "task_arithmetic",
                "base_model": files["_pretrained_"],
                "models": [{"model": files[name], "parameters": {"weight": weight}} for name, weight in zip(experts, merge["weights"], strict=True)],
                "parameters": {"lambda": merge["lambda"], "normalize": False},
                "dtype": "float32",
            }
            merges.append(merge | {"tensors": hashes(run(config, place))})
    content = {"made_with": versions("mergekit", "torch"), "experts": experts, "merges": merges}
    write_json(out / "merge" / SHAPE / "mergekit.json", content)
