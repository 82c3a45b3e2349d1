import { expect, it } from 'vitest';
import { createWasmEngine } from '../../runtime/ort/wasm';
import { loadWasmInNode } from '../../runtime/ort/wasm-node';
import { warmUp } from './warm-up';

it('makes a session that ONNX Runtime takes, and lets it go', async () => {
  const engine = await createWasmEngine(loadWasmInNode);
  const done: string[] = [];
  await warmUp({
    ...engine,
    createSession: async (model) => {
      const session = await engine.createSession(model);
      done.push('made');
      return {
        ...session,
        release: () => session.release().then(() => void done.push('released')),
      };
    },
  });
  expect(done).toEqual(['made', 'released']);
});
