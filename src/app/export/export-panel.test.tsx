// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { aModel, aSnapshot, emptyBoard } from '../../state/testing';
import type { ScoreBoard } from '../../state/types';
import { draw } from '../testing';
import { ExportPanel } from './export-panel';

const board = (phase: ScoreBoard['phase'], complete: boolean): ScoreBoard => ({
  ...emptyBoard,
  phase,
  merged: { tasks: {}, average: { accuracy: 0.5, interval: [0.4, 0.6], tasks: 1, complete } },
});

describe('"Download report"', () => {
  it.each([
    ['while scores are moving', board('scoring', false), true],
    ['once they are complete', board('complete', true), false],
    ['when the user has stopped them', board('stopped', false), false],
    ['without any', emptyBoard, true],
  ])('%s', async (_, scores, disabled) => {
    const { button } = await draw(<ExportPanel />, aSnapshot({ scores }));
    expect(button('Download report').disabled).toBe(disabled);
    expect(button('Download report').dataset.tip).toEqual(
      disabled ? expect.stringContaining('scored on all pictures') : undefined,
    );
  });
});

describe('"Download configuration"', () => {
  it('asks for nothing before it is pressed, and then for the format that is chosen', async () => {
    const pool = { models: [], findings: [], mergeable: true };
    const { button, click, engine, choose } = await draw(<ExportPanel />, aSnapshot({ pool }));
    const asked = () => engine.calls.filter(([name]) => name === 'exportConfiguration');
    await choose('Format of the configuration', 'mergekit');
    expect(asked()).toEqual([]);
    await click(button('Download configuration'));
    expect(asked()).toEqual([['exportConfiguration', 'mergekit']]);
  });
});

describe('"Download merged model"', () => {
  const base = aModel({ role: 'base', hasTextTower: true });
  const pool = { models: [base], findings: [], mergeable: true };
  const asked = (calls: readonly (readonly unknown[])[]) =>
    calls.filter(([name]) => name === 'exportModel').map(([, , options]) => options);

  it.each([
    ['transformers', {}],
    ['openclip', {}],
    ['onnx', { content: 'vision' }],
    ['lora', { rank: 16 }],
  ])('is for the library that is chosen: %s', async (format, expected) => {
    const { button, click, choose, engine } = await draw(<ExportPanel />, aSnapshot({ pool }));
    await choose('Part of the model to download', 'clip');
    await choose('Format of the download', format);
    await click(button('Download merged model'));
    expect(asked(engine.calls)).toEqual([
      expect.objectContaining({ content: 'clip', format, ...expected }),
    ]);
  });

  it('asks for the rank of a LoRA alone, which is always a zip', async () => {
    const { container, choose, find } = await draw(<ExportPanel />, aSnapshot({ pool }));
    expect(container.querySelector('[aria-label="Rank of the LoRA"]')).toBeNull();
    await choose('Format of the download', 'lora');
    expect(find<HTMLInputElement>('[aria-label="Rank of the LoRA"]').value).toBe('16');
    const zip = find<HTMLInputElement>('input[type=checkbox]');
    expect([zip.checked, zip.disabled]).toEqual([true, true]);
  });
});
