/** Test support: checkpoints as people have them, for the table of `docs/checkpoints.md`. */
import { elementCount } from '../../checkpoint/data-length';
import { openCheckpoint } from '../../checkpoint/open';
import { torchDtypeName } from '../../checkpoint/pytorch/torch-dtypes';
import type { Dtype, NamedBlob, TensorSource } from '../../checkpoint/types';
import { openClip } from '../../clip/open';
import { fixtureFile, fixtureJson, jsonFile, openFixture } from '../../clip/testing';
import { safetensorsFile } from '../../clip/testing-checkpoints';
import type { ClipModel } from '../../clip/types';

export interface Sample {
  /** What the user has, as a phrase. */
  readonly what: string;
  /** Opens it: what it becomes in a few words; throws FormatError where it is refused. */
  readonly open: () => Promise<string>;
}

async function openBase(path: string | undefined): Promise<ClipModel | undefined> {
  return path === undefined ? undefined : { ...(await openFixture(path)), name: 'the base' };
}

/** A folder of the fixtures; an expert where `base` gives the folder of its base. */
export function folder(what: string, path: string, base?: string): Sample {
  return {
    what,
    open: async () => modelText(await openFixture(path, await openBase(base))),
  };
}

/** Files of the user's making. */
export function files(
  what: string,
  make: () => NamedBlob[] | Promise<NamedBlob[]>,
  base?: string,
): Sample {
  return {
    what,
    open: async () => modelText(await openClip('model', await make(), await openBase(base))),
  };
}

/** A file that starts with these bytes (one letter each). */
export function bytes(what: string, name: string, content: string): Sample {
  const letters = Uint8Array.from(content, (letter) => letter.charCodeAt(0));
  return files(what, () => [{ name, blob: new Blob([letters]) }]);
}

/** A file that holds no CLIP: its tensors are counted. */
export function torchFile(
  what: string,
  name: string,
  path = 'formats/torch/files',
  part?: string,
): Sample {
  return {
    what,
    open: async () => {
      const { tensors, found } = await openCheckpoint([
        { ...(await fixtureFile(`${path}/${name}`)), ...(part !== undefined && { part }) },
      ]);
      const types = new Set(Array.from(tensors.values(), ({ dtype }) => torchDtypeName(dtype)));
      const noun = tensors.size === 1 ? 'tensor' : 'tensors';
      const said = found?.key ? `, under \`${found.key}\`` : '';
      return `${tensors.size} ${noun}${tensors.size > 0 ? `: ${[...types].join(', ')}` : ''}${said}`;
    },
  };
}

interface SafetensorsCase {
  readonly name: string;
  readonly bytes: string;
}

/** One of the rules of the format, by its name in `safetensors/cases.json`. */
export function safetensorsCase(name: string): Sample {
  const { cases } = fixtureJson<{ cases: SafetensorsCase[] }>('safetensors/cases.json');
  const found = cases.find((item) => item.name === name);
  if (!found) throw new Error(`no such case of safetensors: ${name}`);
  const blob = new Blob([Buffer.from(found.bytes, 'base64')]);
  return files(name, () => [{ name: 'model.safetensors', blob }]);
}

/** Another model's real tensor names and shapes, by its class in `formats/layouts/foreign.json`. */
export function foreign(what: string, modelClass: string, ...beside: NamedBlob[]): Sample {
  const all = fixtureJson<Record<string, Record<string, number[]>>>('formats/layouts/foreign.json');
  const shapes = all[modelClass];
  if (!shapes) throw new Error(`no such model: ${modelClass}`);
  return files(what, async () => [await zeros(shapes), ...beside]);
}

/** A relative of CLIP as transformers saves it: tensor shapes and config.json. */
export function relative(what: string, modelClass: string): Sample {
  const { models } = fixtureJson<{
    models: Record<string, { config: object; shapes: Record<string, number[]> }>;
  }>('formats/relatives.json');
  const model = models[modelClass];
  if (!model) throw new Error(`no such relative: ${modelClass}`);
  return files(what, async () => [
    await zeros(model.shapes),
    jsonFile('config.json', model.config),
  ]);
}

/** `model.safetensors` of zeros under these names. */
export function zeros(
  shapes: Readonly<Record<string, readonly number[]>>,
  dtype: Dtype = 'F32',
): Promise<NamedBlob> {
  const tensors = Object.entries(shapes).map(([name, shape]) => zero(name, shape, dtype));
  return safetensorsFile('model.safetensors', tensors);
}

const BYTES: Partial<Record<Dtype, number>> = { F64: 8, I64: 8, U64: 8, C64: 8, F16: 2, BF16: 2 };

export function zero(name: string, shape: readonly number[], dtype: Dtype = 'F32'): TensorSource {
  const small = /8|BOOL/.test(dtype) ? 1 : 4;
  const size = dtype.endsWith('16') ? 2 : (BYTES[dtype] ?? small);
  const byteLength = elementCount(shape) * size;
  return { name, dtype, shape, byteLength, read: async () => new Uint8Array(byteLength) };
}

export function modelText({ architecture, vision, remarks }: ClipModel): string {
  const { layers, hiddenSize, patchSize, imageSize } = vision;
  const geometry = `${layers} × ${hiddenSize}, patches of ${patchSize}, ${imageSize} px`;
  return [`${architecture} (${geometry}).`, ...remarks].join(' ');
}

export interface OpenClipChange {
  readonly vision_cfg?: object;
  readonly text_cfg?: object;
}

/** The `open_clip_config.json` of `formats/layouts/open-clip` with more settings. */
export async function openClipConfig(change: OpenClipChange): Promise<object> {
  const { model_cfg } = fixtureJson<{
    model_cfg: { readonly vision_cfg: object; readonly text_cfg: object };
  }>('formats/layouts/open-clip/open_clip_config.json');
  return {
    model_cfg: {
      ...model_cfg,
      vision_cfg: { ...model_cfg.vision_cfg, ...change.vision_cfg },
      text_cfg: { ...model_cfg.text_cfg, ...change.text_cfg },
    },
  };
}

/** The whole CLIP of `merge/p8-32` under other names, as an expert of itself. */
export function renamed(what: string, rename: (name: string) => string): Sample {
  const path = 'merge/p8-32/base';
  return files(
    what,
    async () => {
      const { tensors } = await openCheckpoint([await fixtureFile(`${path}/model.safetensors`)]);
      const others = [...tensors.values()].map((tensor) => ({
        ...tensor,
        name: rename(tensor.name),
      }));
      return [await safetensorsFile('model.safetensors', others)];
    },
    path,
  );
}
