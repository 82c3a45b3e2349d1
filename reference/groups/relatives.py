"""formats/relatives.json: models that are built like a CLIP and are none: their config.json and tensor shapes, as transformers writes them."""

import json
from pathlib import Path

import torch
import transformers

from groups.common import versions, write_json
from groups.foreign_models import SMALL, TEXT, VISION, shapes

BERT_TEXT = SMALL | {"vocab_size": 40, "max_position_embeddings": 12, "pad_token_id": 1, "project_dim": 8}
SIGLIP_TEXT = SMALL | {"vocab_size": 40, "max_position_embeddings": 8}


def both(config, **more):
    return config(text_config=TEXT, vision_config=VISION, projection_dim=8, **more)


def models() -> dict[str, torch.nn.Module]:
    t = transformers
    group_vision = VISION | {"depths": [1, 1], "num_hidden_layers": 2, "num_group_tokens": [4, 0], "num_output_groups": [4, 2]}
    align_text = SMALL | {"vocab_size": 40, "max_position_embeddings": 8}
    return {
        "OwlViTModel": t.OwlViTModel(both(t.OwlViTConfig)),
        "Owlv2Model": t.Owlv2Model(both(t.Owlv2Config)),
        "MLCDVisionModel": t.MLCDVisionModel(t.MLCDVisionConfig(**VISION)),
        "AltCLIPModel": t.AltCLIPModel(t.AltCLIPConfig(text_config=BERT_TEXT, vision_config=VISION, projection_dim=8)),
        "GroupViTModel": t.GroupViTModel(t.GroupViTConfig(text_config=TEXT, vision_config=group_vision, projection_dim=8, projection_intermediate_dim=16)),
        "MetaClip2Model": t.MetaClip2Model(both(t.MetaClip2Config)),
        "SiglipModel": t.SiglipModel(t.SiglipConfig(text_config=SIGLIP_TEXT, vision_config=VISION)),
        "Siglip2Model": t.Siglip2Model(t.Siglip2Config(text_config=SIGLIP_TEXT, vision_config=SMALL | {"patch_size": 8, "num_patches": 4})),
        "ChineseCLIPModel": t.ChineseCLIPModel(
            t.ChineseCLIPConfig(text_config=SMALL | {"vocab_size": 40, "max_position_embeddings": 8}, vision_config=VISION)
        ),
        "CLIPSegForImageSegmentation": t.CLIPSegForImageSegmentation(
            both(t.CLIPSegConfig, reduce_dim=8, extract_layers=[0], decoder_num_attention_heads=1, decoder_intermediate_size=8)
        ),
        "XCLIPModel": t.XCLIPModel(
            t.XCLIPConfig(
                text_config=TEXT,
                vision_config=VISION | {"mit_hidden_size": 16, "mit_intermediate_size": 16, "mit_num_hidden_layers": 1, "mit_num_attention_heads": 1},
                projection_dim=8,
                prompt_layers=1,
                prompt_num_attention_heads=1,
            )
        ),
        "AlignModel": t.AlignModel(
            t.AlignConfig(
                text_config=align_text,
                vision_config={"image_size": 16, "width_coefficient": 0.1, "depth_coefficient": 0.1, "hidden_dim": 16, "in_channels": [8], "out_channels": [8], "kernel_sizes": [3],
                               "strides": [1], "num_block_repeats": [1], "expand_ratios": [1], "depthwise_padding": []},
                projection_dim=8,
            )
        ),
        "BlipModel": t.BlipModel(t.BlipConfig(text_config=TEXT | {"encoder_hidden_size": 16}, vision_config=VISION, projection_dim=8)),
        "CLIPTextModelWithProjection": t.CLIPTextModelWithProjection(t.CLIPTextConfig(**TEXT, projection_dim=8)),
    }  # fmt: skip


def make(out: Path) -> None:
    rows = {}
    for name, model in models().items():
        model.config.architectures = [name]
        config = json.loads(model.config.to_json_string())
        rows[name] = {"config": config, "shapes": shapes(model)}
    write_json(out / "formats" / "relatives.json", {"made_with": versions("transformers", "torch"), "models": rows}, indent=None)
