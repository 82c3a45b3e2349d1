"""FusionBench's own model pool and algorithms on the fixtures' folders, everything loaded as float32."""

from pathlib import Path

import torch
import transformers
import transformers.models.clip.modeling_clip as modeling_clip
from fusion_bench.utils.instantiate_utils import set_print_function_call_permeanent
from omegaconf import OmegaConf

from groups.clips import base_folder, expert_folders
from groups.common import quiet, read_json

set_print_function_call_permeanent(False)

# fusion-bench 0.2.33 imports a class that transformers 5.23 has merged into CLIPVisionModel.
modeling_clip.CLIPVisionTransformer = transformers.CLIPVisionModel


def register_tasks(tasks_file: Path) -> dict:
    """Makes the tasks of a tasks.json known to FusionBench, whose own `register_dataset` misspells a key and fails on use."""
    from fusion_bench.tasks.clip_classification import CLIPTemplateFactory

    tasks = read_json(tasks_file)
    for name, task in tasks.items():
        templates = [lambda classname, template=template: template.replace("{}", classname) for template in task["templates"]]
        CLIPTemplateFactory._dataset_mapping[name] = {"classnames": task["classnames"], "templates": templates}
    return tasks


def model_config(folder) -> dict:
    return {
        "_target_": "transformers.CLIPVisionModel.from_pretrained",
        "pretrained_model_name_or_path": str(folder),
        "dtype": "float32",
    }


def pool_of(folders: dict[str, Path]):
    """FusionBench's `CLIPVisionModelPool` of these folders, in this order."""
    from fusion_bench.modelpool import CLIPVisionModelPool

    return CLIPVisionModelPool(models=OmegaConf.create({name: model_config(folder) for name, folder in folders.items()}))


def pool(shape: str, experts: list[str] | None = None, with_base: bool = True):
    """The pool of a fixture shape, experts in folder order unless given."""
    folders = expert_folders(shape)
    base = {"_pretrained_": base_folder(shape)} if with_base else {}
    return pool_of(base | {name: folders[name] for name in experts or folders})


@torch.no_grad()
def merged(algorithm, shape: str, experts: list[str] | None = None, with_base: bool = True) -> transformers.CLIPVisionModel:
    """What the algorithm's `run` returns for the pool."""
    with quiet():
        return algorithm.run(pool(shape, experts, with_base)).eval()


@torch.no_grad()
def merged_folders(algorithm, base: Path, experts: dict[str, Path]) -> transformers.CLIPVisionModel:
    with quiet():
        return algorithm.run(pool_of({"_pretrained_": base} | experts)).eval()
