import { useEffect, useRef, useState } from 'react';
import { GLOSSARY, isTermId } from './glossary';
import './tips.css';

/** Long enough for the pointer to pass, and to reach the text that it opened. */
const PATIENCE_MS = 150;
const AWAY = 6;
const EXPLAINED = '[data-term], [data-tip]';

interface Tip {
  readonly title: string | null;
  readonly text: string;
  readonly more: string | null;
}

/**
 * The one popover of the page, for whatever has `data-term` (a word of the glossary) or `data-tip` (the whole of a name that is
 * shown in short). Hover, focus, key and touch open it; Escape, a press elsewhere and scrolling close it.
 */
export function TipLayer() {
  const popover = useRef<HTMLDivElement>(null);
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => {
    const element = popover.current;
    return element === null ? undefined : follow(element, setTip);
  }, []);
  return (
    <div ref={popover} className="tip" popover="manual" role="tooltip">
      {tip !== null && (
        <>
          {tip.title !== null && <strong>{tip.title}</strong>}
          <bdi>{tip.text}</bdi>
          {tip.more !== null && <p>{tip.more}</p>}
        </>
      )}
    </div>
  );
}

/** Opens and closes the popover by what happens in the document; returns the way to stop that. */
function follow(popover: HTMLElement, show: (tip: Tip | null) => void): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opener: Element | null = null;

  const close = (): void => {
    clearTimeout(timer);
    opener = null;
    if (popover.matches(':popover-open')) popover.hidePopover();
  };
  const open = (element: Element): void => {
    clearTimeout(timer);
    const tip = tipOf(element);
    if (tip === null) {
      close();
      return;
    }
    if (element === opener) return;
    opener = element;
    show(tip);
    if (!popover.matches(':popover-open')) popover.showPopover();
    // Drawn first: its size decides its place.
    requestAnimationFrame(() => stand(popover, element));
  };
  const later = (act: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(act, PATIENCE_MS);
  };

  const on = <K extends keyof DocumentEventMap>(
    type: K,
    listener: (event: DocumentEventMap[K], target: Element) => void,
    capture = false,
  ): void =>
    document.addEventListener(
      type,
      (event) => {
        if (event.target instanceof Element) listener(event, event.target);
        else if (event.target === document && type === 'scroll') close();
      },
      { signal: stop.signal, capture },
    );
  on('pointerover', (event, target) => {
    if (event.pointerType === 'touch') return;
    const element = target.closest(EXPLAINED);
    if (element !== null) later(() => open(element));
    else if (popover.contains(target)) clearTimeout(timer);
    else if (opener !== null) later(close);
    else clearTimeout(timer);
  });
  on('focusin', (_, target) => {
    if (!target.matches(':focus-visible')) return;
    const element = target.closest(EXPLAINED) ?? target.querySelector(EXPLAINED);
    if (element !== null) open(element);
    else close();
  });
  on('focusout', () => later(close));
  on('pointerdown', (_, target) => {
    if (!popover.contains(target)) close();
  });
  on('click', (_, target) => {
    const element = target.closest('[data-term]');
    if (element !== null) open(element);
  });
  on(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || opener === null) return;
      // The dialog below it stays.
      event.preventDefault();
      event.stopPropagation();
      close();
    },
    true,
  );
  on('scroll', close, true);
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

/** What the element has to say; null where its whole name can be read already. */
function tipOf(element: Element): Tip | null {
  const id = element.getAttribute('data-term');
  if (id !== null && isTermId(id)) {
    const { term, text } = GLOSSARY[id];
    return { title: term, text, more: element.getAttribute('data-more') };
  }
  const whole = element.getAttribute('data-tip');
  const isCut =
    element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight + 4;
  if (whole === null || (whole === element.textContent && !isCut)) return null;
  return { title: null, text: whole, more: null };
}

/** Below its word, or above where there is no room, and never beside the window. */
function stand(popover: HTMLElement, element: Element): void {
  const word = element.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const left = Math.max(AWAY, Math.min(word.left, innerWidth - width - AWAY));
  const below = word.bottom + AWAY;
  const top = below + height > innerHeight ? Math.max(AWAY, word.top - height - AWAY) : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
