import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinkContents, linkAddress, linkWithPins, readLink, withoutLink } from './link';

const SHA = 'ab'.repeat(32);
const contents: LinkContents = {
  merge: {
    method: { name: 'TiesMergingAlgorithm', options: { threshold: 20, merge_func: 'sum' } },
    scalingFactor: -0.25,
    pretrained: { name: '_pretrained_', weight: 1, sha256: SHA, part: null },
    experts: [
      { name: 'mnist', weight: 0.5, sha256: SHA, part: 'model_ema' },
      { name: '視覚 👩‍👩‍👧 نموذج', weight: 1, sha256: null, part: null },
    ],
  },
  tasks: ['mnist', 'cars & trucks'],
  view: { negative: true },
};
const PAGE = 'https://studio.example/a/index.html?x=1#lambda=0.7&demo=off';

/** An address whose link holds this. */
function holding(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const base64 = Buffer.from(text).toString('base64url');
  return `${PAGE}&link=${base64}`;
}

describe('a link', () => {
  it('brings everything to another page, behind the #', () => {
    const address = linkAddress(PAGE, contents, true);
    const { hash, href } = new URL(address);
    expect(href.replace(hash, '')).toBe('https://studio.example/a/index.html?x=1');
    expect(hash).toMatch(/^#link=[\w-]+$/);
    expect(readLink(address)).toEqual(contents);
  });

  it('has layer factors where there are some, and versions that know none refuse it', () => {
    const layers = { 'layers.0.mlp': 0.5, post: -1 };
    const address = linkAddress(PAGE, { ...contents, merge: { ...contents.merge, layers } }, true);
    expect(readLink(address)?.merge.layers).toEqual(layers);
    const version = (href: string) => {
      const text = new URLSearchParams(new URL(href).hash.slice(1)).get('link') ?? '';
      return JSON.parse(Buffer.from(text, 'base64url').toString()).version;
    };
    expect(version(address)).toBe(2);
    expect(version(linkAddress(PAGE, contents, true))).toBe(1);
    const merge = { ...contents.merge, layers: { post: '1' } };
    expect(() => readLink(holding({ version: 2, ...contents, merge }))).toThrow(
      'merge.layers.post',
    );
  });

  it('brings another method with its options', () => {
    const base_method = {
      method: 'ISO_C_Merge',
      options: { scaling_factor: 1.5, exclude_keys: [] },
    };
    const method = { name: 'SingularValueCalibrationWithBaseMethod', options: { base_method } };
    const linked = { ...contents, merge: { ...contents.merge, method } };
    expect(readLink(linkAddress(PAGE, linked, true))).toEqual(linked);
    const deeper = { method: 'ISO_C_Merge', options: { base_method } };
    const merge = { ...contents.merge, method: { ...method, options: { base_method: deeper } } };
    expect(() => readLink(holding({ version: 1, ...contents, merge }))).toThrow(
      'merge.method.options.base_method',
    );
  });

  describe('has pins', () => {
    const pinned = (name: string, experts = 1) => ({
      name,
      merge: {
        ...contents.merge,
        experts: Array.from({ length: experts }, (_, i) => ({
          name: `expert ${i}`,
          weight: 1,
          sha256: SHA,
          part: null,
        })),
      },
    });

    it('where there are some, and versions that know none say so', () => {
      const pins = [pinned('mine'), pinned('yours', 3)];
      const { address, left } = linkWithPins(PAGE, contents, pins, true);
      expect(readLink(address)).toEqual({ ...contents, pins });
      expect(left).toEqual([]);
      expect(() => readLink(holding({ version: 1, ...contents, pins: [{ name: 'x' }] }))).toThrow(
        'pins.0.merge',
      );
      const none = linkWithPins(PAGE, contents, [], true);
      expect(none.address).toBe(linkAddress(PAGE, contents, true));
    });

    it('as many as there is room for, the latest first', () => {
      const pins = Array.from({ length: 12 }, (_, i) => pinned(`pin ${i}`, 10));
      const { address, left } = linkWithPins(PAGE, contents, pins, true);
      expect(address.length).toBeLessThanOrEqual(16_000);
      const kept = readLink(address)?.pins?.map(({ name }) => name) ?? [];
      expect(kept.length).toBeGreaterThan(2);
      expect([...left, ...kept]).toEqual(pins.map(({ name }) => name));
      const longer = linkAddress(PAGE, { ...contents, pins: pins.slice(left.length - 1) }, true);
      expect(longer.length).toBeGreaterThan(16_000);
    });

    it('but none that is too long by itself', () => {
      const { address, left } = linkWithPins(PAGE, contents, [pinned('vast', 500)], true);
      expect(left).toEqual(['vast']);
      expect(readLink(address)).toEqual(contents);
    });
  });

  it('asks for a page without the demo where it needs none of it', () => {
    expect(new URL(linkAddress(PAGE, contents, false)).hash).toMatch(/^#demo=off&link=/);
  });

  it('is taken out of the address, and nothing else is', () => {
    expect(withoutLink(holding({}))).toBe(PAGE);
    expect(readLink(PAGE)).toBeNull();
  });

  it('takes minus zero for zero', () => {
    const text = JSON.stringify({ version: 1, ...contents }).replace('-0.25', '-0.0');
    expect(readLink(holding(text))?.merge.scalingFactor).toBe(0);
  });
});

describe('a link that is not one', () => {
  const whole = { version: 1, ...contents };
  const experts = contents.merge.experts;
  it.each<[string, unknown, string]>([
    ['is no base64', '', 'it is cut off or was changed on its way'],
    ['is of a newer version', { version: 4 }, 'made by a newer version of this page'],
    ['has no version', contents, 'version is not what it should be'],
    ['has a field too many', { ...whole, files: 1 }, 'files is not what it should be'],
    ['has no expert', { ...whole, merge: { ...whole.merge, experts: [] } }, 'merge.experts is not'],
    [
      'has a sum that is none',
      { ...whole, merge: { ...whole.merge, experts: [{ ...experts[0], sha256: 'x' }] } },
      'merge.experts.0.sha256 is not',
    ],
    [
      'has a factor that is no number',
      { ...whole, merge: { ...whole.merge, scalingFactor: '1' } },
      'merge.scalingFactor is not',
    ],
    ['has an infinite weight', JSON.stringify(whole).replace('0.5', '1e999'), 'experts.0.weight'],
    ['is a list', [whole], 'version is not what it should be'],
    ['is null', null, 'its beginning is not what it should be'],
  ])('%s', (_, value, reason) => {
    expect(() => readLink(holding(value))).toThrow(reason);
    expect(() => readLink(holding(value))).toThrow(
      /^The link in the address cannot be opened: .*\. Nothing was changed; copy the whole link again\.$/,
    );
  });

  it('is cut off', () => {
    const address = linkAddress(PAGE, contents, true);
    expect(() => readLink(address.slice(0, -40))).toThrow('cut off');
  });

  it('is told in words, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((j) => Buffer.from(j).toString('base64url')),
        ),
        (text) => {
          try {
            readLink(`${PAGE}&link=${encodeURIComponent(text)}`);
          } catch (error) {
            expect(error).toMatchObject({ name: 'ConfigError' });
          }
        },
      ),
    );
  });
});
