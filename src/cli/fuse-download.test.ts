/** `--download` as people give it, with a small Hub on loopback. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeHub, startFakeHub } from '../hub/testing/fake-hub';
import { pictureParquet } from '../taskpool/parquet/testing';
import { downloadFirst } from './fuse/download';
import type { PlannedRun } from './fuse/plan';
import { planRuns } from './fuse/plan';
import { createProgress } from './fuse/progress';
import {
  fuse,
  IMAGES,
  type Outcome,
  POOL,
  PROJECT,
  REFERENCE,
  temporaryFolder,
} from './fuse/testing';

const NAMES = [
  'HF_ENDPOINT',
  'HF_HUB_CACHE',
  'HF_TOKEN',
  'HF_HOME',
  'TASK_ARITHMETIC_STUDIO_CACHE',
] as const;

let hub: FakeHub;
let cache: string;
let before: Readonly<Record<string, string | undefined>>;
beforeEach(async () => {
  hub = await startFakeHub();
  cache = join(temporaryFolder(), 'hub');
  before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
  process.env.HF_ENDPOINT = hub.endpoint;
  process.env.HF_HUB_CACHE = cache;
  process.env.HF_HOME = temporaryFolder();
  delete process.env.HF_TOKEN;
  hub.add({ kind: 'model', name: 'org/base', files: folder(`${POOL}/base`) });
  for (const name of ['outlines', 'surfaces']) {
    hub.add({ kind: 'model', name: `org/${name}`, files: folder(`${POOL}/experts/${name}`) });
  }
  const digits = join(PROJECT, 'reference/fixtures/parquet/digits/data');
  const data = Object.entries(folder(digits)).map(([name, bytes]) => [`data/${name}`, bytes]);
  hub.add({ kind: 'dataset', name: 'org/digits', files: Object.fromEntries(data) });
});
afterEach(async () => {
  for (const name of NAMES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await hub.close();
});

function folder(path: string): Record<string, Uint8Array> {
  const names = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(path, name))]));
}

const RUN = [
  ...REFERENCE,
  'modelpool.models._pretrained_=org/base',
  'modelpool.models.outlines=org/outlines',
  'modelpool.models.surfaces=org/surfaces',
  'taskpool.clip_model=org/base',
  'taskpool.processor=org/base',
  '~taskpool.test_datasets.outlines',
  '~taskpool.test_datasets.surfaces',
  '+taskpool.test_datasets.digits={_target_:datasets.load_dataset,path:org/digits,split:test}',
  '+print_config=false',
  '+report_save_path=null',
];

/** What is different each time taken out. */
const steady = (text: string) =>
  text
    .replaceAll(new URL(hub.endpoint).host, 'hub')
    .replaceAll(cache, '~/hub')
    .replaceAll(/\b[0-9a-f]{40}\b/g, 'COMMIT')
    .replaceAll(/\(\d+\.\d s.*\)/g, '(TIME)');

describe('--download', () => {
  it('fetches what is missing and runs, and does not ask the Hub again', async () => {
    const { code, printed, told } = await fuse([...RUN, '--download', '--yes']);
    expect(code, told).toBe(0);
    expect(printed).toMatch(/^digits +13 /m);
    expect(readdirSync(cache).sort()).toEqual([
      'datasets--org--digits',
      'models--org--base',
      'models--org--outlines',
      'models--org--surfaces',
    ]);
    const asked = hub.seen.length;
    const again = await fuse([...RUN, '+download=true']);
    expect([again.code, hub.seen.length]).toEqual([0, asked]);
    expect(again.printed).toBe(printed);
  });

  it('shows the list, and fetches nothing where there is no terminal to ask on', async () => {
    const { code, told } = await fuse([...RUN, '+download=true']);
    expect(code).toBe(2);
    expect(steady(told)).toMatchInlineSnapshot(`
      "Looking on the Hub: 4 (TIME)
      11 files, 1.2 MB, to download from hub to ~/hub:
      org/base (main, commit COMMIT)
        config.json                 1.1 kB  sha256 87fc1672199c6f3a057b4b755399c1b87b2efde88ffe38b23dc35cecf583fb88
        model.safetensors           524 kB  sha256 7997438b931510b4d8b924d06d92831c8f3da5cc3c7834c6b8b664b37265f875
        preprocessor_config.json     463 B
        tokenizer.json             30.2 kB  sha256 826796955d3d5a390f3a35188505123d687ca98a72b69a0e43216a792dc02e49
        tokenizer_config.json        272 B
      org/outlines (main, commit COMMIT)
        config.json           477 B
        model.safetensors    326 kB  sha256 fca4159b4bce7669c208c730ae5a8bea9563de350b7db87140d80f52f778d135
      org/surfaces (main, commit COMMIT)
        config.json           477 B
        model.safetensors    327 kB  sha256 e7b86c15bb62d5a24ccec3a4145d82b9e887f7f29d97fb522dad961c2f2f68ba
      org/digits, data set (main, commit COMMIT)
        data/test-00000-of-00002.parquet    8.2 kB  sha256 1affac092a2220bc6fa798ff6be55d8dd419cc6c699e11df08159d596515be46
        data/test-00001-of-00002.parquet    3.7 kB  sha256 490a1955ee213dd79e9aaf87278fe7190cfd1c2e0ec124a87854d436ed6aac63
      Nothing was downloaded: there is no terminal to ask on. Add --yes to fetch what is listed."
    `);
    expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  });

  it('stops at Ctrl-C, and what has come is kept', async () => {
    hub.happen('outlines/model.safetensors', { kind: 'slow', after: 100_000 });
    const running = fuse([...RUN, '--download', '--yes']);
    await hub.slowed();
    const blobs = join(cache, 'models--org--outlines/blobs');
    const begun = () => readdirSync(blobs).filter((name) => name.endsWith('.incomplete'));
    // What was sent has to have come before it can be kept.
    const come = () => begun().map((name) => statSync(join(blobs, name)).size > 0);
    await vi.waitFor(() => expect(come()).toEqual([true]), { timeout: 20_000 });
    process.emit('SIGINT', 'SIGINT');
    const { code, told } = await running;
    expect([code, told]).toEqual([130, expect.stringContaining('it goes on there.')]);
    expect(begun()).toHaveLength(1);
  });

  it('is mentioned where something is missing that it could fetch', async () => {
    const { code, told } = await fuse(RUN);
    expect(code).toBe(2);
    expect(told).toMatch(/hf download org\/base\n/);
    expect(told).toMatch(/\n\nWith --download this command fetches them itself\.$/);
    expect(hub.seen).toEqual([]);
  });

  it('fetches nothing for a run that is only shown', async () => {
    const { code } = await fuse([...RUN, '--download', '--yes', '+dry_run=true']);
    expect([code, hub.seen]).toEqual([0, []]);
  });
});

describe('of a sample', () => {
  const SAMPLED = [
    ...RUN.map((argument) =>
      argument.startsWith('+taskpool.test_datasets.digits=')
        ? '+taskpool.test_datasets.padded={_target_:datasets.load_dataset,path:org/padded,split:test}'
        : argument,
    ),
    '+taskpool.classnames.padded=[one,two]',
    '+taskpool.sample_size=7',
  ];

  /** Pictures of two classes, which read the same with noise behind their ends, in twelve row groups. */
  function paddedParquet(): Uint8Array {
    const folders = readdirSync(join(IMAGES, 'outlines')).sort().slice(0, 2);
    const pictures = folders.flatMap((name, label) =>
      readdirSync(join(IMAGES, 'outlines', name))
        .sort()
        .map((file) => ({ label, bytes: readFileSync(join(IMAGES, 'outlines', name, file)) })),
    );
    const rows = Array.from({ length: 120 }, (_, row) => {
      const { label, bytes } = pictures[row % pictures.length] ?? { label: 0, bytes: Buffer.of() };
      return { label, picture: Buffer.concat([bytes, randomBytes(12_000)]) };
    });
    return pictureParquet(rows, 10);
  }

  it('fetches a part of the data, which gives the numbers of the whole', async () => {
    const files = { 'data/test-00000-of-00001.parquet': paddedParquet() };
    hub.add({ kind: 'dataset', name: 'org/padded', files });
    const folder = temporaryFolder();
    process.env.TASK_ARITHMETIC_STUDIO_CACHE = join(folder, 'cache');
    const outputs = (name: string) => [
      `++report_save_path=${join(folder, `${name}.json`)}`,
      `+predictions_save_path=${join(folder, `${name}.csv`)}`,
    ];
    const part = await fuse([...SAMPLED, ...outputs('part'), '--download', '--yes']);
    expect(part.code, part.told).toBe(0);
    expect(steady(part.told)).toMatch(/ files \(1 in part\), /);
    expect(steady(part.told)).toMatch(
      /^ {2}data\/test-00000-of-00001\.parquet +\d+ kB of 1\.5 MB: [3-7] of 12 row groups/m,
    );
    expect(part.told).toContain(
      `Parts are the row groups of the pictures that are scored. They are kept in ${join(folder, 'cache/parts')}, and have no SHA-256 to compare them with.`,
    );
    expect(existsSync(join(cache, 'datasets--org--padded'))).toBe(false);

    const asked = hub.seen.length;
    const again = await fuse([...SAMPLED, '--download']);
    expect([again.code, hub.seen.length]).toEqual([0, asked]);

    process.env.TASK_ARITHMETIC_STUDIO_CACHE = 'off';
    const whole = await fuse([...SAMPLED, ...outputs('whole'), '--download', '--yes']);
    expect(whole.told).not.toContain('in part');
    expect(readdirSync(cache)).toContain('datasets--org--padded');
    expect(part.printed).toMatch(/^padded +7 /m);
    expect([again.printed, tableOf(part)]).toEqual([part.printed, tableOf(whole)]);
    const written = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(written('part.csv')).toBe(written('whole.csv'));
    expect(JSON.parse(written('part.json')).padded).toEqual(
      JSON.parse(written('whole.json')).padded,
    );
  });

  /** Without the paths of what was written. */
  const tableOf = ({ printed }: Outcome) =>
    printed.split('\n').filter((line) => !line.includes('/'));
});

describe('on a terminal', () => {
  /** What was written there, and the refusal. */
  async function answered(answer: string | null) {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = Object.assign(new PassThrough(), { isTTY: true });
    let written = '';
    output.on('data', (chunk) => {
      written += String(chunk);
      if (!written.endsWith('[y/N] ')) return;
      if (answer === null) input.end();
      else input.write(`${answer}\n`);
    });
    const failure = await downloadFirst(
      await planned(),
      { yes: false },
      { cwd: PROJECT, env: process.env },
      createProgress({ write: () => undefined }),
      new AbortController().signal,
      { input, output },
    ).then(
      () => null,
      (error: Error) => error.message,
    );
    return { written: steady(written), failure };
  }

  function planned(): Promise<PlannedRun[]> {
    const [, path, , name] = REFERENCE;
    return planRuns(
      {
        help: false,
        version: false,
        show: undefined,
        configPath: path,
        configName: name ?? '',
        multirun: false,
        download: true,
        yes: false,
        jobs: undefined,
        overrides: RUN.slice(REFERENCE.length),
      },
      { cwd: PROJECT, configs: join(PROJECT, 'config'), env: process.env, now: new Date() },
    );
  }

  it.each(['n', '', null])('the answer %j is a no', async (answer) => {
    const { written, failure } = await answered(answer);
    expect(written).toMatch(/^Download \d+(\.\d)? [kM]B from hub\? \[y\/N\] $/);
    expect(failure).toBe('Nothing was downloaded.');
    expect(hub.seen.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  });

  it('the answer y is a yes', async () => {
    expect((await answered('y')).failure).toBeNull();
    expect(readdirSync(cache)).toHaveLength(4);
  });
});
