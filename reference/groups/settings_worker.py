"""Run as a subprocess with OpenCLIP on the path: what one set of weights computes under many configurations.

python settings_worker.py CASES.json OUT.json

CASES: {weights, pixels, cases: {name: {config, ids}}}; weights and pixels are safetensors files. A configuration that OpenCLIP itself
refuses gives its error.
"""

import copy
import json
import sys
from pathlib import Path

import torch
from open_clip.model import CLIP
from safetensors.torch import load_file


def rows(tensor: torch.Tensor) -> list[list[float]]:
    return [[float(value) for value in row] for row in tensor]


@torch.no_grad()
def computed(config: dict, weights: dict, pixels: torch.Tensor, ids: list) -> dict:
    try:
        model = CLIP(**copy.deepcopy(config)).eval()
        model.load_state_dict(weights, strict=True)
        image = model.encode_image(pixels)
        text = model.encode_text(torch.tensor(ids))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reference's verdict
        return {"config": config, "error": f"{type(error).__name__}: {error}".splitlines()[0]}
    assert text.ndim == 2
    return {"config": config} | ({"imageEmbeds": rows(image)} if image.ndim == 2 else {}) | {"textEmbeds": rows(text)}


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    weights = {name: tensor.float() for name, tensor in load_file(job["weights"]).items()}
    pixels = load_file(job["pixels"])["pixel_values"]
    results = {name: computed(case["config"], weights, pixels, case["ids"]) for name, case in job["cases"].items()}
    Path(sys.argv[2]).write_text(json.dumps(results))


if __name__ == "__main__":
    main()
