/** Text that is there and cannot be read: cut to nothing, cut off, under other text, or larger than its field. */
import type { Page } from '@playwright/test';
import { drawn } from './drawn';

/** Every such text that is shown, with what is wrong with it; below an open dialog nothing is looked at. */
export async function unreadableText(page: Page): Promise<string[]> {
  return (await drawn(page)).evaluate(() => {
    interface Box {
      readonly left: number;
      readonly right: number;
      readonly top: number;
      readonly bottom: number;
    }
    interface Line {
      readonly element: Element;
      readonly words: string;
      readonly box: Box;
    }
    const found: string[] = [];
    const root = [...document.querySelectorAll('dialog')].findLast((one) => one.matches(':modal'));
    const overlap = (a: Box, b: Box): Box => ({
      left: Math.max(a.left, b.left),
      right: Math.min(a.right, b.right),
      top: Math.max(a.top, b.top),
      bottom: Math.min(a.bottom, b.bottom),
    });
    const width = (box: Box) => Math.max(0, box.right - box.left);
    const height = (box: Box) => Math.max(0, box.bottom - box.top);
    const ancestors = (element: Element): Element[] => {
      const above = element.parentElement;
      return above ? [element, ...ancestors(above)] : [element];
    };
    const tell = (what: string, { element, words }: Pick<Line, 'element' | 'words'>) => {
      const place = ancestors(element)
        .slice(0, 3)
        .map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}`);
      found.push(`${what}: "${words.slice(0, 60)}" in ${place.join(' < ')}`);
    };
    /** What is for screen readers only, or waits for the keyboard, is clipped away. */
    const isShown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      ancestors(element).every((one) => getComputedStyle(one).clipPath === 'none');

    /** What of a line can be seen, after telling of what is cut from it for good. */
    function seen(line: Line): Box {
      let box = line.box;
      for (const clip of ancestors(line.element)) {
        const style = getComputedStyle(clip);
        if (style.display === 'inline' || style.display === 'contents') continue;
        if (style.position === 'fixed') break;
        const across = style.overflowX !== 'visible';
        const down = style.overflowY !== 'visible';
        if (!across && !down) continue;
        const whole = clip.getBoundingClientRect();
        const next = overlap(box, {
          left: across ? whole.left : box.left,
          right: across ? whole.right : box.right,
          top: down ? whole.top : box.top,
          bottom: down ? whole.bottom : box.bottom,
        });
        const hides = (value: string) => value === 'hidden' || value === 'clip';
        const lost = width(box) - width(next);
        if (hides(style.overflowX) && lost > 1) {
          const room = 2.5 * Number.parseFloat(style.fontSize);
          if (style.textOverflow !== 'ellipsis') tell(`cut off by ${Math.round(lost)} px`, line);
          else if (width(next) < Math.min(room, width(box) - 1))
            tell(`cut to ${Math.round(width(next))} px`, line);
        }
        const isClamped = style.webkitLineClamp !== 'none';
        if (
          hides(style.overflowY) &&
          !isClamped &&
          height(box) - height(next) > height(line.box) / 4
        ) {
          tell('cut off below or above', line);
        }
        box = next;
      }
      return box;
    }

    const lines: Line[] = [];
    const texts = document.createTreeWalker(root ?? document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { currentNode: node } = texts;
      const element = node.parentElement;
      const words = node.textContent?.trim() ?? '';
      if (!element || words === '' || element.closest('option, textarea, script, style')) continue;
      if (!isShown(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
      if (boxes.length === 0) tell('without room', { element, words });
      if (boxes.length > 1 && /\d\s?%?$/.test(words) && !/[\p{L}\s]{2}/u.test(words)) {
        tell('a number on two lines', { element, words });
      }
      for (const box of boxes) {
        const line = { element, words, box };
        const visible = seen(line);
        if (width(visible) > 1 && height(visible) > 2) lines.push({ ...line, box: visible });
      }
    }

    /** Whether something opaque that lies above the page is between the two. */
    const isCovered = (a: Element, b: Element) => {
      const common = ancestors(a).find((one) => one.contains(b));
      return ancestors(a)
        .slice(0, common ? ancestors(a).indexOf(common) : undefined)
        .map((one) => getComputedStyle(one))
        .some(
          ({ position }, i, between) =>
            position !== 'static' &&
            position !== 'relative' &&
            between
              .slice(0, i + 1)
              .some(({ backgroundColor }) => backgroundColor !== 'rgba(0, 0, 0, 0)'),
        );
    };
    /** Of what a line of text is in: texts of one flow may touch. */
    const block = (element: Element): Element | undefined =>
      ancestors(element).find((one) => !/^(inline|contents)/.test(getComputedStyle(one).display));
    for (const [i, a] of lines.entries()) {
      for (const b of lines.slice(i + 1)) {
        if (a.element === b.element) continue;
        const common = overlap(a.box, b.box);
        // The boxes of two lines of text touch by their leading.
        if (height(common) <= Math.min(height(a.box), height(b.box)) / 4) continue;
        const gap = common.left - common.right;
        const isApart = gap > 2 || (gap > -1.5 && block(a.element) === block(b.element));
        if (isApart || isCovered(a.element, b.element) || isCovered(b.element, a.element)) continue;
        tell(`${gap > -1.5 ? 'runs into' : 'over'} "${b.words.slice(0, 60)}"`, a);
      }
    }

    const isText = (node: Node | null): node is Text => node instanceof Text;
    const rows = (node: Node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()];
    };
    for (const { element } of lines) {
      for (const node of [...element.childNodes].filter(isText)) {
        const [before, words, after] = [node.previousSibling, node.data.trim(), node.nextSibling];
        const [end, start] = [before && rows(before).at(-1), rows(node)[0]];
        if (/^[.,;:)]/.test(words) && end && start && start.top >= end.bottom) {
          tell('begins a line', { element, words });
        }
        const [last, next] = [rows(node).at(-1), after && rows(after)[0]];
        if (words.endsWith('(') && last && next && next.top >= last.bottom) {
          tell('a bracket ends a line', { element, words });
        }
      }
    }

    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    for (const field of (root ?? document).querySelectorAll('input, select')) {
      if (!canvas || !isShown(field)) continue;
      const style = getComputedStyle(field);
      const isText = field instanceof HTMLInputElement && /^(text|number)$/.test(field.type);
      if (!isText && !(field instanceof HTMLSelectElement)) continue;
      const words =
        field instanceof HTMLSelectElement ? (field.selectedOptions[0]?.text ?? '') : field.value;
      canvas.font = style.font;
      const arrow = field instanceof HTMLSelectElement ? 16 : 0;
      const room =
        field.clientWidth -
        Number.parseFloat(style.paddingLeft) -
        Number.parseFloat(style.paddingRight) -
        arrow;
      const lost = canvas.measureText(words).width - room;
      if (lost > 1 && style.textOverflow !== 'ellipsis')
        tell(`${Math.round(lost)} px wider than its field`, { element: field, words });
    }
    return [...new Set(found)];
  });
}
