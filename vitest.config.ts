import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { reports } from './scripts/lib/totals.mjs';
import { webAssemblyText } from './scripts/lib/wat-plugin.mjs';

/** As long as all others together, so that on two cores they have to be begun first. */
const LONGEST = /src\/engine\/schedules(-again)?\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.test(moduleId);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

/**
 * What replaces a module, or keeps a library in IndexedDB, has modules and globals to itself; all others share those of
 * their thread, for loading them anew for each file takes a fifth of the time.
 */
const APART = ['src/engine', 'src/storage', ...filesWith('vi.mock(')];

function filesWith(text: string): string[] {
  return ['src', 'scripts', 'bench'].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.test\.tsx?$/.test(path))
      .map((path) => `${room}/${path}`)
      .filter((path) => readFileSync(path, 'utf8').includes(text)),
  );
}

const TESTS = '*.test.{ts,tsx}';
const apart = APART.map((path) => (path.includes('.test.') ? path : `${path}/**/${TESTS}`));

/** Tests of components ask for a DOM in their own first line: `// @vitest-environment jsdom`. */
export default defineConfig({
  plugins: [react(), webAssemblyText()],
  test: {
    environment: 'node',
    // Sooner there than processes.
    pool: 'threads',
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: [`{src,scripts,bench}/**/${TESTS}`],
          exclude: apart,
          isolate: false,
        },
      },
    ],
    reporters: ['default', ['json', { outputFile: reports.vitest }]],
    sequence: { sequencer: LongestFirst },
    restoreMocks: true,
    setupFiles: ['scripts/lib/equal-bytes.mjs'],
    // Vitest leaves one core to the watcher; nobody watches here, and the longest file waits for timers now and then.
    maxWorkers: availableParallelism() + 1,
    // No test writes into the cache of whoever runs it, or finds there what it should compute.
    env: { TASK_ARITHMETIC_STUDIO_CACHE: 'off' },
    // Far above what any test takes: only something that hangs meets it, also on a busy machine.
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 180_000,
  },
});
