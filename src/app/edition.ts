/** What another edition of the page has that the default one does not. Panels ask here, and know no edition. */
import { type ComponentType, createContext, useContext } from 'react';

export interface Edition {
  /** What is different, one short sentence, for the header. */
  readonly sentence: string;
  /** Whom the page may talk to, for those who want to know: ends a sentence. */
  readonly talksTo: string;
  /** Stands beside the buttons that add checkpoints. */
  readonly AddModels: ComponentType;
}

export const EditionContext = createContext<Edition | null>(null);

/** Null on the default page. */
export function useEdition(): Edition | null {
  return useContext(EditionContext);
}
