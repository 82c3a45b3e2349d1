// @vitest-environment jsdom
import { act, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aModel, aSnapshot, aTask } from '../../state/testing';
import { EMPTY_DRAFT, type TryDraft } from '../../state/try-picture';
import type { StudioState, TriedView } from '../../state/types';
import { type Drawn, draw, polyfillDialog } from '../testing';
import { cameraProblem } from './camera-stream';
import TryDialog from './try-dialog';

const task = aTask({
  id: 'shapes',
  name: 'shapes',
  classnames: ['ring', 'line'],
  expert: 'shapes',
});
const experts = [aModel({ id: 'e1', name: 'shapes' }), aModel({ id: 'e2', name: 'flags' })];
const base = aSnapshot({
  tasks: [task],
  pool: { models: experts, findings: [], mergeable: true },
});

const answers: TriedView = {
  classnames: ['ring', 'line'],
  models: {
    pretrained: {
      top: [
        { label: 1, probability: 0.75 },
        { label: 0, probability: 0.25 },
      ],
    },
    merged: { top: [{ label: 0, probability: 0.6 }], at: 0.5 },
    expert: { top: [], failure: 'shapes: The file cannot be read.' },
  },
  expert: 'shapes',
  doing: 'Looking at the picture',
  problem: null,
};

function Held({ first }: { first: TryDraft }) {
  const [draft, setDraft] = useState(first);
  return <TryDialog draft={draft} onChange={setDraft} onClose={() => undefined} />;
}

const open = (first: Partial<TryDraft> = {}, snapshot: StudioState = base) =>
  draw(<Held first={{ ...EMPTY_DRAFT, taskId: 'shapes', ...first }} />, snapshot);

const asked = ({ engine }: Drawn) =>
  engine.calls.filter(([name]) => name === 'tryPicture').map(([, question]) => question);
const chosen = (name: string) => new File(['bytes'], name);

async function choose(drawn: Drawn, file: File): Promise<void> {
  const input = drawn.find<HTMLInputElement>('input[type="file"]');
  expect(input.multiple).toBe(false);
  Object.defineProperty(input, 'files', { configurable: true, value: [file] });
  await act(async () => void input.dispatchEvent(new Event('change', { bubbles: true })));
  await settle();
}
const settle = () => act(() => vi.advanceTimersByTimeAsync(500));

beforeEach(() => {
  polyfillDialog();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  URL.createObjectURL = () => 'blob:picture';
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a picture of one’s own', () => {
  it('is tried on the classes of a task when it is chosen, and shown', async () => {
    const drawn = await open();
    expect(asked(drawn)).toEqual([]);
    const file = chosen('cat.png');
    await choose(drawn, file);
    expect(asked(drawn)).toEqual([
      { name: 'cat.png', blob: file, classes: { kind: 'task', taskId: 'shapes' }, expert: null },
    ]);
    expect(drawn.find('img').getAttribute('alt')).toBe('To be tried: cat.png');
    await drawn.choose('Expert', 'e2');
    await settle();
    expect(asked(drawn).at(-1)).toMatchObject({ expert: 'e2' });
  });

  it('is taken out of the clipboard, wherever the focus is, and text is not', async () => {
    const drawn = await open();
    const paste = async (files: readonly File[]) => {
      const event = Object.assign(new Event('paste', { cancelable: true }), {
        clipboardData: { files },
      });
      await act(async () => void document.dispatchEvent(event));
      await settle();
      return event.defaultPrevented;
    };
    expect(await paste([])).toBe(false);
    expect(await paste([chosen('image.png')])).toBe(true);
    expect(asked(drawn)).toMatchObject([{ name: 'image.png' }]);
  });

  it('is drawn stroke by stroke', async () => {
    HTMLElement.prototype.setPointerCapture = () => undefined;
    const drawn = await open({ taskId: null, names: 'one, two' });
    await drawn.click(drawn.find('[data-tab="draw"]'));
    const canvas = drawn.find('canvas');
    canvas.getBoundingClientRect = () => new DOMRect(0, 0, 100, 100);
    const at = (type: string, x: number) =>
      act(async () => {
        const where = { bubbles: true, button: 0, clientX: x, clientY: 50 };
        canvas.dispatchEvent(new PointerEvent(type, where));
      });
    await at('pointerdown', 20);
    await at('pointermove', 80);
    await settle();
    expect(asked(drawn)).toEqual([]);
    await at('pointerup', 80);
    await settle();
    const [question] = asked(drawn) as { blob: Blob }[];
    expect(question).toMatchObject({ name: 'drawing.pgm' });
    const bytes = new Uint8Array((await question?.blob.arrayBuffer()) ?? []);
    const pixels = bytes.subarray(bytes.length - 224 * 224);
    // Dark on light: at the middle of the stroke, and in a corner.
    expect([pixels[112 * 224 + 112], pixels[0]]).toEqual([0, 255]);
    await drawn.click(drawn.find('.try-tools input'));
    await settle();
    const inverted = asked(drawn).at(-1) as { blob: Blob };
    expect(new Uint8Array(await inverted.blob.arrayBuffer()).at(-1)).toBe(0);
  });

  it('is given up when the dialog is left', async () => {
    const drawn = await open({ picture: { name: 'a.png', blob: chosen('a.png') } });
    await settle();
    expect(asked(drawn)).toHaveLength(1);
    await act(async () => drawn.unmount());
    expect(asked(drawn).at(-1)).toBeNull();
  });
});

describe('typed classes', () => {
  it('are asked for once they stand, and said to be wrong while they are', async () => {
    const drawn = await open({ taskId: null, picture: { name: 'a.png', blob: chosen('a.png') } });
    await settle();
    expect(drawn.find('.try-classes .try-hint').textContent).toMatch(/^Two class names or more/);
    const field = drawn.find<HTMLTextAreaElement>('textarea');
    await drawn.type(field, 'cat, dog');
    await drawn.type(field, 'cat, dog, hen');
    expect(asked(drawn)).toEqual([]);
    await settle();
    expect(asked(drawn)).toMatchObject([
      {
        classes: {
          kind: 'typed',
          classnames: ['cat', 'dog', 'hen'],
          templates: ['a photo of a {}'],
        },
      },
    ]);
  });
});

describe('what the models make of it', () => {
  const picture = { name: 'a.png', blob: chosen('a.png') };

  it('stands in tables with bars and numbers, the expert’s failure in its place', async () => {
    const drawn = await open({ picture }, { ...base, tried: answers });
    await settle();
    const tables = [...document.querySelectorAll('.top-classes')];
    const texts = tables.map((table) =>
      [...table.querySelectorAll('caption, th, td')].map(({ textContent }) => textContent),
    );
    expect(texts).toEqual([
      ['Pretrained', 'line', '', '75.0 %', 'ring', '', '25.0 %'],
      ['Mergedat 0.50', 'ring', '', '60.0 %'],
      ['Expertshapes', 'shapes: The file cannot be read.'],
    ]);
    expect(tables[1]?.classList.contains('earlier')).toBe(true);
    expect(drawn.find('.probability-bar span').style.width).toBe('75%');
    expect(drawn.find('.try-doing').textContent).toBe('Looking at the picture');
  });

  it('is said once all is there', async () => {
    const merged = { top: [{ label: 0, probability: 0.6 }] };
    const done = { ...answers, doing: null, models: { ...answers.models, merged } };
    const drawn = await open({ picture }, { ...base, tried: done });
    await settle();
    expect(drawn.find('[role="status"]').textContent).toBe(
      'Pretrained: line, 75.0 %. Merged: ring, 60.0 %.',
    );
    expect(document.querySelector('.earlier')).toBeNull();
  });

  it('is a problem where the picture cannot be read, or the engine refuses', async () => {
    const problem = 'a.png: The file is empty.';
    const drawn = await open({ picture }, { ...base, tried: { ...answers, problem } });
    await settle();
    expect(drawn.find('[role="alert"]').textContent).toBe(problem);
    drawn.engine.answer('tryPicture', () => Promise.reject(new Error('No such thing.')));
    await choose(drawn, chosen('b.png'));
    expect(drawn.find('[role="alert"]').textContent).toBe('No such thing.');
    expect(drawn.studio.store.getState().notices).toEqual([]);
  });
});

describe('the camera', () => {
  const stop = vi.fn();
  const stream = { getTracks: () => [{ stop }] };
  const openCameraTab = async (getUserMedia: () => Promise<unknown>) => {
    stop.mockClear();
    vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia } });
    const drawn = await open();
    await drawn.click(drawn.find('[data-tab="camera"]'));
    return drawn;
  };

  it('is asked for when it is started, and given back when it is left', async () => {
    const getUserMedia = vi.fn(async () => stream);
    const drawn = await openCameraTab(getUserMedia);
    expect(getUserMedia).not.toHaveBeenCalled();
    await drawn.click(drawn.button('Start the camera'));
    expect(getUserMedia).toHaveBeenCalledOnce();
    expect(stop).not.toHaveBeenCalled();
    await drawn.click(drawn.find('[data-tab="file"]'));
    expect(stop).toHaveBeenCalledOnce();
  });

  it('is given back though it comes after the dialog was left', async () => {
    let give: (given: unknown) => void = () => undefined;
    const drawn = await openCameraTab(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    await drawn.click(drawn.button('Start the camera'));
    await act(async () => drawn.unmount());
    give(stream);
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
  });

  it('says what to do where it is refused', async () => {
    const drawn = await openCameraTab(async () => {
      throw new DOMException('Permission denied', 'NotAllowedError');
    });
    await drawn.click(drawn.button('Start the camera'));
    expect(drawn.find('[role="alert"]').textContent).toMatch(/not allowed to use the camera/);
    expect(drawn.button('Start the camera').getAttribute('aria-disabled')).toBe('false');
  });

  it.each([
    [new DOMException('', 'NotFoundError'), /^There is no camera/],
    [new DOMException('', 'NotReadableError'), /another program/],
    [new DOMException('odd', 'AbortError'), /\(odd\)/],
    ['nothing', /\(nothing\)/],
  ])('%s', (error, words) => expect(cameraProblem(error)).toMatch(words));
});
