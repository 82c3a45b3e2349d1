/** What tests of configurations share: the reference's answers, and values in the form in which it gives them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ConfigError } from '../../errors';
import { compose } from './compose';
import type { ConfigSource } from './source';
import { type ConfigValue, Float, type Node } from './values/node';

/** A value with its Python type: `["int", 1]`, `["map", [["key", ["str", "x"]]]]`. Floats are Python's `repr`. */
export type Typed = readonly [string, ...unknown[]];

/** A file of `reference/fixtures/configuration`, by its name. */
export function fixture<T>(name: string): T {
  const url = new URL(`../../../reference/fixtures/configuration/${name}`, import.meta.url);
  const bytes = readFileSync(url);
  const text = name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
  // The generator and its test are written together: the shape is the generator's.
  return JSON.parse(text) as T;
}

/** The composition cases of a fixture, with the environment and the time that they were made in. */
export interface Setting {
  readonly environment: Readonly<Record<string, string>>;
  readonly now: string;
}

export interface Run {
  readonly name: string;
  readonly overrides: readonly string[];
  readonly result?: { readonly config: unknown; readonly run: string };
  readonly error?: string;
}

/** What a run composes to, or `refused`. Hydra's run directory comes with it. */
export async function outcome(
  source: ConfigSource,
  { environment, now }: Setting,
  { name, overrides }: Run,
) {
  try {
    const { config, run } = await compose({
      ...source,
      configName: name,
      overrides,
      env: environment,
      now: new Date(now),
      cwd: 'FOLDER',
    });
    return { config: jsonText(config), run: run.dir };
  } catch (error) {
    if (error instanceof ConfigError) return 'refused';
    throw error;
  }
}

/** The reference's answer in the form of `outcome`. */
export function expected({ result }: Run) {
  return result ? { config: JSON.stringify(result.config), run: result.run } : 'refused';
}

/** The message of the ConfigError that is thrown, or `accepted`. */
export async function refusal(running: () => unknown): Promise<string> {
  try {
    await running();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

/** Our value in the reference's typed form; floats by value, as the two languages may write them differently. */
export function typed(node: Node): unknown {
  if (node === null) return ['null'];
  if (node instanceof Float) return ['float', node.value];
  if (node instanceof Map) return ['map', [...node].map(([key, value]) => [key, typed(value)])];
  if (Array.isArray(node)) return ['list', node.map(typed)];
  return [{ boolean: 'bool', number: 'int', string: 'str' }[typeof node as 'string'], node];
}

/** The reference's typed form with floats by value. */
export function withFloats(value: Typed): unknown {
  const [kind, content] = value;
  if (kind === 'float') return ['float', pythonFloat(String(content))];
  if (kind === 'list') return ['list', (content as Typed[]).map(withFloats)];
  if (kind === 'map') {
    return ['map', (content as [string, Typed][]).map(([key, item]) => [key, withFloats(item)])];
  }
  return value;
}

function pythonFloat(text: string): number {
  return { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[text] ?? Number(text);
}

/** A finished value as JSON text: order of keys included. */
function jsonText(value: ConfigValue): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      return Number.isNaN(item) ? 'nan' : item < 0 ? '-inf' : 'inf';
    }
    return item instanceof Map ? Object.fromEntries(item) : item;
  });
}
