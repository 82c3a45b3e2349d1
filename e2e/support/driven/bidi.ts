/** A connection over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): commands with answers, and events. */
import { WebSocket } from 'undici';
import * as v from 'valibot';

const Answer = v.variant('type', [
  v.object({ type: v.literal('success'), id: v.number(), result: v.unknown() }),
  v.object({
    type: v.literal('error'),
    id: v.nullable(v.number()),
    error: v.string(),
    message: v.string(),
  }),
  v.object({ type: v.literal('event'), method: v.string(), params: v.unknown() }),
]);

export interface BidiConnection {
  /** Rejects with the browser's own words. */
  send(method: string, params: object): Promise<unknown>;
  close(): void;
}

export async function connectBidi(
  url: string,
  onEvent: (method: string, params: unknown) => void,
): Promise<BidiConnection> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, (answer: v.InferOutput<typeof Answer> | null) => void>();
  let counter = 0;
  socket.addEventListener('message', ({ data }) => {
    const answer = v.parse(Answer, JSON.parse(String(data)));
    if (answer.type === 'event') onEvent(answer.method, answer.params);
    else if (answer.id !== null) {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    }
  });
  socket.addEventListener('close', () => {
    for (const settle of waiting.values()) settle(null);
    waiting.clear();
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error(`No connection to ${url}.`)));
  });
  return {
    async send(method, params) {
      const id = ++counter;
      const answered = new Promise<v.InferOutput<typeof Answer> | null>((settle) =>
        waiting.set(id, settle),
      );
      socket.send(JSON.stringify({ id, method, params }));
      const answer = await answered;
      if (answer?.type === 'success') return answer.result;
      const why = answer?.type === 'error' ? `${answer.error}: ${answer.message}` : 'it is gone';
      throw new Error(`The browser refused ${method}: ${why}`);
    },
    close: () => socket.close(),
  };
}
