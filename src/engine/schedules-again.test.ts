/** Random schedules, the second half, beside the first. */
import { vi } from 'vitest';
import { testSchedules } from './testing/random-schedules';
import { countBuffers } from './testing/world';

vi.mock('../runtime/cpu/backend', async (original) =>
  (await import('./testing/counted-cpu')).countedCpu(await original(), (by) => countBuffers(by)),
);

testSchedules(0.5);
