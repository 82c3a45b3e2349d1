/** `open_clip_config.json`, which stands beside OpenCLIP's weights: the same settings under other names. */
import { isJsonObject, type JsonObject } from '../files';
import type { ConfigSections } from './config-json';
import { positiveInteger, type Section } from './section';

/** OpenCLIP's `CLIPVisionCfg.head_width`, and the epsilon of its LayerNorm. */
const HEAD_WIDTH = 64;

/**
 * Brings an OpenCLIP configuration to the names of a nested `config.json`. OpenCLIP's activation is GELU unless `quick_gelu` is set, and
 * it pools a prompt at its largest token id.
 */
export function openClipSections(file: string, json: JsonObject): ConfigSections {
  const model = section(file, '', json, 'model_cfg');
  const vision = section(file, model.path, model.values, 'vision_cfg');
  const text = section(file, model.path, model.values, 'text_cfg');
  const activation = { hidden_act: model.values.quick_gelu === true ? 'quick_gelu' : 'gelu' };
  const width = positiveInteger(vision, 'width');
  const headWidth = positiveInteger(vision, 'head_width') ?? HEAD_WIDTH;
  return {
    vision: {
      ...vision,
      values: {
        ...activation,
        hidden_size: width,
        num_hidden_layers: vision.values.layers,
        num_attention_heads: width === undefined ? undefined : width / headWidth,
        patch_size: vision.values.patch_size,
        image_size: vision.values.image_size,
      },
    },
    text: {
      ...text,
      values: {
        ...activation,
        hidden_size: text.values.width,
        num_hidden_layers: text.values.layers,
        num_attention_heads: text.values.heads,
        vocab_size: text.values.vocab_size,
        max_position_embeddings: text.values.context_length,
        eos_token_id: 2,
      },
    },
    projection: { ...model, values: { projection_dim: model.values.embed_dim } },
  };
}

/** The object under `key`, empty where there is none. */
export function section(file: string, path: string, parent: JsonObject, key: string): Section {
  const values = parent[key];
  return { file, path: `${path}${key}.`, values: isJsonObject(values) ? values : {} };
}
