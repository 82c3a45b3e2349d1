/** How the time of a run grows with its pictures and its tasks: the demo's base, whole processes. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import { runFuse } from '../support/processes';
import { writeScoringProgram } from '../support/programs';
import type { Row, Section, Suite } from '../support/row';
import { sideBySide } from '../support/side-by-side';
import { unpackDemo } from '../support/unpacked-demo';

export const PICTURES = [100, 300, 1_000, 3_000, 10_000];
export const TASKS = [1, 2, 5, 10, 20];

const PICTURES_OF_A_TASK = 100;

export const PICTURES_TITLE = 'Growth with the pictures of a task';
export const TASKS_TITLE = 'Growth with the tasks';

export const growthWithPictures: Suite = async ({ folder, rounds, tell }) => {
  const source = await demoPictures(folder);
  const rows: Row[] = [];
  for (const count of PICTURES) {
    const place = join(folder, 'growth', `pictures-${count}`);
    const args = await writeRun(place, source, 1, count);
    rows.push(await grown(`${count} pictures`, args, rounds, tell));
  }
  return section(PICTURES_TITLE, 'One task of the demo’s model, one model scored.', rows);
};

export const growthWithTasks: Suite = async ({ folder, rounds, tell }) => {
  const source = await demoPictures(folder);
  const rows: Row[] = [];
  for (const count of TASKS) {
    const place = join(folder, 'growth', `tasks-${count}`);
    const args = await writeRun(place, source, count, PICTURES_OF_A_TASK);
    rows.push(await grown(`${count} ${count === 1 ? 'task' : 'tasks'}`, args, rounds, tell));
  }
  const text = `Tasks of ${PICTURES_OF_A_TASK} pictures each, the demo’s model, one model scored.`;
  return section(TASKS_TITLE, text, rows);
};

function section(title: string, text: string, rows: readonly Row[]): Section {
  return { title, text, rows, omitted: [] };
}

function grown(
  work: string,
  args: readonly string[],
  rounds: number,
  tell: (line: string) => void,
): Promise<Row> {
  return sideBySide(work, 's', rounds, async () => (await runFuse(args)).seconds, [], tell);
}

/** Paths of the demo's test pictures of one task. */
async function demoPictures(folder: string): Promise<readonly string[]> {
  const place = join(folder, 'growth', 'demo');
  await mkdir(place, { recursive: true });
  await unpackDemo(resolve(projectRoot, 'public/demo'), place);
  const task = join(place, 'fashion');
  const entries = await readdir(task, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Pictures of two classes, and the program that scores them. */
async function writeRun(
  place: string,
  source: readonly string[],
  tasks: number,
  pictures: number,
): Promise<readonly string[]> {
  const names = Array.from({ length: tasks }, (_, i) => `task_${i + 1}`);
  for (const [task, name] of names.entries()) {
    for (const side of ['a', 'b']) await mkdir(join(place, name, side), { recursive: true });
    for (let i = 0; i < pictures; i++) {
      const from = source[(task * pictures + i) % source.length] ?? '';
      await copyFile(
        from,
        join(place, name, i % 2 === 0 ? 'a' : 'b', `${i}-${from.split('/').at(-1)}`),
      );
    }
  }
  const clip = resolve(projectRoot, 'public/demo/base');
  const each = <T>(value: (name: string) => T) =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  const program = await writeScoringProgram(place, 'run', clip, {
    folders: each((name) => join(place, name)),
    batchSize: 128,
    more: {
      classnames: each(() => ['shirt', 'shoe']),
      templates: each(() => ['a photo of a {}.']),
    },
  });
  return program.args;
}
