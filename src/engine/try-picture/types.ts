/** A picture that the user tries, and what the models make of it. Plain data: it crosses the worker boundary. */
import type { Guess } from '../../taskpool/classify';
import type { ComparedModel } from '../insight/types';

/** Classes to choose between: a task's, as they stand there, or others. */
export type TriedClasses =
  | { readonly kind: 'task'; readonly taskId: string }
  | {
      readonly kind: 'typed';
      readonly classnames: readonly string[];
      /** Prompts with `{}` for the class name. */
      readonly templates: readonly string[];
    };

export interface TriedPicture {
  /** Of the file, for messages. */
  readonly name: string;
  readonly blob: Blob;
  readonly classes: TriedClasses;
  /** Id of the expert that is asked as well; null for the task's own, of which typed classes have none. */
  readonly expert: string | null;
}

/** What a model makes of the picture, or why it makes nothing of it. */
export interface TriedAnswer {
  /** The most probable classes, the prediction first; none where it failed. */
  readonly top: readonly Guess[];
  readonly failure?: string;
  /** Of the merged model, until the present one has answered: the scaling factor of the last that has. */
  readonly at?: number;
}

export interface TriedView {
  /** In the order of the labels. */
  readonly classnames: readonly string[];
  /** Null while it has not answered, and where there is no such model. */
  readonly models: Readonly<Record<ComparedModel, TriedAnswer | null>>;
  /** The expert's name; null where none is asked. */
  readonly expert: string | null;
  /** What is being done for it; null when every model has answered. */
  readonly doing: string | null;
  /** Why no model can answer, and what to do. */
  readonly problem: string | null;
}
