import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import type { Checkpoint, TensorSource } from '../types';
import { openPytorch } from './open-pytorch';
import { torchDtypeName } from './torch-dtypes';

interface Case {
  readonly file: string;
  readonly accepted: boolean;
  readonly tensors?: Readonly<
    Record<
      string,
      { readonly dtype: string; readonly shape: readonly number[]; readonly sha256?: string }
    >
  >;
}

const FIXTURES = new URL('../../../reference/fixtures/formats/torch/', import.meta.url);
const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('expected.json', FIXTURES), 'utf8'),
).files;

function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`files/${file}`, FIXTURES)));
}

function open(bytes: Uint8Array<ArrayBuffer>, name = 'model.bin'): Promise<Checkpoint> {
  return openPytorch({ name, blob: new Blob([bytes]) });
}

async function described({ dtype, shape, byteLength, read }: TensorSource) {
  const bytes = await read();
  expect(bytes.length).toBe(byteLength);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { dtype: torchDtypeName(dtype), shape, sha256 };
}

async function contents(checkpoint: Checkpoint) {
  const entries: [string, Awaited<ReturnType<typeof described>>][] = [];
  for (const [name, tensor] of checkpoint.tensors) entries.push([name, await described(tensor)]);
  return Object.fromEntries(entries);
}

/** What torch opens and we do not, and the name that the refusal gives. */
const REFUSED_HERE: Readonly<Record<string, string>> = {
  'sparse.pt': 'torch._utils._rebuild_sparse_tensor',
  'meta.pt': 'torch._utils._rebuild_meta_tensor_no_storage',
  'conjugate.pt': 'conj',
};
/** What torch refuses for its opcodes alone; the content is that of ordered-dict.pt. */
const OPENED_HERE = ['protocol-4.pt', 'protocol-5.pt'];
/** What torch refuses with weights_only, and its tensors: compared with torch in training-files.test.ts. */
const INERT: Readonly<Record<string, readonly string[]>> = {
  'numpy-scalar.pt': ['x'],
  'torchscript.pt': ['weight'],
};
/** The weights stand under this key, and come without it. */
const WRAPPED: Readonly<Record<string, string>> = {
  'nested-state-dict.pt': 'state_dict / ',
  'nested-model.pth': 'model / ',
  'prefixed.ckpt': 'state_dict / ',
  'legacy-nested.pt': 'state_dict / ',
};

describe('files of torch.save, as torch.load(weights_only=True) judges them', () => {
  it.each(cases.map((item) => [item.file, item] as const))('%s', async (file, item) => {
    const attempt = open(bytesOf(file), file);
    const source = OPENED_HERE.includes(file)
      ? cases.find((other) => other.file === 'ordered-dict.pt')
      : item;
    const inert = INERT[file];
    if (inert !== undefined) {
      expect([...(await attempt).tensors.keys()]).toEqual(inert);
      return;
    }
    const refusal = REFUSED_HERE[file];
    if (!source?.accepted || refusal !== undefined) {
      await expect(attempt).rejects.toThrow(FormatError);
      await expect(attempt).rejects.toThrow(refusal ?? `${file}: `);
      return;
    }
    const prefix = WRAPPED[file] ?? '';
    const expected = Object.entries(source.tensors ?? {})
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]);
    expect(await contents(await attempt)).toEqual(Object.fromEntries(expected));
  });
});
