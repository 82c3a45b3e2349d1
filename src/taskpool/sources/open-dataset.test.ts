import { createHash } from 'node:crypto';
import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../checkpoint/byte-source';
import type { NamedBlob } from '../../checkpoint/types';
import { openDataset } from './open-dataset';
import type { DatasetRequest, SplitRequest } from './types';

interface Case {
  readonly tree: string;
  readonly path?: 'imagefolder' | 'parquet';
  readonly name?: string;
  readonly data_dir?: string;
  readonly data_files?: string | string[] | Record<string, string | string[]>;
  readonly split: string;
  readonly answer:
    | { readonly error: string }
    | {
        readonly classnames: readonly string[] | null;
        readonly rows: readonly { readonly picture: string; readonly label: number | string }[];
      };
}

const FOLDER = new URL('../../../reference/fixtures/dataset-files/', import.meta.url);
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);

async function treeFiles(tree: string, inside = ''): Promise<NamedBlob[]> {
  const root = new URL(`trees/${tree}/${inside}`, FOLDER);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.pathname.length))
    .map((path) => path.replace(/^\//, ''))
    // Hidden files never come from the disk.
    .filter((path) => !path.split('/').some((step) => step.startsWith('.')));
  return Promise.all(
    paths.map(async (name) => ({ name, blob: await openAsBlob(new URL(encodeURI(name), root)) })),
  );
}

const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);

function request({ tree, path, name, data_files: files, split }: Case): DatasetRequest {
  const bySplit =
    typeof files === 'string' || Array.isArray(files) ? { train: files } : (files ?? undefined);
  return {
    name: tree,
    format: path,
    configuration: name,
    dataFiles:
      bySplit && new Map(Object.entries(bySplit).map(([key, value]) => [key, list(value)])),
    splits: split.split('+').map(splitRequest),
  };
}

/** The few forms that the cases have; all of them are tested where they are parsed. */
function splitRequest(text: string): SplitRequest {
  const [, split = text, from = '', to = ''] = /^(\w+)\[(-?\d*):(-?\d*%?)\]$/.exec(text) ?? [];
  const place = (end: string, total: number, open: number) => {
    if (end === '') return open;
    const at = end.endsWith('%') ? (Number.parseInt(end, 10) * total) / 100 : Number(end);
    return at < 0 ? total + at : at;
  };
  return {
    split,
    rows: (total) => ({ from: place(from, total, 0), to: place(to, total, total) }),
  };
}

const sha256 = async (blob: ByteSource) =>
  createHash('sha256')
    .update(new Uint8Array(await blob.arrayBuffer()))
    .digest('hex');

const open = async (of: Case) =>
  openDataset(await treeFiles(of.tree, of.data_dir && `${of.data_dir}/`), request(of));

/** FusionBench fails on labels that are no numbers: for us there is nothing to score either. */
const isUsable = ({ answer }: Case) =>
  !('error' in answer) && answer.rows.every(({ label }) => typeof label === 'number');

const title = ({ answer: _, ...arguments_ }: Case) => JSON.stringify(arguments_);

describe('rows, as datasets.load_dataset gives them', () => {
  it.each(cases.filter(isUsable).map((of) => [title(of), of] as const))('%s', async (_, of) => {
    if ('error' in of.answer) throw new Error('not usable');
    const { classnames, rows } = await open(of);
    expect(classnames ?? null).toEqual(of.answer.classnames);
    const actual = await Promise.all(
      rows.map(async ({ label, read }) => ({ picture: await sha256(await read()), label })),
    );
    expect(actual).toEqual(of.answer.rows);
  });
});

describe('a zip', () => {
  it('stands for what is in it, in the order in which a folder is walked', async () => {
    const { classnames, rows } = await open({
      tree: 'packed',
      path: 'imagefolder',
      split: 'test',
      answer: { error: 'none: datasets fails on labels of zips' },
    });
    expect(classnames).toEqual(['cat', 'cat b', 'cat-b', 'dog']);
    expect(rows.map(({ name, label }) => [name, label])).toEqual([
      ['test.zip/cat/1.png', 0],
      ['test.zip/cat b/1.png', 1],
      ['test.zip/cat-b/1.png', 2],
      ['test.zip/dog/10.png', 3],
      ['test.zip/dog/2.png', 3],
    ]);
    const [first] = rows;
    expect(new Uint8Array((await (await first?.read())?.slice(0, 4).arrayBuffer()) ?? [])).toEqual(
      new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
    );
  });
});

describe('data that cannot be scored', () => {
  it('are refused wherever datasets refuses them, saying what is wrong', async () => {
    const messages: Record<string, string> = {};
    for (const of of cases.filter((candidate) => !isUsable(candidate))) {
      messages[title(of)] = await open(of).then(
        () => 'opened',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    }
    expect(messages).toMatchInlineSnapshot(`
      {
        "{"tree":"card","name":"medium","split":"test"}": "ConfigError: card has no configuration medium; it has small, large.",
        "{"tree":"described","path":"imagefolder","split":"train"}": "FormatError: described: With metadata.csv in it, datasets takes no classes from folders. Remove that file.",
        "{"tree":"flat","path":"imagefolder","data_files":["cat/3.png"],"split":"train"}": "ConfigError: data_files: there is no file cat/3.png.",
        "{"tree":"flat","path":"imagefolder","split":"test"}": "ConfigError: flat has no split test; it has train.",
        "{"tree":"half-packed","path":"imagefolder","split":"train"}": "FormatError: half-packed: its pictures do not all lie at the same depth, so it has no classes. One folder of pictures for each class is expected.",
        "{"tree":"lone","path":"imagefolder","split":"train"}": "FormatError: lone: all of its pictures lie in one folder, so it has no classes. One folder of pictures for each class is expected.",
        "{"tree":"mixed","split":"train"}": "ConfigError: mixed has no split train; it has test.",
        "{"tree":"uneven","path":"imagefolder","split":"train"}": "FormatError: uneven: its pictures do not all lie at the same depth, so it has no classes. One folder of pictures for each class is expected.",
      }
    `);
  });

  it('are refused where they are saved in a form that is not read', async () => {
    const asked = (names: readonly string[]) =>
      openDataset(
        names.map((name) => ({ name, blob: new Blob() })),
        {
          name: 'birds',
          format: undefined,
          configuration: undefined,
          dataFiles: undefined,
          splits: [splitRequest('train')],
        },
      );
    await expect(
      asked(['data-00000-of-00001.arrow', 'state.json']),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: birds: There are no Parquet files, tar archives or folders of pictures in it, but data-00000-of-00001.arrow. Data that were saved with save_to_disk are read after dataset.to_parquet("data/test.parquet").]`,
    );
    await expect(asked([])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: birds: there are no files of data in it.]`,
    );
  });
});
