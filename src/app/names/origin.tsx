/** Where something of the Hub comes from, in a list of facts; nothing for what does not. */
export function Origin({ source }: { readonly source: string | undefined }) {
  if (source === undefined) return null;
  return (
    <>
      <dt>Origin</dt>
      <dd className="origin">
        <bdi>{source}</bdi>
      </dd>
    </>
  );
}
