// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { watchUnhandled } from './unhandled';

/** A window of its own: the test runner listens to the first one. */
function openWindow(): Window {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  if (frame.contentWindow === null) throw new Error('jsdom gave no window.');
  return frame.contentWindow;
}

it('tells of errors and rejections, until it is stopped', () => {
  const window = openWindow();
  const told: unknown[] = [];
  const stop = watchUnhandled(window, (error) => told.push(error));
  const error = new Error('planted');
  window.dispatchEvent(new ErrorEvent('error', { error, message: 'Uncaught planted' }));
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: 'refused' }));
  window.dispatchEvent(new ErrorEvent('error', { message: 'Script error.' }));
  expect(told).toEqual([error, 'refused', new Error('Script error.')]);
  stop();
  window.dispatchEvent(new ErrorEvent('error', { error }));
  expect(told).toHaveLength(3);
});

it('says nothing of a harmless one, nor of an extension’s', () => {
  const window = openWindow();
  const told: unknown[] = [];
  const stop = watchUnhandled(window, (error) => told.push(error));
  const message = 'ResizeObserver loop completed with undelivered notifications.';
  window.dispatchEvent(new ErrorEvent('error', { message }));
  const filename = 'moz-extension://1234/content.js';
  window.dispatchEvent(new ErrorEvent('error', { error: new Error('theirs'), filename }));
  expect(told).toEqual([]);
  stop();
});
