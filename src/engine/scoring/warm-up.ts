/**
 * Has ONNX Runtime's wasm fetched, compiled and its threads started before there is anything to compute: it does so with
 * its first session, and the 14 MB would be waited for when the first picture is.
 */
import { createGraph } from '../../clip/onnx/graph';
import type { OrtEngine } from '../../runtime/types';

/** Makes a session of one node and lets it go. */
export async function warmUp(engine: OrtEngine): Promise<void> {
  const graph = createGraph('warm-up');
  graph.output(graph.node('Identity', [graph.input('value', [1])]), [1]);
  const session = await engine.createSession(graph.build());
  await session.release();
}
