import './name.css';

/** Keeps the ellipsis with the word that it stands before, where a name is broken into lines. */
const WORD_JOINER = '\u2060';

interface NameProps {
  readonly name: string;
  /** How it is shown among others; the whole of it unless told. */
  readonly short?: string | undefined;
}

/** A name that others gave: of any script and length, kept apart from the words around it; whole on hover and focus. */
export function Name({ name, short = name }: NameProps) {
  return (
    <bdi className="name" data-tip={name}>
      {short === name ? (
        name
      ) : (
        <>
          <span aria-hidden="true">{short.replace(/^…/, `…${WORD_JOINER}`)}</span>
          <span className="visually-hidden">{name}</span>
        </>
      )}
    </bdi>
  );
}
