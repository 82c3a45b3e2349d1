"""Prints images per second, and per second of the processor, of a random CLIP vision tower in PyTorch: see bench/engines.ts."""

import json
import sys
import time

import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

asked = json.loads(sys.argv[1])
vision, batch = asked["vision"], asked["batch"]
model = CLIPVisionModelWithProjection(
    CLIPVisionConfig(
        hidden_size=vision["hiddenSize"],
        intermediate_size=vision["intermediateSize"],
        projection_dim=asked["projection"],
        num_hidden_layers=vision["layers"],
        num_attention_heads=vision["heads"],
        image_size=vision["imageSize"],
        patch_size=vision["patchSize"],
        hidden_act=vision["activation"],
    )
).eval()
pictures = torch.randn(batch, 3, vision["imageSize"], vision["imageSize"])
with torch.no_grad():
    model(pictures)
    begun, used, images = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < asked["seconds"]:
        model(pictures)
        images += batch
print(images / (time.perf_counter() - begun), images / (time.process_time() - used))
