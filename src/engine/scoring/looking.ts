/** Has a runtime look at the pictures that a method looks at, on the engine that scores. */
import type { ExpertInputs } from '../../method/types';
import { createExpertInputs } from '../../program/expert-inputs';
import type { Runtime } from '../../runtime/types';
import { batchSize, type EngineClass } from '../../taskpool/batch-size';
import type { MergeInputs } from './readiness';
import { verifyVision } from './verify-vision';

/** Of what pictures have come to between two layers: as much as three ViT-B/32 take. */
const LIMIT_BYTES = 2 ** 30;

/** What goes into linear layers on the pictures that the method looks at; undefined where it looks at none. */
export function lookingOn(
  runtime: Runtime,
  { base, looksAt }: Pick<MergeInputs, 'base' | 'looksAt'>,
): ExpertInputs | undefined {
  if (!looksAt) return undefined;
  const { vision } = base.model;
  return createExpertInputs({
    vision,
    processor: looksAt.processor,
    pictures: () => looksAt.pictures,
    async engine() {
      await verifyVision(runtime, vision, vision.hiddenSize);
      return { vision: runtime.vision, batch: batchSize(vision, engineClass(runtime)) };
    },
    limitBytes: LIMIT_BYTES,
  });
}

export function engineClass({ vision: { provider }, software }: Runtime): EngineClass {
  if (provider !== 'webgpu') return provider;
  return software ? 'software-gpu' : 'gpu';
}
