/**
 * A link to a merge: method, options, factor, weights, what of it is looked at, and the sources by name and SHA-256. It stands
 * behind the `#` of the address, which browsers send to no server; there is nothing of any file's contents in it.
 */
import * as v from 'valibot';
import { ConfigError } from '../errors';
import type { NamedMerge, NamedModel, NamedPin } from './types';

export interface LinkContents {
  readonly merge: NamedMerge;
  /** Names of the tasks that are scored. */
  readonly tasks: readonly string[];
  readonly view: LinkedView;
  /** Merges that were pinned; absent where none were. */
  readonly pins?: readonly NamedPin[];
}

/** What of the page is looked at. */
export interface LinkedView {
  /** The axis shows scaling factors below 0 as well. */
  readonly negative: boolean;
}

/** A link that waits for what is not there. */
export interface PendingLink {
  /** Models that it merges and that are not in the library. */
  readonly models: readonly WantedModel[];
  /** Tasks that were scored where it was made, by name. */
  readonly tasks: readonly string[];
}

export interface WantedModel extends Pick<NamedModel, 'name' | 'sha256'> {
  /** A model of this name is there, with other weights. */
  readonly otherWeights: boolean;
}

const KEY = 'link';

/** To be raised when the fields change their meaning. */
const VERSION = 1;

/** Of links with layer factors: versions that know none would merge without. */
const LAYERS_VERSION = 2;

/** Of links with pins: versions that know none refuse what they do not know, and this tells them why. */
const PINS_VERSION = 3;

/** Browsers take addresses of two million characters; this is a pool of some thousand models. */
const LONGEST = 1_000_000;
const MOST_MODELS = 1000;
const MOST_PINS = 100;
const LONGEST_NAME = 1000;
/** Of a vision tower; a ViT-L/14 has 391. */
const MOST_TENSORS = 10_000;

/** Minus zero is zero: it would change the sign of zeros in the bytes. */
const number = v.pipe(
  v.number(),
  v.finite(),
  v.transform((value) => (value === 0 ? 0 : value)),
);
const name = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(LONGEST_NAME));
const values = [
  number,
  v.boolean(),
  v.pipe(v.string(), v.maxLength(LONGEST_NAME)),
  v.pipe(v.array(number), v.maxLength(MOST_MODELS)),
  v.pipe(v.array(v.pipe(v.string(), v.maxLength(LONGEST_NAME))), v.maxLength(MOST_MODELS)),
  v.pipe(v.array(v.pipe(v.array(number), v.maxLength(MOST_TENSORS))), v.maxLength(MOST_MODELS)),
] as const;
const options = v.record(
  v.string(),
  v.union([
    ...values,
    v.strictObject({ method: name, options: v.record(v.string(), v.union(values)) }),
  ]),
);
/** A tower has fewer tensors. */
const MOST_LAYERS = 10_000;
const layers = v.pipe(v.record(name, number), v.maxEntries(MOST_LAYERS));
const model = v.strictObject({
  name,
  weight: number,
  sha256: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  part: v.nullable(name),
});
const merge = v.strictObject({
  method: v.strictObject({ name, options }),
  scalingFactor: v.nullable(number),
  layers: v.exactOptional(layers),
  pretrained: model,
  experts: v.pipe(v.array(model), v.minLength(1), v.maxLength(MOST_MODELS)),
});
const schema = v.strictObject({
  version: v.picklist([VERSION, LAYERS_VERSION, PINS_VERSION]),
  merge,
  pins: v.exactOptional(v.pipe(v.array(v.strictObject({ name, merge })), v.maxLength(MOST_PINS))),
  tasks: v.pipe(v.array(name), v.maxLength(MOST_MODELS)),
  view: v.strictObject({ negative: v.boolean() }),
});

/** The address of this page, whatever stands behind its `#`, with the link in it. `demo`: it needs the built-in demo. */
export function linkAddress(href: string, contents: LinkContents, demo: boolean): string {
  const address = new URL(href);
  const parameters = new URLSearchParams();
  const version = versionOf(contents);
  // Elsewhere the demo would only be in the way.
  if (!demo) parameters.set('demo', 'off');
  parameters.set(KEY, encode(JSON.stringify({ version, ...contents })));
  address.hash = parameters.toString();
  return address.href;
}

function versionOf({ merge: { layers: factors }, pins }: LinkContents): number {
  if (pins) return PINS_VERSION;
  return factors ? LAYERS_VERSION : VERSION;
}

/** Mail and chat programs cut longer addresses off. */
const LONGEST_WITH_PINS = 16_000;

/**
 * The same with as many of the pins as it has room for, the latest first, in their order.
 * @returns the address, and the names of those that were left out
 */
export function linkWithPins(
  href: string,
  contents: Omit<LinkContents, 'pins'>,
  pins: readonly NamedPin[],
  demo: boolean,
): { readonly address: string; readonly left: readonly string[] } {
  for (let first = 0; first < pins.length; first++) {
    const address = linkAddress(href, { ...contents, pins: pins.slice(first) }, demo);
    if (address.length > LONGEST_WITH_PINS) continue;
    return { address, left: pins.slice(0, first).map((pin) => pin.name) };
  }
  return { address: linkAddress(href, contents, demo), left: pins.map((pin) => pin.name) };
}

/**
 * What the link in this address says; null where there is none.
 *
 * @throws ConfigError that says what is wrong with it
 */
export function readLink(href: string): LinkContents | null {
  const text = parametersOf(href).get(KEY);
  if (text === null) return null;
  const { version: _, ...contents } = parse(text);
  return contents;
}

/** The same address without the link. */
export function withoutLink(href: string): string {
  const address = new URL(href);
  const parameters = parametersOf(href);
  parameters.delete(KEY);
  address.hash = parameters.toString();
  return address.href;
}

function parse(text: string): v.InferOutput<typeof schema> {
  if (text.length > LONGEST) throw bad('it is longer than a link can be');
  let value: unknown;
  try {
    value = JSON.parse(decode(text));
  } catch {
    throw bad('it is cut off or was changed on its way');
  }
  const newer = v.safeParse(
    v.object({ version: v.pipe(v.number(), v.minValue(PINS_VERSION + 1)) }),
    value,
  );
  if (newer.success) {
    throw bad('it was made by a newer version of this page. Reload the page to get that version');
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue);
  throw bad(`${where ?? 'its beginning'} is not what it should be (${issue.message})`);
}

function bad(reason: string): ConfigError {
  return new ConfigError(
    `The link in the address cannot be opened: ${reason}. Nothing was changed; copy the whole link again.`,
  );
}

function parametersOf(href: string): URLSearchParams {
  return new URLSearchParams(new URL(href).hash.replace(/^#/, ''));
}

/** UTF-8 as base64 that an address can hold. */
function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Throws on what is no base64 or no UTF-8. */
function decode(text: string): string {
  const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
