/** The recipe in a merged file's metadata, read back: foreign text until it has been checked. */
import * as v from 'valibot';
import { FormatError } from '../errors';
import type { Recipe } from './report';

/** Key in the metadata of a merged safetensors file. */
export const RECIPE_KEY = 'task_arithmetic_recipe';

const finite = v.pipe(v.number(), v.finite());
const values = [
  finite,
  v.boolean(),
  v.string(),
  v.array(finite),
  v.array(v.string()),
  v.array(v.array(finite)),
] as const;

/** Options of a method by name: one of them may be another method with its own. */
export const optionValues = v.record(
  v.string(),
  v.union([
    ...values,
    v.object({ method: v.string(), options: v.record(v.string(), v.union(values)) }),
  ]),
);
const model = v.object({
  name: v.string(),
  weight: finite,
  sha256: v.nullable(v.pipe(v.string(), v.hexadecimal(), v.length(64))),
  bytes: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  part: v.optional(v.pipe(v.string(), v.nonEmpty())),
});
const schema = v.object({
  method: v.string(),
  options: v.optional(optionValues, {}),
  scalingFactor: v.nullable(finite),
  layers: v.exactOptional(v.record(v.string(), finite)),
  pretrained: model,
  experts: v.array(model),
  programVersion: v.string(),
});

/** Throws FormatError with the place of the first thing that is wrong. */
export function readRecipe(file: string, text: string): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(file, `the recipe in its metadata (${RECIPE_KEY}) is no JSON.`, {
      cause,
    });
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue) ?? 'the whole';
  throw new FormatError(file, `the recipe in its metadata is damaged at ${path}: ${issue.message}`);
}
