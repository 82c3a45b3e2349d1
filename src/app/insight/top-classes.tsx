import type { ReactNode } from 'react';
import type { PictureGuess } from '../../state/types';
import { formatPercent } from '../format';
import type { ShownModel } from './words';
import './top-classes.css';

interface TopClassesProps {
  readonly model: ShownModel;
  readonly classnames: readonly string[];
  /** The most probable classes, the first first; null where there are none. */
  readonly top: PictureGuess['top'] | null;
  /** What stands in their place. */
  readonly absent: string;
  /** The class that is right, where that is known. */
  readonly truth?: number;
  /** They are what the model said before it was changed. */
  readonly isEarlier?: boolean;
  /** The caption. */
  readonly children: ReactNode;
}

/** A model's most probable classes for a picture, with a bar and a number each. */
export function TopClasses(props: TopClassesProps) {
  const { model, classnames, top, absent, truth, isEarlier = false, children } = props;
  return (
    <table className={isEarlier ? `top-classes ${model} earlier` : `top-classes ${model}`}>
      <caption>{children}</caption>
      <tbody>
        {top ? (
          top.map(({ label, probability }) => (
            <tr key={label} className={label === truth ? 'true-class' : ''}>
              <th scope="row">{classnames[label] ?? ''}</th>
              <td>
                <span className="probability-bar" aria-hidden="true">
                  <span style={{ width: `${probability * 100}%` }} />
                </span>
              </td>
              <td>{formatPercent(probability)}</td>
            </tr>
          ))
        ) : (
          <tr>
            <td className="absent">{absent}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
