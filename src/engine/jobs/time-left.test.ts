import { describe, expect, it } from 'vitest';
import { startClock } from './time-left';

function clockAt(share: number) {
  let time = 1000;
  const clock = startClock(share, () => time);
  return {
    after(milliseconds: number, reached: number | null) {
      time = 1000 + milliseconds;
      return clock.secondsLeft(reached);
    },
  };
}

describe('time left', () => {
  it('goes by the speed so far', () => {
    expect(clockAt(0).after(4000, 0.25)).toBe(12);
  });

  it('counts only what was done since it began', () => {
    expect(clockAt(0.5).after(4000, 0.75)).toBe(4);
  });

  it('says nothing too early, after too little, or where the share is not known', () => {
    expect(clockAt(0).after(1999, 0.5)).toBeNull();
    expect(clockAt(0).after(2000, 0.5)).toBe(2);
    expect(clockAt(0).after(60_000, 0.019)).toBeNull();
    expect(clockAt(0).after(60_000, 0.02)).toBe(2940);
    expect(clockAt(0).after(60_000, null)).toBeNull();
  });

  it('rounds up: nothing is done while something is left', () => {
    expect(clockAt(0).after(2000, 0.999)).toBe(1);
    expect(clockAt(0).after(2000, 1)).toBe(0);
  });
});
