import type { Interval } from '../../state/types';

interface Mark {
  readonly accuracy: number;
  readonly interval: Interval;
}

interface RangeStripProps {
  readonly pretrained: Mark | undefined;
  readonly merged: Mark | undefined;
  readonly expert: Mark | undefined;
}

/** Where the merged model stands between the pretrained one and the expert, on a line from 0 to 100 %. */
export function RangeStrip({ pretrained, merged, expert }: RangeStripProps) {
  const at = (ratio: number) => `${ratio * 100}%`;
  return (
    <svg className="range-strip" role="presentation">
      <line className="rail" x1="0" x2="100%" y1="50%" y2="50%" />
      {pretrained && merged && (
        <line
          className="gain"
          x1={at(pretrained.accuracy)}
          x2={at(merged.accuracy)}
          y1="50%"
          y2="50%"
        />
      )}
      {expert && (
        <line
          className="expert"
          x1={at(expert.accuracy)}
          x2={at(expert.accuracy)}
          y1="15%"
          y2="85%"
        />
      )}
      {pretrained && (
        <line
          className="pretrained"
          x1={at(pretrained.accuracy)}
          x2={at(pretrained.accuracy)}
          y1="15%"
          y2="85%"
        />
      )}
      {merged && (
        <>
          <line
            className="whisker"
            x1={at(merged.interval[0])}
            x2={at(merged.interval[1])}
            y1="50%"
            y2="50%"
          />
          <circle className="merged" cx={at(merged.accuracy)} cy="50%" r="4" />
        </>
      )}
    </svg>
  );
}
