/** How the page looks, measured: what runs out of the window, and text that is hard to read. */
import type { Page } from '@playwright/test';
import { drawn } from './drawn';
import { unreadableText } from './text-looks';

/** What runs out of the window, and text that is cut, covered or broken. */
export async function layoutFaults(page: Page): Promise<string[]> {
  return [...(await overflow(page)), ...(await unreadableText(page))];
}

/** How far the document is wider than the window, and every control that lies partly beside it. */
export async function overflow(page: Page): Promise<string[]> {
  return (await drawn(page)).evaluate(() => {
    const { scrollWidth } = document.documentElement;
    const found = scrollWidth > innerWidth ? [`the document is ${scrollWidth} px wide`] : [];
    const controls = document.querySelectorAll(
      'button, input, select, textarea, summary, a, canvas',
    );
    for (const control of controls) {
      const { left, right, width } = control.getBoundingClientRect();
      if (width === 0 || !control.checkVisibility({ visibilityProperty: true })) continue;
      // Wide tables and many faders scroll in a box of their own, and the slider is cut where the plot begins.
      const scroller = control.parentElement?.closest('.table-scroll, .layer-faders, .slider-way');
      if (!scroller && (left < -0.5 || right > innerWidth + 0.5)) {
        found.push(`${control.outerHTML.slice(0, 120)}: ${left} to ${right}`);
      }
    }
    return found;
  });
}

/**
 * Visible texts whose contrast is below WCAG 2.2's 4.5 : 1 (3 : 1 for large text), with their ratio. Disabled controls
 * are exempt there, and here. Colours are composited down to the first opaque background.
 */
export async function lowContrast(page: Page): Promise<string[]> {
  return (await drawn(page)).evaluate(() => {
    type Rgba = readonly [number, number, number, number];
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas to read colours with');
    const parse = (color: string): Rgba => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a]: Rgba, below: Rgba): Rgba => {
      const mix = (top: number, bottom: number) => top * a + bottom * (1 - a);
      return [mix(r, below[0]), mix(g, below[1]), mix(b, below[2]), 1];
    };
    // What a browser paints where nothing is: system colours follow the scheme.
    const canvasColor = parse('Canvas');
    const background = (element: Element | null): Rgba => {
      if (!element) return canvasColor;
      const own = parse(getComputedStyle(element).backgroundColor);
      if (own[3] === 1) return own;
      return over(own, background(element.parentElement));
    };
    const luminance = ([r, g, b]: Rgba) => {
      const linear = (value: number) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    };
    const opacity = (element: Element | null): number =>
      element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;

    const low: string[] = [];
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent?.trim())
        .join(' ')
        .trim();
      const value = element instanceof HTMLInputElement ? element.value : text;
      const { width, height } = element.getBoundingClientRect();
      // What is for screen readers only is clipped to a pixel.
      if (value === '' || width <= 1 || height <= 1) continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (element.closest(':disabled, [aria-hidden="true"]')) continue;
      if (element instanceof HTMLInputElement && !/^(text|number)$/.test(element.type)) continue;
      const style = getComputedStyle(element);
      const below = background(element);
      const [r, g, b, a] = parse(style.color);
      const shown = over([r, g, b, a * opacity(element)], below);
      const [light, dark] = [luminance(shown), luminance(below)].sort((x, y) => y - x);
      const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) {
        low.push(
          `${ratio.toFixed(2)}: <${element.tagName.toLowerCase()} class="${element.className}"> ${value.slice(0, 60)}`,
        );
      }
    }
    return low;
  });
}

/** Names in the plot that lie over each other, pair by pair. */
export async function overlappingNames(page: Page): Promise<string[]> {
  return (await drawn(page)).locator('.plot-drawing text').evaluateAll((texts) => {
    const boxes = texts.map((text) => ({
      words: text.textContent,
      box: text.getBoundingClientRect(),
    }));
    return boxes.flatMap((a, i) =>
      boxes.slice(i + 1).flatMap((b) => {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        return across > 1 && down > 2 ? [`${a.words} / ${b.words}`] : [];
      }),
    );
  });
}
