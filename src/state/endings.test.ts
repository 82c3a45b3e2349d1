import { describe, expect, it, vi } from 'vitest';
import { LONG_MS } from './long-work';
import { NO_PLATFORM, type SystemNotifications } from './platform';
import { createStudio } from './store';
import { aModel, aSnapshot, bareDependencies, createFakeEngine, emptyBoard } from './testing';

const VISION = { content: 'vision', dtype: 'base', zip: false } as const;

async function setUp(
  standing: ReturnType<SystemNotifications['standing']> = 'unasked',
  hidden = true,
) {
  let time = 0;
  const engine = createFakeEngine(aSnapshot());
  const guards: boolean[] = [];
  const shown: string[] = [];
  const ask = vi.fn(async () => undefined);
  const { store, commands } = createStudio({
    ...bareDependencies(engine.open),
    platform: {
      ...NO_PLATFORM,
      now: () => time,
      isHidden: () => hidden,
      guardLeaving: (on) => guards.push(on),
      notifications: { standing: () => standing, ask, show: (_, body) => shown.push(body) },
    },
  });
  await commands.start();
  return {
    engine,
    commands,
    state: store.getState,
    guards,
    shown,
    ask,
    wait: (ms: number) => {
      time += ms;
    },
  };
}
const pool = { models: [aModel()], findings: [], mergeable: true };
const scored = (phase: 'scoring' | 'complete') =>
  aSnapshot({ pool, scores: { ...emptyBoard, phase } });

describe('the end of long work', () => {
  it('is a quiet notice, which offers to tell it outside the page', async () => {
    const { engine, wait, state, shown, commands, ask } = await setUp();
    engine.push(scored('scoring'));
    wait(2 * LONG_MS);
    engine.push(scored('complete'));
    expect(state().notices).toMatchObject([
      {
        severity: 'info',
        title: 'Done',
        message: 'The scoring is done. It took 2 minutes.',
        quiet: true,
        remedy: 'notifications',
      },
    ]);
    expect(shown).toEqual([]);
    await commands.allowNotifications();
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('is told by the system once that is allowed, where nobody sees the page', async () => {
    for (const hidden of [true, false]) {
      const { engine, wait, state, shown } = await setUp('granted', hidden);
      engine.push(scored('scoring'));
      wait(LONG_MS);
      engine.push(scored('complete'));
      expect(state().notices[0]?.remedy).toBeUndefined();
      expect(shown).toEqual(hidden ? ['The scoring is done. It took 1 minute.'] : []);
    }
  });

  it('is not offered where the user refused, nor told of what was quick', async () => {
    const { engine, wait, state } = await setUp('refused');
    engine.push(scored('scoring'));
    wait(LONG_MS - 1);
    engine.push(scored('complete'));
    expect(state().notices).toEqual([]);
    engine.push(scored('scoring'));
    wait(LONG_MS);
    engine.push(scored('complete'));
    expect(state().notices[0]?.remedy).toBeUndefined();
  });

  it('of an import is told where it went well, and not where it failed', async () => {
    const { engine, wait, state, commands } = await setUp();
    const file = { path: 'm', file: new File(['x'], 'm') };
    engine.answer('addCheckpoints', async () => {
      wait(LONG_MS);
      return { added: [], findings: [] };
    });
    await commands.addCheckpoints([file]);
    expect(state().notices.map(({ message }) => message)).toEqual([
      'The import is done. It took 1 minute.',
    ]);
    engine.answer('addTaskImages', async () => {
      wait(LONG_MS);
      throw new Error('no');
    });
    await commands.addTaskImages([file]);
    expect(state().notices.map(({ severity }) => severity)).toEqual(['info', 'error']);
  });
});

describe('a download', () => {
  it('holds the page while it is written, and says where it went', async () => {
    const { engine, commands, guards, state } = await setUp();
    const writing: ((value: { name: string; file: Blob }) => void)[] = [];
    engine.answer('exportModel', () => new Promise((resolve) => writing.push(resolve)));
    const both = [commands.downloadModel(VISION), commands.downloadModel(VISION)];
    expect(guards).toEqual([true, true]);
    writing[0]?.({ name: 'model.safetensors', file: new Blob(['12345']) });
    await both[0];
    expect(guards).toEqual([true, true]);
    expect(state().saved).toEqual({ name: 'model.safetensors', bytes: 5 });
    writing[1]?.({ name: 'merged-model.zip', file: new Blob(['1']) });
    await both[1];
    expect(guards).toEqual([true, true, false]);
    expect(state().saved?.name).toBe('merged-model.zip');
  });

  it('that fails lets go of the page', async () => {
    const { engine, commands, guards, state } = await setUp();
    engine.answer('exportModel', () => Promise.reject(new Error('disk full')));
    await commands.downloadModel(VISION);
    expect(guards).toEqual([true, false]);
    expect(state().saved).toBeNull();
  });
});
