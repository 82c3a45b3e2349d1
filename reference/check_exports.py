"""Saves a merged model in every format with this project's command line, and opens each with its own library as its card says.

    python reference/check_exports.py [FOLDER]

The Python lines of every card are run as they stand. Embeddings of a few pictures are held to transformers' of the folder that
`CLIPVisionModel.from_pretrained` loads: the same numbers within 1e-5 of the largest (2e-3 in float16). Weights by OpenCLIP's names
are bit-equal once transformers' own conversion has given them back, and a LoRA's B A is as near as its card says. ONNX files pass
`onnx.checker`. Cards are read by huggingface_hub. Wants Node; the exit status is 1 where anything differs.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
BASE = HERE / "fixtures/merge/p8-32/base"
FORMATS = {
    "transformers": [],
    "transformers-clip": ["+merged_model_content=clip"],
    "transformers-float16": ["+merged_model_dtype=float16"],
    "openclip": ["+merged_model_format=openclip"],
    "openclip-vision": ["+merged_model_format=openclip", "+merged_model_content=vision"],
    "onnx": ["+merged_model_format=onnx"],
    "onnx-float16": ["+merged_model_format=onnx", "+merged_model_dtype=float16"],
    "lora": ["+merged_model_format=lora", "+merged_model_rank=8"],
    "lora-vision": ["+merged_model_format=lora", "+merged_model_content=vision", "+merged_model_rank=64"],
}
TOLERANCE = 1e-5
HALF_TOLERANCE = 2e-3
APART = {"openclip": "open-clip", "onnx": "onnx"}
"""What lies beside the environment, for it wants other versions or what must not be found here."""


def save(folder: Path) -> None:
    for name, overrides in FORMATS.items():
        command = ["node", "scripts/fuse.mjs", "--config-path", "reference/fixtures/scoring/program", "--config-name", "clip_task_arithmetic",
                   f"+merged_model_save_path={folder / name}", "+report_save_path=null", "+print_config=false", *overrides]  # fmt: skip
        result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(f"{name}: {result.stderr[-2000:]}")


def pictures() -> torch.Tensor:
    return torch.randn(5, 3, 32, 32, generator=torch.Generator().manual_seed(7))


def card_lines(folder: Path) -> str:
    """The Python of the card, with this folder and this base in the places that it names."""
    (code,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    code = re.sub(r'^MERGED = .*$', f"MERGED = {str(folder)!r}", code, flags=re.MULTILINE)
    return re.sub(r'^BASE = .*$', f"BASE = {str(BASE)!r}", code, flags=re.MULTILINE)


def run_card(folder: Path) -> dict:
    found: dict = {}
    exec(card_lines(folder), found)  # noqa: S102: that they run is what is checked.
    return found


def metadata(folder: Path) -> dict:
    from huggingface_hub import ModelCard

    data = ModelCard.load(folder / "README.md").data.to_dict()
    assert "merge" in data["tags"] and "task-arithmetic" in data["tags"], data
    return data


def of_clip(model) -> torch.Tensor:
    return model.visual_projection(model.vision_model(pictures()).pooler_output)


def convert():
    spec = importlib.util.spec_from_file_location("openclip_worker", HERE / "groups/openclip_worker.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.convert


@torch.no_grad()
def with_transformers(folder: Path, truth: Path) -> dict[str, float]:
    model = run_card(folder)["model"].eval().float()
    return {"embeddings": difference(of_clip(model), truth)}


@torch.no_grad()
def with_openclip(folder: Path, truth: Path) -> dict[str, float]:
    if folder.name == "openclip":
        model = run_card(folder)["model"].eval()
    else:
        # The architecture is nobody's that OpenCLIP has a name for.
        code = re.sub(r"^BASE = .*$", f"BASE = {'local-dir:' + str(folder.parent / 'openclip')!r}", card_lines(folder), flags=re.MULTILINE)
        found: dict = {}
        exec(code, found)  # noqa: S102
        model = found["model"].eval()
    back = convert()(json.loads((folder.parent / "openclip/open_clip_config.json").read_text())["model_cfg"], model).state_dict()
    expected = load_file(folder.parent / "transformers-clip/model.safetensors")
    assert set(back) == set(expected), set(back) ^ set(expected)
    same = all(torch.equal(back[name], tensor) for name, tensor in expected.items())
    return {"embeddings": difference(model.encode_image(pictures()), truth), "tensors that differ": 0.0 if same else 1.0}


def with_onnx(folder: Path, truth: Path) -> dict[str, float]:
    import onnx

    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model)
    assert {entry.key for entry in model.metadata_props} >= {"task_arithmetic_recipe", "preprocessing"}
    embed = run_card(folder)["embed"]
    all_at_once = torch.from_numpy(embed(pictures().numpy()))
    alone = torch.from_numpy(embed(pictures()[:1].numpy()))
    return {"embeddings": difference(all_at_once, truth), "one picture alone": ((alone - all_at_once[:1]).abs().max() / alone.abs().max()).item()}


@torch.no_grad()
def with_lora(folder: Path, truth: Path) -> dict[str, float]:
    from transformers import CLIPModel, CLIPVisionModel

    model = run_card(folder)["model"].eval()
    whole = isinstance(model, CLIPModel)
    tower = model.vision_model if whole else model
    base = CLIPVisionModel.from_pretrained(BASE).state_dict()
    merged = CLIPVisionModel.from_pretrained(folder.parent / "transformers").state_dict()
    factors = load_file(folder / "adapter_model.safetensors")
    said = dict(re.findall(r"^\| `(.+?)` \| ([\d.]+) \|$", (folder / "README.md").read_text(), re.MULTILINE))
    worst = {"B A": 0.0, "error that is said": 0.0}
    prefix = "base_model.model." + ("vision_model." if whole else "")
    assert len(said) * 2 == len(factors)
    for module, error in said.items():
        product = (factors[f"{prefix}{module}.lora_B.weight"].double() @ factors[f"{prefix}{module}.lora_A.weight"].double()).float()
        name = f"{module}.weight"
        added = tower.state_dict()[name] - base[name]
        change = (merged[name].double() - base[name].double()).float()
        worst["B A"] = max(worst["B A"], ((added - product).abs().max() / base[name].abs().max()).item())
        exact = (torch.linalg.matrix_norm((change - product).double()) / torch.linalg.matrix_norm(change.double())).item()
        rank = factors[f"{prefix}{module}.lora_A.weight"].shape[0]
        values = torch.linalg.svdvals(change.double())
        least = (values[rank:].square().sum() / values.square().sum()).sqrt().item()
        worst["error that is said"] = max(worst["error that is said"], abs(exact - float(error)) - 5e-5, abs(least - float(error)) - 6e-5)
    return worst


CHECKS = {"transformers": with_transformers, "openclip": with_openclip, "onnx": with_onnx, "lora": with_lora}


def difference(found: torch.Tensor, truth: Path) -> float:
    expected = load_file(truth)["embeddings"]
    return ((found - expected).abs().max() / expected.abs().max()).item()


def check_one(folder: Path, truth: Path) -> None:
    found = CHECKS[folder.name.split("-")[0]](folder, truth)
    print(json.dumps(found))


@torch.no_grad()
def write_truth(folder: Path, truth: Path) -> None:
    """transformers' own embeddings of what `CLIPVisionModel.from_pretrained` loads."""
    from safetensors.torch import save_file
    from transformers import CLIPModel, CLIPVisionModel

    clip = CLIPModel.from_pretrained(BASE)
    vision = CLIPVisionModel.from_pretrained(folder / "transformers").eval()
    save_file({"embeddings": clip.visual_projection(vision(pictures()).pooler_output)}, truth)


def main() -> int:
    if len(sys.argv) == 3:
        check_one(Path(sys.argv[1]), Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        save(folder)
        truth = folder / "truth.safetensors"
        write_truth(folder, truth)
        right = True
        for name in FORMATS:
            data = metadata(folder / name)
            apart = APART.get(name.split("-")[0])
            path = {"PYTHONPATH": str(Path(sys.prefix) / apart)} if apart else {}
            result = subprocess.run([sys.executable, "-W", "ignore", __file__, str(folder / name), str(truth)],
                                    env=os.environ | path, capture_output=True, text=True)  # fmt: skip
            if result.returncode != 0:
                print(f"{name}: FAILED\n{result.stderr[-2000:]}")
                right = False
                continue
            found = json.loads(result.stdout.splitlines()[-1])
            tolerance = HALF_TOLERANCE if "float16" in name else TOLERANCE
            fits = all(value <= tolerance for value in found.values())
            right = right and fits
            said = ", ".join(f"{what} {value:.1e}" for what, value in found.items())
            print(f"{name} ({data['library_name']}): {'right' if fits else 'WRONG'}: {said}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
