/** What is asked of the engine to be looked at: pictures, and what models make of them. */
import type {
  PicturePlace,
  PictureQuery,
  PictureStory,
  SampleImage,
  TaskInsight,
  TriedPicture,
} from '../types';
import type { Acting } from './acting';

export interface LookingCommands {
  /** Empty if the engine could not give any. */
  sampleImages(taskId: string, count: number): Promise<readonly SampleImage[]>;
  /** Null where the task is not scored, or the engine could not tell. */
  taskInsight(taskId: string, query: PictureQuery): Promise<TaskInsight | null>;
  /** Null while no picture is right with one model and wrong with the other. */
  pictureStory(before: PicturePlace | null): Promise<PictureStory | null>;
  /** Empty if the engine could not give any. */
  taskPictures(taskId: string, indices: readonly number[]): Promise<readonly SampleImage[]>;
  /**
   * Has the models look at a picture, in the place of the one before; what they make of it comes with the snapshots. Null ends it.
   * The picture as a browser draws it; or what keeps it from being tried, for people.
   */
  tryPicture(picture: TriedPicture | null): Promise<Blob | string | null>;
}

export function createLookingCommands({ engine, attempt }: Acting): LookingCommands {
  return {
    sampleImages: (taskId, count) => attempt(() => engine().sampleImages(taskId, count), []),
    taskInsight: (taskId, query) => attempt(() => engine().taskInsight(taskId, query), null),
    pictureStory: (before) => attempt(() => engine().pictureStory(before), null),
    taskPictures: (taskId, indices) => attempt(() => engine().taskPictures(taskId, indices), []),
    // Told where the picture is, and not in a notice behind it.
    tryPicture: async (picture) => {
      try {
        return await engine().tryPicture(picture);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}
