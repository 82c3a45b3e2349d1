/** Random schedules, the first half; `npm run soak` runs them for as long as it is told. */
import { vi } from 'vitest';
import { testSchedules } from './testing/random-schedules';
import { countBuffers } from './testing/world';

vi.mock('../runtime/cpu/backend', async (original) =>
  (await import('./testing/counted-cpu')).countedCpu(await original(), (by) => countBuffers(by)),
);

testSchedules(0.5);
