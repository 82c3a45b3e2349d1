/** What training leaves: NumPy's values beside the weights, averaged weights, TorchScript archives. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import type { Checkpoint } from '../types';
import { openPytorch } from './open-pytorch';
import { torchDtypeName } from './torch-dtypes';

interface Expected {
  readonly values: Readonly<Record<string, string>>;
  readonly averaged: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, Readonly<Record<string, object>>>>;
}
const FIXTURES = new URL('../../../reference/fixtures/formats/training/', import.meta.url);
const bytesOf = (file: string) => new Uint8Array(readFileSync(new URL(file, FIXTURES)));
const expected: Expected = JSON.parse(new TextDecoder().decode(bytesOf('expected.json')));

const open = (bytes: Uint8Array<ArrayBuffer>, part?: string) =>
  openPytorch({ name: 'model.pt', blob: new Blob([bytes]), ...(part && { part }) });

async function contents({ tensors }: Checkpoint) {
  const rows: Record<string, object> = {};
  for (const [name, { dtype, shape, read }] of tensors) {
    const sha256 = createHash('sha256')
      .update(await read())
      .digest('hex');
    rows[name] = { dtype: torchDtypeName(dtype), shape, sha256 };
  }
  return rows;
}
const sums = async (checkpoint: Checkpoint) =>
  Object.fromEntries(
    Object.entries(await contents(checkpoint)).map(([name, row]) => [name, Object(row).sha256]),
  );

const files = Object.entries(expected.files).filter(([name]) => name !== 'student-and-teacher.pt');
it.each(files)('%s has the tensors that torch reads', async (name, tensors) => {
  expect(await contents(await open(bytesOf(name)))).toEqual(tensors);
});

describe('NumPy’s values', () => {
  it.each(['numpy.pt', 'numpy-1.pt'])('are metadata, of those that are short: %s', async (file) => {
    const { metadata } = await open(bytesOf(file));
    expect(Object.fromEntries(metadata)).toEqual(expected.values);
  });

  it.each(['numpy-legacy.pt', 'numpy-protocol-4.pt'])(
    'are read in every format: %s',
    async (file) => {
      expect((await open(bytesOf(file))).metadata.get('best_acc')).toBe('61.25');
    },
  );
});

describe('averaged weights', () => {
  it('are taken where they are alone, and their key is known', async () => {
    expect((await open(bytesOf('ema-alone.pt'))).found).toEqual({
      key: 'state_dict_ema',
      others: [],
    });
    expect((await open(bytesOf('own-key.pt'))).found?.key).toBe('my trainer.weights of it');
  });

  it('stand back behind the plain ones, and are named', async () => {
    const { found } = await open(bytesOf('model-and-ema.pt'));
    expect(found).toEqual({ key: 'model', others: ['model_ema'] });
  });

  it('are taken where they are asked for', async () => {
    const averaged = await open(bytesOf('model-and-ema.pt'), 'model_ema');
    expect(await sums(averaged)).toEqual(expected.averaged);
    expect(averaged.found).toEqual({ key: 'model_ema', others: ['model'] });
    const teacher = await open(bytesOf('student-and-teacher.pt'), 'teacher');
    expect(await sums(teacher)).toEqual(expected.averaged);
  });

  it('are a part of the file, which the plain ones are not, asked for or not', async () => {
    const partOf = async (part?: string) => (await open(bytesOf('model-and-ema.pt'), part)).part;
    expect(await partOf()).toBeUndefined();
    expect(await partOf('model')).toBeUndefined();
    expect(await partOf('model_ema')).toBe('model_ema');
    const student = await open(bytesOf('student-and-teacher.pt'), 'student');
    expect(student.part).toBe('student');
    expect((await open(bytesOf('ema-alone.pt'), 'state_dict_ema')).part).toBeUndefined();
  });

  it('keep their keys in their names where nothing tells which is meant', async () => {
    const { tensors } = await open(bytesOf('student-and-teacher.pt'));
    expect([...tensors.keys()]).toContain('student.weight');
    expect([...tensors.keys()]).toContain('teacher.weight');
  });

  it('inside the plain ones do not take their place', async () => {
    const tensor = (key: string) =>
      `ctorch._utils\n_rebuild_tensor_v2\n((${text('storage')}ctorch\nFloatStorage\n${text(key)}${text('cpu')}K\x01tQK\0K\x01\x85K\x01\x85\x89)t`;
    const call = (key: string) => `${tensor(key)}R`;
    const pickle = `\x80\x02}(${text('weight')}${call('0')}${text('ema')}}(${text('weight')}${call('1')}uu.`;
    const data = { 'archive/data/0': new Uint8Array(4), 'archive/data/1': new Uint8Array(4) };
    const { tensors } = await open(archive(pickle, data));
    expect([...tensors.keys()]).toEqual(['weight', 'ema.weight']);
  });

  it('that are not there are asked for in vain', async () => {
    await expect(open(bytesOf('model-and-ema.pt'), 'ema')).rejects.toThrow(
      'it has no tensors under "ema". Tensors lie under model, model_ema.',
    );
  });
});

/** A file of torch.save around this pickle (one letter a byte). */
function archive(pickle: string, more: Readonly<Record<string, Uint8Array>> = {}) {
  const entries = {
    'archive/data.pkl': Uint8Array.from(pickle, (letter) => letter.charCodeAt(0)),
    'archive/version': Uint8Array.of(0x33),
    ...more,
  };
  return new Uint8Array(zipSync(entries, { level: 0 }));
}
const script = (pickle: string) => archive(pickle, { 'archive/constants.pkl': Uint8Array.of() });

const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const DTYPE = `cnumpy\ndtype\n${text('f8')}\x89\x88\x87R`;
const RECONSTRUCT = 'cnumpy.core.multiarray\n_reconstruct\n';
const SCALAR = 'cnumpy.core.multiarray\nscalar\n';

describe('NumPy’s names mean no harm, however they are used', () => {
  it.each([
    ['an array of another class', `${RECONSTRUCT}cposix\nsystem\nK\0\x85N\x87R`, 'posix.system'],
    [
      'an array of what is no class',
      `${RECONSTRUCT}${text('os')}K\0\x85N\x87R`,
      'a class of its own',
    ],
    [
      'an array of an allowed class',
      `${RECONSTRUCT}ctorch\nSize\nK\0\x85N\x87R`,
      'a class of its own',
    ],
    ['a call of the class', 'cnumpy\nndarray\n)R', 'numpy.ndarray'],
    ['a scalar without a type', `${SCALAR}NN\x86R`, 'a NumPy value without a type'],
    [
      'a scalar that is cut off',
      `${SCALAR}${DTYPE}c_codecs\nencode\n${text('abc')}${text('latin1')}\x86R\x86R`,
      'cut off',
    ],
    [
      'an array without a shape',
      `${RECONSTRUCT}cnumpy\nndarray\nK\0\x85N\x87R(K\x01N${DTYPE}\x89Ntb`,
      'without a shape or a type',
    ],
    ['other parts of NumPy', 'cnumpy\nload\n)R', 'numpy.load'],
    ['a loader in NumPy', 'cnumpy.testing._private.utils\nrunstring\n)R', 'runstring'],
  ])('%s is refused', async (_, pickle, message) => {
    const attempt = open(archive(`\x80\x02${pickle}.`));
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('a hundred thousand times the same long text costs no memory', async () => {
    const long = `X\0\0\x10\0${'x'.repeat(2 ** 20)}`;
    const bytes = 'c_codecs\nencode\nh\0h\x01\x86R'.repeat(100_000);
    // Of this thread alone: others test as well.
    const held = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = held();
    const { tensors } = await open(archive(`\x80\x02${long}q\0${text('latin1')}q\x01(${bytes}t.`));
    expect(tensors.size).toBe(0);
    expect(held() - before).toBeLessThan(512 * 2 ** 20);
  });

  it('an array of objects, and one of many, hold nothing here', async () => {
    const { metadata } = await open(bytesOf('numpy.pt'));
    expect(metadata.has('objects')).toBe(false);
    expect(metadata.has('many')).toBe(false);
  });
});

describe('a TorchScript archive means no harm', () => {
  const object = 'c__torch__.A\nB\n)\x81';

  it('opens without its code being there at all', async () => {
    expect((await open(script(`\x80\x02${object}}b.`))).tensors.size).toBe(0);
  });

  it('asks for nothing outside its own classes', async () => {
    await expect(open(script('\x80\x02cposix\nsystem\n)\x81.'))).rejects.toThrow('posix.system');
    await expect(open(archive(`\x80\x02${object}}b.`))).rejects.toThrow('__torch__.A.B');
  });

  it('that contains itself ends', async () => {
    const pickle = `\x80\x02${object}q\0}(${text('a')}h\0ub.`;
    expect((await open(script(pickle))).tensors.size).toBe(0);
  });

  it('that names one module on endless ways is refused', async () => {
    let pickle = `${object}}bq\0`;
    for (let i = 1; i < 60; i++) {
      const inner = `h${String.fromCharCode(i - 1)}`;
      pickle += `${object}}(${text('a')}${inner}${text('b')}${inner}ubq${String.fromCharCode(i)}`;
    }
    await expect(open(script(`\x80\x02(${pickle}t0${''}.`))).rejects.toThrow(FormatError);
    await expect(open(script(`\x80\x02${pickle}.`))).rejects.toThrow('without end');
  });
});
