/** Which requests of its pages the service worker answers, told by its program alone. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';

const SCOPE = 'http://127.0.0.1:4680/';

/** The worker with these files in its list; says which requests it answers itself. */
function answersOf(files: Readonly<Record<string, string>>): (url: string) => boolean {
  const program = readFileSync('service-worker/sw.js', 'utf8').replace(
    '/* FILES */ {}',
    JSON.stringify(files),
  );
  const heard = new Map<string, (event: unknown) => void>();
  runInNewContext(program, {
    URL,
    registration: { scope: SCOPE },
    caches: { open: () => new Promise(() => undefined) },
    addEventListener: (name: string, listener: (event: unknown) => void) =>
      heard.set(name, listener),
  });
  return (url) => {
    let isAnswered = false;
    const respondWith = () => {
      isAnswered = true;
    };
    heard.get('fetch')?.({ request: { method: 'GET', url, headers: new Headers() }, respondWith });
    return isAnswered;
  };
}

it('answers for the files of its page, and for nobody else’s', () => {
  const answers = answersOf({ 'index.html': 'a', 'assets/start-AbCd_-12.js': 'b' });
  expect(answers(SCOPE)).toBe(true);
  expect(answers(`${SCOPE}assets/start-AbCd_-12.js`)).toBe(true);
  // The Hub edition is the server's to say.
  expect(answers(`${SCOPE}hub.html`)).toBe(false);
  for (const origin of [
    'https://huggingface.co/',
    'https://cdn-lfs.hf.co/',
    'http://127.0.0.1:46801/',
  ]) {
    expect(answers(`${origin}assets/start-AbCd_-12.js`), origin).toBe(false);
    expect(answers(`${origin}index.html`), origin).toBe(false);
    expect(answers(`${origin}org/m/resolve/main/model.safetensors`), origin).toBe(false);
  }
});
