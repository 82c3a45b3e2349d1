/** Runs suites one after the other in a folder of their own, and prints what they found. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { runFuse } from './processes';
import type { Section, Suite } from './row';
import { sectionText } from './section-text';

export interface SuitesRun {
  readonly suites: Readonly<Record<string, Suite>>;
  readonly rounds: number;
  /** Kept afterwards; without it a folder of the system is made and removed. */
  readonly folder?: string;
  /** Told of every suite as it ends. */
  readonly onSection?: (name: string, section: Section, minutes: number) => Promise<void>;
}

/** A suite that fails is said and left out: the others are measured all the same. */
export async function runSuites({ suites, rounds, folder, onSection }: SuitesRun): Promise<void> {
  const place = folder ?? (await mkdtemp(`${tmpdir()}/studio-bench-`));
  await mkdir(place, { recursive: true });
  const sections: Section[] = [];
  try {
    // Bundling is not what is measured.
    await runFuse(['--help']);
    for (const [name, suite] of Object.entries(suites)) {
      console.log(`\n${name}`);
      try {
        const context = { folder: place, rounds, tell: (line: string) => console.log(`  ${line}`) };
        const begun = performance.now();
        const section = await suite(context);
        sections.push(section);
        const minutes = (performance.now() - begun) / 60_000;
        await onSection?.(name, section, minutes);
        console.log(`  ${name}: ${minutes.toFixed(1)} minutes`);
      } catch (error) {
        process.exitCode = 1;
        console.error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    if (folder === undefined) await rm(place, { recursive: true, force: true });
  }
  for (const section of sections) console.log(`\n${sectionText(section)}`);
}
