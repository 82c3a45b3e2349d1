/** Checks and gathers the parts of a model whose geometry is known: vision tensors, projection, text tower. */
import type { TensorSource } from '../checkpoint/types';
import { FormatError } from '../errors';
import { type TextSource, textConfig } from './config/tower';
import { GET_ANOTHER, listed, type Tensors, tensorProblems, textGeometry } from './geometry';
import {
  canonicalTextNames,
  canonicalVisionNames,
  type NamedShape,
  VISUAL_PROJECTION,
} from './tensor-names';
import type { TextTower, VisionConfig } from './types';

const PRE_NORM = ['pre_layrnorm.weight', 'pre_layrnorm.bias'] as const;

/** What belongs to the text half. */
const TEXT_PART = /^text_(model|projection)\./;
const SECOND_POSITIONS = /position(al)?_embeddings?_res/;

/** A buffer of row numbers that older versions of transformers saved; kept, never merged. */
const POSITION_IDS = 'embeddings.position_ids';

/** @throws FormatError that lists every tensor that is missing, of another shape or dtype, or unknown to CLIP */
export function requireVisionTensors(file: string, config: VisionConfig, tensors: Tensors): void {
  const expected = canonicalVisionNames(config);
  const known = new Set([POSITION_IDS, ...expected.map(({ name }) => name)]);
  const unknown = [...tensors.keys()].filter((name) => !known.has(name));
  const problems = [
    ...tensorProblems(expected, tensors),
    ...unknown.map((name) => `${name} is unknown to CLIP's vision tower`),
  ];
  if (problems.length === 0) return;
  if (PRE_NORM.every((name) => !tensors.has(name))) {
    throw new FormatError(
      file,
      `its picture tower has no norm before its layers (${PRE_NORM[0]}), as OpenCLIP's models with no_ln_pre, such as CLIPA: it computes something else than a CLIP. It cannot be merged here.`,
    );
  }
  throw new FormatError(
    file,
    `its vision tower (${config.layers} layers, ${config.hiddenSize} wide, patches of ${config.patchSize} pixels) is not that of a CLIP:${listed(problems)}\n${GET_ANOTHER}`,
  );
}

/**
 * The vision tower's projection, where the file has one.
 * @throws FormatError where it does not fit the tower
 */
export function readProjection(
  file: string,
  config: VisionConfig,
  rest: Tensors,
): TensorSource | undefined {
  const projection = rest.get(VISUAL_PROJECTION);
  if (projection === undefined) return undefined;
  const shape = [projection.shape[0] ?? 0, config.hiddenSize];
  const more = [...rest.keys()].filter(
    (name) => name.startsWith('visual_projection.') && name !== VISUAL_PROJECTION,
  );
  const problems = [
    ...tensorProblems([{ name: VISUAL_PROJECTION, shape }], rest),
    ...more.map((name) => `${name} is unknown to CLIP's projection`),
  ];
  if (problems.length > 0)
    throw new FormatError(file, `its projection cannot be used:${listed(problems)}`);
  return projection;
}

/**
 * The text half, where the file has all of it. An unusable one is no error, for only the vision tower is merged: the reason is a remark.
 * @throws FormatError where configuration and tensors contradict each other
 */
export function readTextTower(
  rest: Tensors,
  source: TextSource,
): { readonly tower?: TextTower; readonly projectionDim?: number; readonly remark?: string } {
  if (![...rest.keys()].some((name) => name.startsWith('text_model.'))) return {};
  const obstacles = source.openClip?.textObstacles ?? [];
  if (obstacles.length > 0) return { remark: notComputed(source.section?.file ?? '', obstacles) };
  const found = textGeometry(rest);
  if (!('geometry' in found)) return { remark: unusable(found) };
  const config = textConfig(found.geometry, source);
  const expected = canonicalTextNames(config, found.projectionDim);
  const problems = [...tensorProblems(expected, rest), ...unknownText(expected, rest)];
  if (problems.length > 0) return { remark: unusable(problems) };
  const tensors = new Map<string, TensorSource>();
  for (const { name } of expected) {
    const tensor = rest.get(name);
    if (tensor !== undefined) tensors.set(name, tensor);
  }
  return { tower: { config, tensors }, projectionDim: found.projectionDim };
}

function notComputed(file: string, settings: readonly string[]): string {
  return `Its text tower is left out: ${file} has settings with which prompts are computed otherwise than here:${listed(settings)}`;
}

/** Tensors that a CLIP's text tower does not have: computed without them, it would be another one. */
function unknownText(expected: readonly NamedShape[], rest: Tensors): string[] {
  const known = new Set([`text_model.${POSITION_IDS}`, ...expected.map(({ name }) => name)]);
  const others = [...rest].filter(([name]) => TEXT_PART.test(name) && !known.has(name));
  return others.map(([, { name }]) =>
    SECOND_POSITIONS.test(name)
      ? `${name} is a second table of positions, as Long-CLIP has`
      : `${name} is unknown to CLIP's text tower`,
  );
}

function unusable(problems: readonly string[]): string {
  return `Its text tower is not a CLIP's and is left out:${listed(problems)}`;
}
