import type { ReactNode } from 'react';
import { GLOSSARY, type TermId } from './glossary';
import './tips.css';

interface TermProps {
  readonly id: TermId;
  readonly children: ReactNode;
  /** What is to be said about this very place, after the explanation. */
  readonly more?: string;
}

/** A word that explains itself: on hover, on focus, on a press of Enter or a tap. */
export function Term({ id, children, more }: TermProps) {
  return (
    <button
      type="button"
      className="term"
      data-term={id}
      data-more={more}
      aria-describedby={`term-${id}`}
    >
      {children}
    </button>
  );
}

/** What the terms are described by, for those who hear the page. */
export function Glossary() {
  return (
    <dl hidden>
      {Object.entries(GLOSSARY).map(([id, { term, text }]) => (
        <div key={id}>
          <dt>{term}</dt>
          <dd id={`term-${id}`}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
