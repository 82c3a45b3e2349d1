/** Counts the commands that change what is merged or scored, from when they are sent until their effect is on the page. */
import type { EngineHandle } from '../engine/client';

/**
 * @param count - is told of each by 1 when it is sent, and by -1 when it is done or refused. Weights come from faders alone, whose
 *   values are held as wanted (`steady.ts`) until the engine shows them.
 */
export function countAsked(handle: EngineHandle, count: (step: 1 | -1) => void): EngineHandle {
  const counted =
    <P extends readonly unknown[], T>(command: (...given: P) => Promise<T>) =>
    async (...given: P): Promise<T> => {
      count(1);
      try {
        return await command(...given);
      } finally {
        count(-1);
      }
    };
  const { engine } = handle;
  return {
    ...handle,
    engine: {
      ...engine,
      editPool: counted(engine.editPool),
      editTask: counted(engine.editTask),
      setScalingFactor: counted(engine.setScalingFactor),
      setLayers: counted(engine.setLayers),
      setMethod: counted(engine.setMethod),
      restoreRecipe: counted(engine.restoreRecipe),
      setMerge: counted(engine.setMerge),
      applyMerge: counted(engine.applyMerge),
      applyPin: counted(engine.applyPin),
      applyConfiguration: counted(engine.applyConfiguration),
      chooseEngine: counted(engine.chooseEngine),
    },
  };
}
