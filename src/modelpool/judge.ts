/**
 * Judges a pool by its headers, before any weight is read: every tensor that is missing, extra or of another shape, by
 * model and tensor. FusionBench reports the first mismatch only, and names no model
 * (`utils/state_dict_arithmetic.py`, `_validate_state_dict_same_keys`).
 */
import { isFloatingPoint } from '../checkpoint/dtype';
import { canonicalVisionNames } from '../clip/tensor-names';
import type { ClipModel, VisionConfig } from '../clip/types';
import { CompatibilityError } from '../errors';
import type { Expert, Finding, ModelPool } from './types';

/**
 * Canonical names of the base's tensors that are merged: the parameters of `CLIPVisionModel` in floating point.
 * `position_ids` is none of them, whatever type an old export gave it.
 */
export function mergedNames(pretrained: ClipModel): string[] {
  const parameters = new Set(canonicalVisionNames(pretrained.vision).map(({ name }) => name));
  return [...pretrained.visionTensors]
    .filter(([name, { dtype }]) => parameters.has(name) && isFloatingPoint(dtype))
    .map(([name]) => name);
}

/** Everything that headers tell about how an expert fits the base; an empty list where it fits perfectly. */
export function judgeExpert(pretrained: ClipModel, expert: ClipModel): Finding[] {
  const findings: Finding[] = [];
  const subject = expert.name;
  const details = [...tensorMismatches(pretrained, expert)];
  if (details.length > 0) {
    findings.push({
      severity: 'error',
      subject,
      message: `${subject} does not fit ${pretrained.name}: ${details.length} tensors differ. Exclude it, or choose the model it was fine-tuned from as the base.`,
      details,
    });
  }
  const conventions = configMismatches(pretrained.vision, expert.vision);
  if (details.length === 0 && conventions.length > 0) {
    findings.push({
      severity: 'warning',
      subject,
      message: `${subject} was configured unlike ${pretrained.name}; the merged model runs with the configuration of ${pretrained.name}.`,
      details: conventions,
    });
  }
  return findings;
}

/**
 * The pool as something that can be merged. Throws CompatibilityError that lists every offending tensor of every
 * expert, by model name; an empty pool is refused likewise.
 */
export function openModelPool(pretrained: ClipModel, experts: readonly Expert[]): ModelPool {
  if (experts.length === 0) {
    throw new CompatibilityError(
      `The pool has ${pretrained.name} but no expert: add at least one fine-tuned model.`,
    );
  }
  const errors = experts
    .flatMap(({ model }) => judgeExpert(pretrained, model))
    .filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const lines = errors.flatMap(({ message, details }) => [
      message,
      ...details.map((line) => `  ${line}`),
    ]);
    throw new CompatibilityError(lines.join('\n'));
  }
  return { pretrained, experts, mergedNames: mergedNames(pretrained) };
}

/** Not parameters: copied from the base, and of no concern where only one of two models has them. */
const BUFFERS = new Set(['embeddings.position_ids']);

function* tensorMismatches(pretrained: ClipModel, expert: ClipModel): Generator<string> {
  for (const name of mergedNames(pretrained)) {
    const expected = pretrained.visionTensors.get(name);
    const actual = expert.visionTensors.get(name);
    if (!expected) continue;
    if (!actual) {
      yield `${name}: missing, expected ${shapeText(expected.shape)}`;
    } else if (!isFloatingPoint(actual.dtype)) {
      yield `${name}: is ${actual.dtype}, expected a floating-point type like the base's ${expected.dtype}`;
    } else if (shapeText(actual.shape) !== shapeText(expected.shape)) {
      yield `${name}: shape ${shapeText(actual.shape)}, expected ${shapeText(expected.shape)}`;
    }
  }
  for (const [name, tensor] of expert.visionTensors) {
    if (!BUFFERS.has(name) && !pretrained.visionTensors.has(name)) {
      yield `${name}: extra, shape ${shapeText(tensor.shape)}; the base has no such tensor`;
    }
  }
}

/** Settings that tensors do not show and that change what the same weights compute. */
const SETTINGS = [
  'heads',
  'activation',
  'layerNormEps',
  'pooling',
] as const satisfies (keyof VisionConfig)[];

function configMismatches(base: VisionConfig, expert: VisionConfig): string[] {
  return SETTINGS.filter((key) => base[key] !== expert[key]).map(
    (key) => `${key}: ${expert[key] ?? 'class token'}, the base has ${base[key] ?? 'class token'}`,
  );
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
