/**
 * Whatever is killed at whatever moment: what had been acknowledged is there afterwards, nothing is there that is not
 * listed, and what is listed merges to the reference's bytes. The moments are random; a failure tells the seed
 * (`STUDIO_SEED=...` runs them again, as far as a machine does the same thing twice).
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Page } from '@playwright/test';
import { zipSync } from 'fflate';
import { download, tensorHashes } from './support/downloads';
import {
  expectScores,
  fixtureJson,
  fixturePath,
  IMAGES,
  POOL,
  poolFolder,
  scored,
  temporaryFolder,
} from './support/fixture-pool';
import { type Listed, listedNames, storedLibrary } from './support/library';
import { KILLS, type Kill, type Mortal, openMortal } from './support/mortal';
import { row, unfolded } from './support/pool-rows';
import { randomNumbers, SEED, shuffled } from './support/random';
import { test as base, expect } from './support/test';

const EMPTY = '/#demo=off';
const POOL_NAMES = ['base', 'outlines', 'surfaces'];
const TASK_NAMES = ['outlines', 'surfaces'];
/** A page whose engine was killed while it started has no buttons: what was to begin there never will. */
const BEGIN = { timeout: 3000 };
/** Long work is killed early, and so more often. */
const LONGEST_MS = 4000;
/** What the demo has. */
const DEMO: Listed = {
  models: ['_pretrained_', 'chess', 'fashion', 'flags', 'mnist'],
  tasks: ['chess', 'fashion', 'flags', 'mnist'],
};
const hashes = fixtureJson<{
  readonly scaling_factors: Readonly<Record<string, Readonly<Record<string, string>>>>;
}>(`${POOL}/expected.json`).scaling_factors['0.7'];

const test = base.extend<{ mortal: Mortal }>({
  mortal: async ({ launchOptions, baseURL }, use) => {
    const mortal = await openMortal(launchOptions, baseURL ?? '');
    await use(mortal);
    await mortal.close();
  },
});

/** Something that takes a while and changes what is in the library, or not. */
interface Work {
  readonly name: string;
  /** Begins it; what becomes of it is not waited for. */
  begin(page: Page): Promise<unknown>;
  /** What may be in the library after a kill in its middle, its end last. */
  outcomes(before: Listed): readonly Listed[];
  /** Waits for its end. */
  end(page: Page): Promise<unknown>;
}

const listed = (page: Page) => page.evaluate(listedNames);
const sorted = ({ models, tasks }: Listed): Listed => ({
  models: models.toSorted(),
  tasks: tasks.toSorted(),
});
const text = (names: Listed) => JSON.stringify(sorted(names));

/** Kills work at a random moment, again and again, and looks at what is left. */
class Killer {
  private readonly random: () => number;
  private readonly kills: Kill[];
  private count = 0;
  /** How long work takes that is not killed. */
  private readonly durations = new Map<string, number>();
  /** How the kills found things. */
  private readonly found: Record<string, number> = {};

  constructor(
    private readonly mortal: Mortal,
    salt: number,
    rounds: number,
  ) {
    this.random = randomNumbers(SEED + salt);
    const kills = Array.from({ length: rounds }, (_, i) => KILLS[i % KILLS.length] ?? KILLS[0]);
    this.kills = shuffled(kills, this.random);
  }

  /** Does the work once to its end, to know how long it takes. */
  async time(work: Work): Promise<void> {
    const started = performance.now();
    await work.begin(this.mortal.page());
    await work.end(this.mortal.page());
    this.durations.set(work.name, Math.min(performance.now() - started, LONGEST_MS));
  }

  /** Kills the work, reopens the page, and expects it in order. Returns what is in the library. */
  async kill(work: Work, before: Listed, address = EMPTY): Promise<Listed> {
    const { mortal } = this;
    const kind = this.kills[this.count++] ?? 'tab closed';
    // A little longer than it takes, so that some are killed when they have just ended.
    const delay = 1.1 * this.random() * (this.durations.get(work.name) ?? 1000);
    const label = `seed ${SEED}, kill ${this.count}: ${kind} ${delay.toFixed(0)} ms after ${work.name}`;
    await test.step(label, async () => {
      const page = mortal.page();
      const started = performance.now();
      const begun = Promise.resolve(work.begin(page)).catch(() => undefined);
      const wait = delay - (performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
      await mortal.kill(kind);
      await begun;
      const shown = mortal.shown();
      await mortal.revive(kind, address);

      const outcomes = work.outcomes(before).map(text);
      const final = outcomes.at(-1);
      const acknowledged = text(shown) === final;
      await expect
        .poll(
          async () => {
            const stored = await storedLibrary(mortal.page());
            const page = await listed(mortal.page());
            return {
              leftovers: stored.leftovers,
              page: text(page),
              known: outcomes.includes(text(stored)) || text(stored),
              kept:
                !acknowledged || text(stored) === final || `${text(stored)}, was shown ${final}`,
              stored: text(stored),
            };
          },
          { message: label, intervals: [100, 200, 400], timeout: 20_000 },
        )
        .toEqual({
          leftovers: [],
          page: expect.any(String),
          known: true,
          kept: true,
          stored: expect.any(String),
        });
      await expect(async () => {
        const stored = await storedLibrary(mortal.page());
        expect(sorted(await listed(mortal.page())), label).toEqual(
          sorted({ models: stored.models, tasks: stored.tasks }),
        );
      }).toPass({ timeout: 20_000 });
      const after = text(await listed(mortal.page()));
      const how =
        after === text(before) ? 'nothing done' : after === final ? 'all done' : 'a part done';
      this.found[how] = (this.found[how] ?? 0) + 1;
    });
    return listed(mortal.page());
  }

  annotate(): void {
    const description = `seed ${SEED}: ${JSON.stringify(this.found)}`;
    test.info().annotations.push({ type: 'kills', description });
  }
}

async function expectMergedBytes(page: Page): Promise<void> {
  const { bytes } = await download(page, 'Download merged model');
  expect(tensorHashes(bytes), `seed ${SEED}`).toEqual(hashes);
}

/** Waits until the page lists this. */
async function lists(page: Page, names: Listed): Promise<void> {
  await expect.poll(async () => text(await listed(page)), { intervals: [20] }).toBe(text(names));
}

const importPool: Work = {
  name: 'models are imported',
  begin: (page) => page.getByLabel('Add checkpoint folder').setInputFiles(poolFolder(), BEGIN),
  outcomes: ({ models, tasks }) => [
    { models, tasks },
    { models: [...models, ...POOL_NAMES], tasks },
  ],
  end: (page) => expect(row(page, 'Expert', 'surfaces')).toBeVisible(),
};

/** The model is unfolded and its dialog open: what begins is the removal itself. */
const removeModel = (name: string): Work => ({
  name: 'a model is removed',
  begin: (page) => page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click(BEGIN),
  outcomes: ({ models, tasks }) => [
    { models, tasks },
    { models: models.filter((model) => model !== name), tasks },
  ],
  end: (page) => expect(page.getByRole('dialog')).toBeHidden(),
});

async function askToRemove(page: Page, name: string): Promise<void> {
  await (await unfolded(page, name)).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
}

test('models being imported or removed', async ({ mortal }) => {
  test.slow();
  const killer = new Killer(mortal, 1, 20);
  let now: Listed = { models: [], tasks: [] };
  await mortal.open(EMPTY);
  await killer.time(importPool);
  now = await listed(mortal.page());
  for (let round = 0; round < 20; round++) {
    const complete = now.models.length === POOL_NAMES.length;
    if (complete && round % 10 === 0) await expectMergedBytes(mortal.page());
    const [first] = now.models.toReversed();
    if (first === undefined) now = await killer.kill(importPool, now);
    else {
      await askToRemove(mortal.page(), first);
      now = await killer.kill(removeModel(first), now);
    }
    // A part of the pool cannot be imported again beside itself: it is removed to the end.
    while (now.models.length > 0 && now.models.length < POOL_NAMES.length) {
      const [name = ''] = now.models.toReversed();
      await askToRemove(mortal.page(), name);
      await killer.time(removeModel(name));
      now = { ...now, models: now.models.filter((model) => model !== name) };
      await lists(mortal.page(), now);
    }
  }
  if (now.models.length === 0) await killer.time(importPool);
  await expectMergedBytes(mortal.page());
  killer.annotate();
});

/** A task's pictures as a folder, and as a zip of it. */
function pictureWorks(): Work[] {
  const folder = join(temporaryFolder(), 'pictures');
  cpSync(IMAGES, folder, { recursive: true });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const zip = join(temporaryFolder(), 'pictures.zip');
  writeFileSync(
    zip,
    zipSync(
      Object.fromEntries(
        files.map((file) => [relative(folder, file), new Uint8Array(readFileSync(file))]),
      ),
    ),
  );
  const shared = {
    outcomes: ({ models, tasks }: Listed) => [
      { models, tasks },
      { models, tasks: [...tasks, ...TASK_NAMES] },
    ],
    end: (page: Page) =>
      expect
        .poll(async () => (await listed(page)).tasks.length, { intervals: [20] })
        .toBe(TASK_NAMES.length),
  };
  return [
    {
      ...shared,
      name: 'a folder of pictures is imported',
      begin: (page) => page.getByLabel('Add task folder').setInputFiles(folder, BEGIN),
    },
    {
      ...shared,
      name: 'a zip of pictures is imported',
      begin: (page) => page.getByLabel('Add task images').setInputFiles(zip, BEGIN),
    },
  ];
}

async function removeTasks(page: Page): Promise<void> {
  const tasks = page.getByRole('region', { name: 'Task pool' });
  for (const name of (await listed(page)).tasks) {
    await tasks.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await tasks.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(async () => (await listed(page)).tasks).not.toContain(name);
  }
}

test('pictures being imported', async ({ mortal }) => {
  test.slow();
  const works = pictureWorks();
  const killer = new Killer(mortal, 2, 12);
  await mortal.open(EMPTY);
  for (const work of works) {
    await killer.time(work);
    await removeTasks(mortal.page());
  }
  let now: Listed = { models: [], tasks: [] };
  for (let round = 0; round < 12; round++) {
    const work = works[round % works.length];
    if (work) now = await killer.kill(work, now);
    if (now.tasks.length > 0) await removeTasks(mortal.page());
    now = { models: [], tasks: [] };
  }
  killer.annotate();
});

test('the demo being imported', async ({ mortal }) => {
  test.slow();
  const killer = new Killer(mortal, 3, 8);
  const nothing: Listed = { models: [], tasks: [] };
  const importDemo: Work = {
    name: 'the demo is imported',
    begin: (page) => page.goto('/', BEGIN),
    outcomes: () => [
      nothing,
      { ...nothing, tasks: DEMO.tasks },
      { ...nothing, models: DEMO.models },
      DEMO,
    ],
    end: (page) => lists(page, DEMO),
  };
  await killer.time(importDemo);
  for (let round = 0; round < 8; round++) {
    await mortal.clear();
    await killer.kill(importDemo, nothing);
  }
  killer.annotate();
  // What was begun and not shown is begun again.
  await mortal.clear();
  await mortal.open(EMPTY);
  await mortal.open('/');
  await lists(mortal.page(), DEMO);
});

test('heads being computed, pictures being scored, and files being written', async ({ mortal }) => {
  test.slow();
  const killer = new Killer(mortal, 4, 12);
  const full: Listed = { models: POOL_NAMES, tasks: TASK_NAMES };
  const addTasks: Work = {
    name: 'heads are computed',
    begin: (page) =>
      page.getByLabel('Add task folder').setInputFiles(fixturePath('scoring/images'), BEGIN),
    outcomes: () => [{ models: POOL_NAMES, tasks: [] }, full],
    end: (page) => scored(page),
  };
  const writeModel: Work = {
    name: 'the merged model is written',
    begin: (page) => page.getByRole('button', { name: 'Download merged model' }).click(BEGIN),
    outcomes: (before) => [before],
    end: (page) => page.waitForEvent('download'),
  };
  await mortal.open(EMPTY);
  await importPool.begin(mortal.page());
  await importPool.end(mortal.page());
  await killer.time(addTasks);
  await killer.time({
    ...writeModel,
    begin: async () => undefined,
    end: (page) => download(page, 'Download merged model'),
  });
  let now = full;
  for (let round = 0; round < 12; round++) {
    if (round % 2 === 0) {
      if (now.tasks.length > 0) await removeTasks(mortal.page());
      now = await killer.kill(addTasks, { models: POOL_NAMES, tasks: [] });
    } else now = await killer.kill(writeModel, now);
  }
  if (now.tasks.length === 0) await addTasks.begin(mortal.page());
  await scored(mortal.page());
  await expectScores(mortal.page(), '0.7');
  await expectMergedBytes(mortal.page());
  killer.annotate();
});
