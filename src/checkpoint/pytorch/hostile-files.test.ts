import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { randomSource } from '../random.fixture';
import type { Checkpoint } from '../types';
import { openPytorch } from './open-pytorch';

const FIXTURES = new URL('../../../reference/fixtures/formats/torch/files/', import.meta.url);
const OPTIONS = { level: 0 } as const;

function fixture(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(file, FIXTURES)));
}

function open(bytes: Uint8Array, name = 'model.bin'): Promise<Checkpoint> {
  return openPytorch({ name, blob: new Blob([new Uint8Array(bytes)]) });
}

/** A torch archive around a pickle given as text: one character, one byte. */
function archive(pickle: string, more: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const data = Uint8Array.from(pickle, (character) => character.charCodeAt(0));
  return zipSync({
    'archive/data.pkl': [data, OPTIONS],
    'archive/version': [Uint8Array.of(0x33), OPTIONS],
    ...more,
  });
}

describe('random damage is met with tensors that can be read, or a FormatError', () => {
  it.each([
    'ordered-dict.pt',
    'views.pt',
    'deflated.pt',
    'dtypes.pt',
    'legacy.pt',
    'legacy-views.pt',
    'nested-state-dict.pt',
  ])('%s', async (file) => {
    const valid = fixture(file);
    const random = randomSource(20_240_611);
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const bytes = valid.slice(0, random(10) === 0 ? random(valid.length) : valid.length);
      for (let changes = random(4); changes > 0; changes--)
        bytes[random(bytes.length)] = random(256);
      try {
        const { tensors } = await open(bytes);
        for (const tensor of tensors.values()) {
          expect(await tensor.read()).toHaveLength(tensor.byteLength);
        }
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
    expect(refused).toBeLessThan(400);
  });
});

describe('a pickle that means harm is refused at once', () => {
  it.each([
    [
      'an integer of a megabyte',
      `\x80\x02\x8b\x00\x00\x10\x00${'\xff'.repeat(2 ** 20)}.`,
      'an integer has 1048576 bytes',
    ],
    ['a name without end', `\x80\x02c${'a'.repeat(5000)}`, 'a name is too long'],
    [
      'a text longer than the file',
      '\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.',
      'ends in the middle',
    ],
    ['a call of a list', '\x80\x02])R.', 'something that is no function is called'],
    ['a call of an element type', '\x80\x02ctorch\nfloat16\n)R.', 'torch.float16'],
    [
      'a call by another global',
      '\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(X\x09\0\0\0os.systemX\x00\0\0\0)}tR.',
      'a class of its own',
    ],
    ['an import through the stack', '\x80\x04\x8c\x02os\x8c\x06system\x93.', 'os.system'],
    ['a tuple that grows', '\x80\x02)q\0h\0a.', 'a list is expected'],
    ['attributes of a list', '\x80\x02]}b.', 'no dict'],
    [
      'a persistent id that is no storage',
      '\x80\x02X\x06\0\0\0moduleX\x01\0\0\0x\x86Q.',
      'a whole pickled model',
    ],
    ['half a pair in a dict', '\x80\x02}(K\x01u.', 'a dict is expected'],
    ['Python 1', '(lp0\n.', 'the opcode'],
    [
      'more than two million lists',
      `\x80\x02${']'.repeat(2_000_100)}`,
      'more than 2000000 instructions',
    ],
    ['protocol 1', '\x80\x01N.', 'protocol 1'],
  ])('%s', async (_, pickle, message) => {
    const attempt = open(archive(pickle));
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('one list made into a dict a hundred thousand times', async () => {
    const list = `](${']K\x01aK\x02a'.repeat(1000)}e`;
    const dicts = 'ccollections\nOrderedDict\nh\x00\x85R'.repeat(100_000);
    const attempt = open(archive(`\x80\x02(${list}q\x00${dicts}t.`));
    expect((await attempt).tensors.size).toBe(0);
  });

  it('lists inside each other that all contain the same one', async () => {
    const twice = 'q\x00](h\x00h\x00e'.repeat(60);
    expect((await open(archive(`\x80\x02]${twice}.`))).tensors.size).toBe(0);
  });
});

describe('an archive that means harm is refused', () => {
  const pickle = 'archive/data.pkl';

  /** Sets the size that the directory claims for an entry after unpacking. */
  function claimSize(zip: Uint8Array, name: string, size: number): Uint8Array {
    const text = Buffer.from(zip).toString('latin1');
    const entry = text.lastIndexOf('PK\x01\x02', text.lastIndexOf(name));
    new DataView(zip.buffer).setUint32(entry + 24, size, true);
    return zip;
  }

  it('a pickle that would unpack to more than a pickle has', async () => {
    const zip = zipSync({ [pickle]: new Uint8Array(1000), 'archive/version': Uint8Array.of(0x33) });
    await expect(open(claimSize(zip, pickle, 0xfffffffe))).rejects.toThrow(
      /its data\.pkl has 4294967294 bytes/,
    );
  });

  it('an entry that unpacks to less than it claims', async () => {
    const zip = zipSync({ [pickle]: new Uint8Array(1000), 'archive/version': Uint8Array.of(0x33) });
    await expect(open(claimSize(zip, pickle, 5000))).rejects.toThrow(/data\.pkl ends early/);
  });

  it('a bomb is not unpacked beyond what it claims', async () => {
    const zip = zipSync({
      [pickle]: new Uint8Array(10_000_000).fill(0x5d),
      'archive/version': Uint8Array.of(0x33),
    });
    await expect(open(claimSize(zip, pickle, 10))).rejects.toThrow(
      /ends in the middle, at byte 10/,
    );
  });

  it('two entries of one name', async () => {
    const zip = Buffer.from(
      archive('\x80\x02N.', { 'archive/versioo': Uint8Array.of(0x33) }),
    ).toString('latin1');
    const twice = Buffer.from(zip.replaceAll('archive/versioo', 'archive/version'), 'latin1');
    await expect(open(twice)).rejects.toThrow(/archive\/version is there twice/);
  });

  it('an encrypted entry, an unknown method, a directory beyond the end', async () => {
    const patched = (offset: number, value: number) => {
      const zip = archive('\x80\x02N.');
      const entry = Buffer.from(zip).indexOf('PK\x01\x02');
      zip[entry + offset] = value;
      return zip;
    };
    await expect(open(patched(8, 1))).rejects.toThrow(/data\.pkl is encrypted/);
    await expect(open(patched(10, 12))).rejects.toThrow(/compressed with bzip2/);
    await expect(open(patched(28, 255))).rejects.toThrow(/its directory ends early/);
    await expect(open(patched(45, 100))).rejects.toThrow(/data\.pkl lies beyond its end/);
  });
});

describe('a refusal says what to do', () => {
  it.each([
    [
      'module.pt',
      'it is a whole pickled model: it asks for the Python class torch.nn.modules.container.Sequential, which does not come with the file. Load it once in Python, where its code is, and save the weights alone: torch.save(model.state_dict(), "pytorch_model.bin").',
    ],
    [
      'global-os-system.pt',
      'its pickle asks for posix.system, which is not data and is never run here. Load it once in Python, where its code is, and save the weights alone: torch.save(model.state_dict(), "pytorch_model.bin").',
    ],
    [
      'numpy-array.pt',
      'it holds NumPy arrays and no tensor. Load it in Python and save tensors: torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, "pytorch_model.bin").',
    ],
    [
      'truncated.pt',
      'it is a damaged zip archive: the directory at its end is missing, so the file was not downloaded to its end. Download it again.',
    ],
    [
      'beyond-the-storage.pt',
      'it describes a tensor of shape [2, 3] that reaches beyond its storage of 6 values.',
    ],
    [
      'plain-pickle.pt',
      'it is a Python pickle that torch.save did not write. Load it in Python and save its tensors with safetensors.torch.save_file.',
    ],
  ])('%s', async (file, reason) => {
    await expect(open(fixture(file), file)).rejects.toThrow(new FormatError(file, reason));
  });
});
