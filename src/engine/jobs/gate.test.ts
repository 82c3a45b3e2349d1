import { expect, it } from 'vitest';
import { createGate } from './gate';

const never = new AbortController().signal;

it('lets pass while it is open, and says when it closes', async () => {
  const gate = createGate();
  const closes = await gate.pass(never);
  expect(closes.aborted).toBe(false);
  gate.set(true);
  expect(closes.aborted).toBe(false);
  gate.set(false);
  expect(closes.aborted).toBe(true);
  expect(closes.reason).toMatchObject({ name: 'AbortError' });
});

it('holds everybody until it opens, and those that come after it has closed again', async () => {
  const gate = createGate();
  gate.set(false);
  const passed: number[] = [];
  const all = [1, 2].map(async (number) => {
    const closes = await gate.pass(never);
    passed.push(number);
    return closes;
  });
  await Promise.resolve();
  expect(passed).toEqual([]);
  // Closed before they come to pass: they wait on.
  gate.set(true);
  gate.set(false);
  await Promise.resolve();
  await Promise.resolve();
  expect(passed).toEqual([]);
  gate.set(true);
  for (const closes of await Promise.all(all)) expect(closes.aborted).toBe(false);
  expect(passed).toEqual([1, 2]);
});

it('holds nobody who is no longer wanted', async () => {
  const gate = createGate();
  gate.set(false);
  const controller = new AbortController();
  const passing = gate.pass(controller.signal);
  controller.abort();
  await passing;
  await gate.pass(controller.signal);
});
