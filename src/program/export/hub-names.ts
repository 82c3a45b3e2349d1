/** What a model is called on the Hugging Face Hub, as far as the place that it was read from says it. */

export interface HubModel {
  /** `organisation/name`, or the name alone of the oldest models. */
  readonly repository: string;
  /** Of a snapshot in the cache. */
  readonly commit?: string;
}

/** A folder in the Hub's cache: `models--organisation--name`, and in it `snapshots/<commit>`. */
const CACHED =
  /(?:^|[\\/])models--([\w.-]+?)(?:--([\w.-]+?))?(?:[\\/]snapshots[\\/]([0-9a-f]{40}))?(?=[\\/]|$)/;

/** @param place a path, or what a model is called by its folder */
export function hubModelOf(place: string): HubModel | null {
  const [, first, second, commit] = CACHED.exec(place) ?? [];
  if (first === undefined) return null;
  const repository = second === undefined ? first : `${first}/${second}`;
  return { repository, ...(commit !== undefined && { commit }) };
}
