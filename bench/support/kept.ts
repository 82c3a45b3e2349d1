/** What was measured last of every suite, kept beside the table, so that one suite can be measured anew alone. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { projectRoot } from '../../scripts/lib/tools.mjs';
import type { Section } from './row';

export interface KeptSection {
  readonly section: Section;
  /** When, on which machine and with what: one line each. */
  readonly measured: Measured;
}

export interface Measured {
  /** Of the first round. */
  readonly date: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly machine: readonly string[];
}

export type KeptSections = Readonly<Record<string, KeptSection>>;

const file = resolve(projectRoot, 'bench/results/sections.json');

/** Written by `keepSections` alone. None where nothing was measured yet. */
export async function keptSections(): Promise<KeptSections> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptSections;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

export async function keepSections(sections: KeptSections): Promise<void> {
  await writeFile(file, `${JSON.stringify(sections, null, 1)}\n`);
}
