"""Run as a subprocess with OpenCLIP on the path: PEFT adapters of an OpenCLIP model, and what PEFT's own merge makes of them.

python lora_worker.py WEIGHTS.safetensors CONFIG.json OUT_FOLDER

For every adapter OUT_FOLDER/NAME holds what `save_pretrained` writes, and OUT_FOLDER/NAME.merged.safetensors the tensors of the
vision tower that changed, by Hugging Face's names as transformers' own conversion gives them.
"""

import importlib.util
import json
import sys
import warnings
from pathlib import Path

import peft
import torch
from open_clip.model import CLIP
from safetensors.torch import load_file, save_file

FIRST = r".*visual\.transformer\.resblocks\.0\."
ADAPTERS = {
    "mlp": peft.LoraConfig(r=2, lora_alpha=4, target_modules=FIRST + r"mlp\.c_(fc|proj)", use_rslora=True),
    "both-towers": peft.LoraConfig(r=2, lora_alpha=4, target_modules=r".*resblocks\.0\.mlp\.c_fc", bias="lora_only"),
    "attention": peft.LoraConfig(r=2, lora_alpha=4, target_modules=FIRST + "attn"),
    "convolution": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["conv1"], modules_to_save=["ln_post"]),
    "text-alone": peft.LoraConfig(r=2, lora_alpha=4, target_modules=r"transformer\.resblocks\.0\.mlp\.c_fc"),
}


def conversion():
    """`convert` of the worker beside this one; the folder itself stays off the path, as it has a `statistics` of its own."""
    spec = importlib.util.spec_from_file_location("openclip_worker", Path(__file__).with_name("openclip_worker.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.convert


def base(weights: Path, config: dict) -> CLIP:
    model = CLIP(**config).eval()
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(weights).items()})
    return model


def main() -> None:
    warnings.simplefilter("ignore")
    weights, config, out = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), Path(sys.argv[3])
    convert = conversion()
    before = convert(config, base(weights, config)).vision_model.state_dict()
    for number, (name, settings) in enumerate(ADAPTERS.items()):
        torch.manual_seed(500 + number)
        model = peft.get_peft_model(base(weights, config), settings)
        generator = torch.Generator().manual_seed(500 + number)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.1)
        model.save_pretrained(out / name)
        merged = peft.PeftModel.from_pretrained(base(weights, config), out / name).merge_and_unload()
        after = convert(config, merged).vision_model.state_dict()
        changed = {key: tensor.contiguous() for key, tensor in after.items() if not torch.equal(tensor, before[key])}
        assert bool(changed) == (name != "text-alone"), name
        if changed:
            save_file(changed, out / f"{name}.merged.safetensors", {"format": "pt"})


if __name__ == "__main__":
    main()
