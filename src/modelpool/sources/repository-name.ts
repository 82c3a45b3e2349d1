/** Names of repositories on the Hugging Face Hub. */

export type RepositoryKind = 'model' | 'dataset';

/** `organisation/name`, or `name` alone for the oldest ones. */
export function isRepositoryName(reference: string): boolean {
  return /^[\w][\w.-]*(?:\/[\w][\w.-]*)?$/.test(reference) && !reference.includes('..');
}

/** Data sets that moved on the hub, where configurations of FusionBench name the old place. */
export const MOVED: Readonly<Record<string, string>> = {
  mnist: 'ylecun/mnist',
  svhn: 'ufldl-stanford/svhn',
};
