import { describe, expect, it, vi } from 'vitest';
import { createJobs, type Job } from './jobs';

function held(jobs: ReturnType<typeof createJobs>, id: string, label = 'Work') {
  let end: () => void = () => undefined;
  let job: Job | undefined;
  const done = jobs.run(id, label, (given) => {
    job = given;
    return new Promise<string>((resolve, reject) => {
      end = () => resolve(id);
      given.signal.addEventListener('abort', () => reject(given.signal.reason));
    });
  });
  if (!job) throw new Error('a job begins at once');
  return { done, job, end: () => end() };
}

describe('jobs', () => {
  it('are listed until they end, in order, with label, progress and time left', async () => {
    let time = 0;
    const changed = vi.fn();
    const jobs = createJobs(changed, () => time);
    const one = held(jobs, 'one', 'Reading');
    const two = held(jobs, 'two');
    time = 4000;
    one.job.report('Reading', 0.5);
    expect(jobs.views()).toEqual([
      { id: 'one', label: 'Reading', progress: 0.5, secondsLeft: 4 },
      { id: 'two', label: 'Work', progress: null, secondsLeft: null },
    ]);
    expect(changed).toHaveBeenCalledTimes(3);
    one.end();
    await expect(one.done).resolves.toBe('one');
    expect(jobs.views().map(({ id }) => id)).toEqual(['two']);
    expect(changed).toHaveBeenCalledTimes(4);
    two.end();
    await two.done;
    expect(jobs.views()).toEqual([]);
  });

  it('tell the time left of what they do now', () => {
    let time = 0;
    const jobs = createJobs(
      () => undefined,
      () => time,
    );
    const { job } = held(jobs, 'one', 'Reading');
    time = 10_000;
    job.report('Writing', 0);
    time = 13_000;
    job.report('Writing', 0.5);
    expect(jobs.views()[0]).toMatchObject({ label: 'Writing', secondsLeft: 3 });
  });

  it('of one wanted id have ids of their own, and are stopped one by one', async () => {
    const jobs = createJobs(() => undefined);
    const first = held(jobs, 'same');
    const second = held(jobs, 'same');
    const third = held(jobs, 'same');
    expect(jobs.views().map(({ id }) => id)).toEqual(['same', 'same#2', 'same#3']);
    jobs.cancel('same#2');
    await expect(second.done).rejects.toMatchObject({ name: 'AbortError' });
    expect(jobs.views().map(({ id }) => id)).toEqual(['same', 'same#3']);
    first.end();
    await first.done;
    expect(jobs.views().map(({ id }) => id)).toEqual(['same#3']);
    jobs.cancel('nobody');
    third.end();
    await third.done;
  });

  it('that fail are over, and say so to whoever began them', async () => {
    const changed = vi.fn();
    const jobs = createJobs(changed);
    const failing = jobs.run('one', 'Work', async () => {
      throw new Error('no');
    });
    expect(jobs.views()).toHaveLength(1);
    await expect(failing).rejects.toThrow('no');
    expect(jobs.views()).toEqual([]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('go by the speed since their label began, also where the share began above 0', () => {
    let time = 0;
    const jobs = createJobs(
      () => undefined,
      () => time,
    );
    const { job } = held(jobs, 'one', 'Reading');
    time = 1000;
    job.report('Hashing', 0.5);
    time = 5000;
    job.report('Hashing', 0.75);
    expect(jobs.views()[0]?.secondsLeft).toBe(4);
    job.report('Hashing', null);
    expect(jobs.views()[0]).toMatchObject({ progress: null, secondsLeft: null });
  });

  it('are stopped with the reason that a stop has everywhere', async () => {
    const jobs = createJobs(() => undefined);
    const { job, done } = held(jobs, 'one');
    jobs.cancel('one');
    await expect(done).rejects.toBe(job.signal.reason);
    expect(job.signal.reason).toMatchObject({ name: 'AbortError', message: 'Stopped.' });
  });
});
