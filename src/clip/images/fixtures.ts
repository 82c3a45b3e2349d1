/** Test support: the reference pictures and what Pillow, `datasets` and CLIP's processor make of them. */
import { createHash } from 'node:crypto';
import { openAsBlob, readFileSync } from 'node:fs';
import type { NamedBlob } from '../../checkpoint/types';

const FIXTURES = new URL('../../../reference/fixtures/', import.meta.url);

export interface Processed {
  readonly height: number;
  readonly width: number;
  /** SHA-256 of the 8-bit crop, and of the float32 planes. */
  readonly crop: string;
  readonly pixelValues: string;
}

export interface Expectation {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** SHA-256 of `convert("RGB")`, and of the pixels that FusionBench's processor works on. */
  readonly rgb: string;
  readonly fusionBenchRgb: string;
  readonly processed: Readonly<Record<string, Processed>>;
  /** The picture as the `datasets` library decodes it, where that differs. */
  readonly datasets?: {
    readonly width: number;
    readonly height: number;
    readonly rgb: string;
    readonly processed: Readonly<Record<string, Processed>>;
  };
}

export interface Expected {
  readonly configs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly files: readonly Expectation[];
  readonly bad: readonly { readonly file: string; readonly error: string }[];
}

export function expected(): Expected {
  return JSON.parse(readFileSync(new URL('images/expected.json', FIXTURES), 'utf8')) as Expected;
}

export async function picture(path: string): Promise<NamedBlob> {
  return { name: path, blob: await openAsBlob(new URL(`images/${path}`, FIXTURES)) };
}

export function fixtureBytes(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(path, FIXTURES)));
}

export function fixtureJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8')) as T;
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
