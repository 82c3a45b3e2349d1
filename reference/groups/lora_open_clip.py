"""formats/lora-open-clip/: PEFT adapters of OpenCLIP's model in formats/layouts/open-clip, and PEFT's own merge of each."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from groups.common import FIXTURES, OPEN_CLIP, write_json
from groups.formats_layouts import OPEN_CLIP_CONFIG

WEIGHTS = FIXTURES / "formats" / "layouts" / "open-clip" / "open_clip_model.safetensors"


def make(out: Path) -> None:
    folder = out / "formats" / "lora-open-clip"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "config.json").write_text(json.dumps(OPEN_CLIP_CONFIG))
        worker = Path(__file__).with_name("lora_worker.py")
        command = [sys.executable, "-P", str(worker), str(WEIGHTS), str(Path(work) / "config.json"), str(folder)]
        result = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(OPEN_CLIP)}, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        (path / "README.md").unlink()
        config = json.loads((path / "adapter_config.json").read_text())
        config |= {"base_model_name_or_path": "formats/layouts/open-clip"}
        for key, value in config.items():
            if isinstance(value, list):
                config[key] = sorted(value)
        write_json(path / "adapter_config.json", config, indent=2)
    # PEFT keeps an adapter with a name in a folder of that name.
    named = folder / "named"
    for name in ("cars", "dogs"):
        shutil.copytree(folder / ("mlp" if name == "cars" else "both-towers"), named / name)
        (named / "README.md").write_text("# A named adapter\n")
