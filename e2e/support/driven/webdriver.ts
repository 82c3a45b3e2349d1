/** A session with a WebDriver server (https://www.w3.org/TR/webdriver2/), over HTTP. */
import * as v from 'valibot';

const Failure = v.object({ value: v.object({ error: v.string(), message: v.string() }) });
const Success = v.object({ value: v.unknown() });
const NewSession = v.object({
  sessionId: v.string(),
  capabilities: v.object({ browserName: v.string(), browserVersion: v.string() }),
});

/** The key under which an element's reference stands. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const ElementReference = v.object({ [ELEMENT]: v.string() });

/** Of one command: scripts that wait for the page ask again and again instead. */
const SCRIPT_MS = 60_000;

export interface WebDriverSession {
  readonly name: string;
  goto(url: string): Promise<void>;
  /** The text that an asynchronous function body, with its arguments before the callback, hands to the callback. */
  runAsync(body: string, args: readonly unknown[]): Promise<unknown>;
  type(selector: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSession(
  server: string,
  capabilities: Readonly<Record<string, unknown>>,
): Promise<WebDriverSession> {
  const send = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
    const answer = await fetch(`${server}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const content: unknown = await answer.json();
    if (answer.ok) return v.parse(Success, content).value;
    const { error, message } = v.parse(Failure, content).value;
    throw new Error(`The browser refused ${method} ${path}: ${error}: ${message}`);
  };
  const made = await send('POST', '/session', { capabilities: { alwaysMatch: capabilities } });
  const { sessionId, capabilities: got } = v.parse(NewSession, made);
  const at = `/session/${sessionId}`;
  await send('POST', `${at}/timeouts`, { script: SCRIPT_MS, pageLoad: SCRIPT_MS });
  await send('POST', `${at}/window/rect`, { x: 0, y: 0, width: 1280, height: 900 });
  return {
    name: `${got.browserName} ${got.browserVersion}`,
    async goto(url) {
      await send('POST', `${at}/url`, { url });
    },
    runAsync: (script, args) => send('POST', `${at}/execute/async`, { script, args }),
    async type(selector, text) {
      const found = await send('POST', `${at}/element`, {
        using: 'css selector',
        value: selector,
      });
      const element = v.parse(ElementReference, found)[ELEMENT];
      await send('POST', `${at}/element/${element}/value`, { text });
    },
    async close() {
      await send('DELETE', at);
    },
  };
}
