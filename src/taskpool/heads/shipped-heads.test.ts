import { describe, expect, it } from 'vitest';
import type { ZeroShotHead } from '../head';
import { headKey } from './head-key';
import { contentName, findShippedHead, writeShippedHeads } from './shipped-heads';
import { bitsOf } from './testing';

const HEAD: ZeroShotHead = {
  weights: Float32Array.of(0.6, 0.8, 1, -0),
  classes: 2,
  dimension: 2,
  logitScale: Math.fround(100.1),
};
const file = (name: string, text: string) => ({ name, blob: new Blob([text]) });
const FILES = [file('config.json', '{}'), file('model.safetensors', 'weights')];
const keyOf = (template = 'a {}', classnames = ['cat', 'dog']) =>
  headKey('an id', undefined, classnames, [template]);

async function shippedWith(content: string): Promise<Blob> {
  const digest = await (await keyOf()).under(content);
  return new Blob([await writeShippedHeads(new Map([[digest, HEAD]]))]);
}

describe('a head that comes with a model', () => {
  it('is found to the last bit, whatever the order of the files', async () => {
    const shipped = await shippedWith(await contentName(FILES));
    const content = await contentName(FILES.toReversed());
    const found = await findShippedHead(shipped, content, await keyOf());
    expect(found && bitsOf(found)).toEqual(bitsOf(HEAD));
  });

  it('is none of other prompts, other classes, and other files', async () => {
    const content = await contentName(FILES);
    const shipped = await shippedWith(content);
    const [first, second] = FILES as [ReturnType<typeof file>, ReturnType<typeof file>];
    expect(await findShippedHead(shipped, content, await keyOf('the {}'))).toBeNull();
    const others = await keyOf('a {}', ['dog', 'cat']);
    expect(await findShippedHead(shipped, content, others)).toBeNull();
    const changed = [
      [first, file('model.safetensors', 'weightt')],
      [first, file('model', 'weights')],
      [second],
      [file('config.json', 'weights'), file('model.safetensors', '{}')],
    ];
    for (const files of changed) {
      const other = await contentName(files);
      expect(await findShippedHead(shipped, other, await keyOf())).toBeNull();
    }
  });

  it('is none where the file is damaged, is no such file, or cannot be read', async () => {
    const content = await contentName(FILES);
    const text = await (await shippedWith(content)).text();
    const base64 = /": "([^"]+)"/.exec(text)?.[1] ?? '';
    const damaged = [
      text.slice(0, -20),
      text.replace(base64, `${base64.slice(0, -8)}AAAA${base64.slice(-4)}`),
      text.replace(base64, '%'),
      '{"heads": {"a": 1}}',
      '',
    ];
    for (const bad of damaged) {
      expect(bad).not.toBe(text);
      expect(await findShippedHead(new Blob([bad]), content, await keyOf())).toBeNull();
    }
  });
});
