/** How what was saved is loaded in Python: the lines are run as they stand by `reference/check_exports.py`. */
import type { ClipModel } from '../../clip/types';
import type { ExportChoice } from './formats';
import type { HubModel } from './hub-names';

export interface Loading {
  readonly choice: Pick<ExportChoice, 'format' | 'content'>;
  readonly pretrained: ClipModel;
  /** What the base is called, and on the Hub, where it is known. */
  readonly base: string;
  readonly hub: HubModel | undefined;
}

/** Lines of Python, and what is to be said of them. */
export function loadingText(loading: Loading): string {
  const { choice, pretrained } = loading;
  const isWhole = choice.content === 'clip';
  switch (choice.format) {
    case 'transformers':
      return isWhole
        ? code([
            'from transformers import CLIPModel',
            '',
            MERGED,
            'model = CLIPModel.from_pretrained(MERGED)',
          ])
        : code([
            'from transformers import CLIPModel, CLIPVisionModel',
            '',
            MERGED,
            baseLine(loading),
            'vision = CLIPVisionModel.from_pretrained(MERGED)',
            'model = CLIPModel.from_pretrained(BASE)',
            'model.vision_model = getattr(vision, "vision_model", vision)',
          ]);
    case 'openclip':
      return isWhole
        ? code([
            'import open_clip',
            '',
            MERGED.replace('its repository', '"hf-hub:" and its repository'),
            'model = open_clip.create_model(MERGED if ":" in MERGED else f"local-dir:{MERGED}")',
          ])
        : `The file holds OpenCLIP's \`visual.\` alone, for a model of the same architecture:\n\n${code(
            [
              'import open_clip',
              'from safetensors.torch import load_file',
              '',
              MERGED,
              'BASE = "ViT-B-32"  # OpenCLIP\'s name of the architecture, or local-dir: and a folder',
              'model = open_clip.create_model(BASE)',
              'found = model.load_state_dict(load_file(f"{MERGED}/open_clip_model.safetensors"), strict=False)',
              'assert not found.unexpected_keys',
            ],
          )}`;
    case 'onnx': {
      const { imageSize } = pretrained.vision;
      const output = pretrained.visualProjection ? 'image_embeds' : 'pooler_output';
      return `One graph with its weights (opset 17, and ONNX Runtime's own operators, \`com.microsoft\` 1): \`pixel_values\`, float32 \`[batch, 3, ${imageSize}, ${imageSize}]\`, prepared as for the base, to \`${output}\`, float32, not normalised. Checked with ONNX Runtime 1.32.\n\n${code(
        [
          'import onnxruntime',
          '',
          MERGED,
          'session = onnxruntime.InferenceSession(f"{MERGED}/model.onnx")',
          `embed = lambda pixel_values: session.run(["${output}"], {"pixel_values": pixel_values})[0]`,
        ],
      )}`;
    }
    case 'lora': {
      const model = isWhole ? 'CLIPModel' : 'CLIPVisionModel';
      const text = code([
        'from peft import PeftModel',
        `from transformers import ${model}`,
        '',
        MERGED,
        baseLine(loading),
        `model = PeftModel.from_pretrained(${model}.from_pretrained(BASE), MERGED).merge_and_unload()`,
      ]);
      return isWhole ? text : `${text}\n\nModules have the names of transformers 5.`;
    }
  }
}

const MERGED = 'MERGED = "."  # this folder, or its repository on the Hub';

function baseLine({ hub, base }: Loading): string {
  const name = hub?.repository ?? base;
  return `BASE = ${JSON.stringify(name)}  # ${hub ? 'what it was merged on' : 'folder or repository of what it was merged on'}`;
}

function code(lines: readonly string[]): string {
  return ['```python', ...lines, '```'].join('\n');
}
