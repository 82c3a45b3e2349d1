import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../clip/images/decode';
import { readImageSet } from './read-image-set';
import {
  ANIMALS,
  ANIMALS_TASK,
  drop,
  FIXTURES,
  outline,
  PLANTS,
  PLANTS_TASK,
  PNG,
  refusal,
  zip,
} from './test-support';

/** The first bytes of a format that is known and not read. */
const AVIF = '\0\0\0\x20ftypavif....';

describe('which folders are tasks', () => {
  it('one with a folder per class, in code-point order whatever the order of arrival', async () => {
    const set = await readImageSet(drop(ANIMALS));
    expect(outline(set)).toEqual([ANIMALS_TASK]);
    expect(set.tasks[0]?.templates).toEqual(['a photo of a {}']);
    expect(set.skipped).toEqual([]);
  });

  it.each([
    ['two dropped side by side', (path: string) => path],
    ['a folder of them', (path: string) => `tasks/${path}`],
    ['a folder of them in a wrapping folder', (path: string) => `download/tasks/${path}`],
  ])('%s', async (_, place) => {
    const set = await readImageSet(drop([...ANIMALS, ...PLANTS].map(place)));
    expect(outline(set)).toEqual([ANIMALS_TASK, PLANTS_TASK]);
  });

  it.each([0, 6] as const)('zips of each of these, at compression level %d', async (level) => {
    const inside = ANIMALS.map((path) => path.replace('animals/', ''));
    expect(outline(await readImageSet([zip('animals.zip', inside, level)]))).toEqual([
      ANIMALS_TASK,
    ]);
    expect(outline(await readImageSet([zip('x.ZIP', ANIMALS, level)]))).toEqual([ANIMALS_TASK]);
    const wrapped = [...PLANTS, ...ANIMALS].map((path) => `download/tasks/${path}`);
    const set = await readImageSet([zip('x.zip', wrapped, level)]);
    expect(outline(set)).toEqual([ANIMALS_TASK, PLANTS_TASK]);
    for (const { blob } of set.tasks.flatMap((task) => task.images)) {
      expect(new Uint8Array(await blob.arrayBuffer())).toEqual(PNG);
    }
  });

  it('a zip in a folder, whose tasks.json names its classes', async () => {
    const inside = ANIMALS.map((path) => path.replace('animals/', ''));
    const classnames = ANIMALS_TASK.classnames.map((name) => `a ${name}`);
    const json = JSON.stringify({ animals: { classnames, templates: ['{}'] } });
    const set = await readImageSet([
      zip('test/animals.zip', inside, 0),
      { name: 'test/tasks.json', blob: new Blob([json]) },
    ]);
    expect(set.tasks.map((task) => [task.name, task.classnames])).toEqual([
      ['animals', classnames],
    ]);
  });

  it('orders by code point and not by UTF-16 unit', async () => {
    const set = await readImageSet(
      drop(['t/\u{1f600}/1.png', 't/\uff21/1.png', 't/Z/1.png', 't/a/1.png']),
    );
    expect(set.tasks[0]?.classnames).toEqual(['Z', 'a', '\uff21', '\u{1f600}']);
  });
});

it('knows pictures of all formats, by name or by their first bytes', async () => {
  const folder = (name: string, content: string) => ({ [`t/${name}`]: content });
  const set = await readImageSet(
    drop([], {
      ...folder('a/1.ppm', 'P6 1 1 255 abc'),
      ...folder('a/2', 'P3 1 1 255 1 2 3'),
      ...folder('a/3.tif', ''),
      ...folder('a/4', 'II*\0....'),
      ...folder('a/5.BMP', ''),
      ...folder('a/6', `BM............\x28\0\0\0`),
      ...folder('a/7', 'P6 is no picture'),
      ...folder('a/8', 'BMW is none either, and this goes on'),
      ...folder('b/1.pgm', ''),
      ...folder('b/2.gif', ''),
    }),
  );
  const names = set.tasks[0]?.images.map(({ name }) => name);
  expect(names).toEqual([
    'a/1.ppm',
    'a/2',
    'a/3.tif',
    'a/4',
    'a/5.BMP',
    'a/6',
    'b/1.pgm',
    'b/2.gif',
  ]);
  expect(set.skipped.map(({ name }) => name)).toEqual(['t/a/7', 't/a/8']);
});

describe('what is left out', () => {
  it('is named with the reason, litter not even that', async () => {
    const set = await readImageSet(
      drop(
        [
          ...ANIMALS,
          'animals/.DS_Store',
          'animals/cat/Thumbs.db',
          '__MACOSX/animals/cat/._a.png',
          'animals/.git/x.png',
          'animals/cat/more/1.png',
          'animals/loose.png',
          'single.png',
        ],
        {
          'animals/readme.md': 'hello',
          'animals/cat/notes.txt': 'x',
          'animals/cat/small.avif': AVIF,
          'animals/docs/a.txt': 'x',
        },
      ),
    );
    expect(outline(set)).toEqual([ANIMALS_TASK]);
    expect(Object.fromEntries(set.skipped.map(({ name, reason }) => [name, reason]))).toEqual({
      'single.png': 'lies in no folder',
      'animals/loose.png': 'lies in no class folder',
      'animals/readme.md': 'not a picture',
      'animals/cat/notes.txt': 'not a picture',
      'animals/cat/small.avif': 'AVIF pictures cannot be read; convert it to PNG',
      'animals/cat/more': 'lies deeper than the class folders of its task',
      'animals/docs': 'holds no pictures',
    });
  });

  it('knows pictures without an extension by their bytes', async () => {
    expect(outline(await readImageSet(drop(['t/a/1', 't/b/2.data'])))).toEqual([
      { name: 't', classnames: ['a', 'b'], images: ['0 a/1', '1 b/2.data'] },
    ]);
  });

  it('keeps the good task of a drop with a bad one', async () => {
    const set = await readImageSet(drop([...ANIMALS, 'things/only/1.png']));
    expect(outline(set)).toEqual([ANIMALS_TASK]);
    expect(set.skipped).toEqual([
      { name: 'things', reason: expect.stringMatching(/one class folder only, "only"/) },
    ]);
  });
});

describe('what is refused', () => {
  it('what datasets saved with save_to_disk, by name', async () => {
    const names = [
      'birds/data-00000-of-00001.arrow',
      'birds/state.json',
      'birds/dataset_info.json',
    ];
    const error = await refusal(names.map((name) => ({ name, blob: new Blob(['x']) })));
    expect(error.message).toMatch(
      /^birds\/data-00000-of-00001\.arrow: Data that datasets saved with save_to_disk are not read\. Write them as Parquet/,
    );
  });

  it('a task with one class', async () => {
    const error = await refusal(drop(['animals/cat/1.png']));
    expect(error.message).toMatchInlineSnapshot(
      `"animals: There is one class folder only, "cat"; a task needs at least two. Add a folder that holds one folder of pictures for each class, a zip or tar archive of it, a WebDataset, or Parquet files."`,
    );
  });

  it.each([
    ['a folder of pictures', ['cat/1.png'], 'cat'],
    ['pictures alone', ['1.png', '2.png'], '1.png'],
    ['a folder too deep', ['a/b/c/d/e/f/1.png', 'a/b/c/d/e/g/1.png'], 'a'],
    ['nothing', [], 'The drop'],
  ])('%s', async (_, paths, name) => {
    const error = await refusal(drop(paths));
    expect(error.file).toBe(name);
    expect(error.reason).toMatch(
      /no class folders with pictures.*one folder of pictures for each class/,
    );
  });

  it('a task of which no picture can be read', async () => {
    const error = await refusal(drop([], { 't/a/1.avif': AVIF, 't/b/1.avif': AVIF }));
    expect(error.message).toMatch(/^t: None of its pictures can be read/);
  });

  it('a zip that is none', async () => {
    const error = await refusal([{ name: 'x.zip', blob: new Blob(['hello']) }]);
    expect(error.message).toMatch(/^x\.zip: The zip cannot be read .*Pack it again/);
  });

  it('an entry whose data lies outside of the zip, and it alone', async () => {
    const { blob } = zip('t.zip', ['a/1.png', 'b/1.png', 'b/2.png']);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const signature = [0x50, 0x4b, 0x01, 0x02];
    const first = bytes.findIndex((_, i) => signature.every((byte, k) => bytes[i + k] === byte));
    // Where the directory says that the first file begins.
    new DataView(bytes.buffer).setUint32(first + 42, bytes.length);
    const set = await readImageSet([{ name: 't.zip', blob: new Blob([bytes]) }]);
    expect(set.tasks[0]?.images.map(({ name }) => name)).toEqual(['b/1.png', 'b/2.png']);
    expect(set.skipped).toEqual([
      { name: 't.zip/a/1.png', reason: expect.stringMatching(/cannot be unpacked/) },
    ]);
  });
});

it('reports progress and stops when asked', async () => {
  const paths = Array.from({ length: 100 }, (_, i) => `t/${i % 2}/${i}.png`);
  const seen: number[] = [];
  await readImageSet(drop(paths), { onProgress: (done, total) => seen.push(done / total) });
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  const controller = new AbortController();
  const stopped = readImageSet(drop(paths), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(stopped).rejects.toThrow(/abort/i);
});

it("finds FusionBench's fixture tasks with their order of pictures", async () => {
  const root = new URL('scoring/', FIXTURES);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('scoring/images'))
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  const files = await Promise.all(
    paths.map(async (path) => ({
      name: path.slice(path.indexOf('images/')),
      blob: await openAsBlob(path),
    })),
  );
  const { tasks } = await readImageSet(files);
  const { tasks: expected } = JSON.parse(
    readFileSync(new URL('scoring/expected.json', FIXTURES), 'utf8'),
  ) as { tasks: Record<string, { images: string[]; labels: number[] }> };
  expect(tasks.map(({ name }) => name)).toEqual(Object.keys(expected));
  for (const { name, images } of tasks) {
    expect(images.map((image) => `${name}/${image.name}`)).toEqual(expected[name]?.images);
    expect(images.map((image) => image.label)).toEqual(expected[name]?.labels);
  }
  const picture = tasks[0]?.images[0];
  if (!picture) throw new Error('no picture');
  expect((await decodeImage(picture)).width).toBeGreaterThan(0);
});
