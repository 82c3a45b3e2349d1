// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aSnapshot } from '../../state/testing';
import type { JobView } from '../../state/types';
import { draw } from '../testing';
import { Jobs } from './jobs';

const job = (id: string, label: string, progress: number | null): JobView => ({
  id,
  label,
  progress,
  secondsLeft: null,
});

describe('work in progress', () => {
  const labels = (container: HTMLElement) =>
    [...container.querySelectorAll('.job-label')].map((label) => label.textContent);

  it('says what is under way, and stops it', async () => {
    const jobs = [job('a', 'Importing alpha', 0.4), job('b', 'Writing model.safetensors', null)];
    const { container, button, click, engine } = await draw(<Jobs />, aSnapshot({ jobs }));
    expect(labels(container)).toEqual(['Importing alpha', 'Writing model.safetensors']);
    await click(button('Stop: Writing model.safetensors'));
    expect(engine.calls.at(-1)).toEqual(['cancel', 'b']);
  });

  it('leaves out an import that is read whole where another job goes on with it', async () => {
    const jobs = [job('a', 'Importing alpha (5 of 5)', 1), job('b', 'Measuring alpha', 0.2)];
    const { container, push } = await draw(<Jobs />, aSnapshot({ jobs }));
    expect(labels(container)).toEqual(['Measuring alpha']);
    await push(aSnapshot({ jobs: jobs.slice(0, 1) }));
    expect(labels(container)).toEqual(['Importing alpha (5 of 5)']);
  });
});
