import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { PictureToTry } from '../../state/try-picture';
import { greyOf, inkOf, type Point, pgm, type Stroke } from './raster';
import type { PictureKind } from './use-picture-kind';

interface DrawingProps {
  readonly kind: PictureKind;
  /** A stroke has ended, or was taken back. */
  readonly onDrawn: (picture: PictureToTry) => void;
}

/** A square to draw in, of the size and shade of the task's pictures: what is seen is what the models get. */
export function Drawing({ kind: { side, isDark }, onDrawn }: DrawingProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [inverted, invert] = useState(false);
  /** The stroke that is being drawn, in shares of the side: a size that becomes known later moves nothing. */
  const [stroke, setStroke] = useState<Stroke | null>(null);
  const dark = isDark !== inverted;
  const all = stroke ? [...strokes, stroke] : strokes;

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const grey = bitmap(all, side, dark);
    const pixels = context.createImageData(side, side);
    for (const [i, value] of grey.entries()) pixels.data.set([value, value, value, 255], 4 * i);
    context.putImageData(pixels, 0, 0);
  });

  const give = (drawn: readonly Stroke[], isInverted = inverted) => {
    if (drawn.length === 0) return;
    const blob = pgm(bitmap(drawn, side, isDark !== isInverted), side);
    onDrawn({ name: 'drawing.pgm', blob });
  };
  const replace = (next: readonly Stroke[]) => {
    setStrokes(next);
    give(next);
  };
  const onDown = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setStroke([pointOf(event)]);
  };
  const onMove = (event: PointerEvent<HTMLCanvasElement>) => {
    if (stroke === null) return;
    const point = pointOf(event);
    setStroke((drawn) => drawn && [...drawn, point]);
  };
  const onEnd = () => {
    if (stroke === null) return;
    setStroke(null);
    replace([...strokes, stroke]);
  };
  return (
    <div className="try-drawing">
      <canvas
        ref={canvas}
        width={side}
        height={side}
        role="img"
        aria-label="Square to draw in with mouse, pen or finger. Without one, drop, paste or choose a picture instead."
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onEnd}
        onPointerCancel={onEnd}
      />
      <div className="try-tools">
        <button
          type="button"
          disabled={strokes.length === 0}
          onClick={() => replace(strokes.slice(0, -1))}
        >
          Take back
        </button>
        <button type="button" disabled={strokes.length === 0} onClick={() => setStrokes([])}>
          Clear
        </button>
        <label>
          <input
            type="checkbox"
            checked={inverted}
            onChange={({ target }) => {
              invert(target.checked);
              give(strokes, target.checked);
            }}
          />
          Invert
        </label>
      </div>
      <p className="try-hint">
        {side} × {side} pixels, {dark ? 'light on dark' : 'dark on light'}. The models look at it
        after every stroke.
      </p>
    </div>
  );
}

function bitmap(strokes: readonly Stroke[], side: number, isDark: boolean) {
  const scaled = strokes.map((each) => each.map(({ x, y }) => ({ x: x * side, y: y * side })));
  return greyOf(inkOf(scaled, side), isDark);
}

function pointOf({ currentTarget, clientX, clientY }: PointerEvent<HTMLCanvasElement>): Point {
  const { left, top, width, height } = currentTarget.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}
