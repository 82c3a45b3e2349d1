import type { ModelView } from '../../state/types';
import {
  defaultMix,
  type Mix,
  mixOf,
  mixWeights,
  WEIGHT_PRESETS,
  type WeightPreset,
  withRole,
} from '../../state/weight-presets';
import { weighed } from '../../state/weights';
import { useCommands, usePage, useSnapshot } from '../context';
import { Term } from '../tips/term';
import { Choice } from '../ui/choice';
import { ForgetNote } from './forget-note';
import './weights.css';

const TITLES: Readonly<Record<WeightPreset, string>> = {
  all: 'All at 1',
  alone: 'One alone',
  forget: 'Forget one',
  analogy: 'Analogy',
  norms: 'Equal norms',
};

const isPreset = (text: string): text is WeightPreset => Object.hasOwn(TITLES, text);

/** The weights of the sum as a whole: which preset they are, and who plays its parts. */
export function WeightPresets({ summed }: { summed: readonly ModelView[] }) {
  const { changeMerge } = useCommands();
  const method = useSnapshot((snapshot) => snapshot.method);
  const wanted = usePage((state) => state.wantedWeights);
  const experts = summed.map((expert) => ({
    ...expert,
    weight: wanted?.[expert.id] ?? expert.weight,
  }));
  if (!method.hasScalingFactor) {
    return (
      <p className="weights-note">
        {method.title} takes no weights of task vectors.
        {method.options.some(({ option }) => option.name === 'weights') &&
          ' Its own are among its options.'}
      </p>
    );
  }
  const present = mixOf(experts);
  const isOffered = (preset: WeightPreset) => {
    const mix = defaultMix(experts, preset);
    return mix !== null && mixWeights(experts, mix) !== null;
  };
  const set = (mix: Mix | null) => {
    const weights = mix && mixWeights(experts, mix);
    if (!mix || !weights) return;
    void changeMerge(`weights: ${TITLES[mix.preset].toLowerCase()}`, (merge) => ({
      ...merge,
      models: weighed(merge.models, weights),
    }));
  };
  return (
    <div className="weight-presets">
      <label>
        <Term id="weight">Weights</Term>
        <Choice
          aria-label="Preset of weights"
          value={present?.preset ?? ''}
          onChoose={(chosen) => isPreset(chosen) && set(defaultMix(experts, chosen))}
        >
          {present === null && (
            <option value="" disabled>
              Custom
            </option>
          )}
          {WEIGHT_PRESETS.map((preset) => (
            <option key={preset} value={preset} disabled={!isOffered(preset)}>
              {TITLES[preset]}
            </option>
          ))}
        </Choice>
      </label>
      {present && <Roles mix={present} experts={experts} onMix={set} />}
      {present?.preset === 'forget' && <ForgetNote expert={present.expert} />}
      {present?.preset === 'norms' && (
        <p className="weights-note">
          Every task vector is as long as all are on average, by their relative norms.
        </p>
      )}
    </div>
  );
}

interface RolesProps {
  readonly mix: Mix;
  readonly experts: readonly ModelView[];
  readonly onMix: (mix: Mix) => void;
}

/** Who plays the parts of a preset. */
function Roles({ mix, experts, onMix }: RolesProps) {
  switch (mix.preset) {
    case 'all':
    case 'norms':
      return null;
    case 'alone':
    case 'forget': {
      const { preset } = mix;
      return (
        <Role
          label={preset === 'alone' ? 'Expert that is alone' : 'Expert that is forgotten'}
          experts={experts}
          value={mix.expert}
          onChoose={(expert) => onMix({ preset, expert })}
        />
      );
    }
    case 'analogy': {
      const role = (name: 'a' | 'b' | 'c') => (
        <Role
          label={`${name.toUpperCase()} of the analogy`}
          experts={experts}
          value={mix[name]}
          onChoose={(expert) => onMix(withRole(mix, name, expert))}
        />
      );
      return (
        <>
          <span className="analogy">
            {role('c')} + {role('b')} − {role('a')}
          </span>
          <p className="weights-note">C + B − A: what B has and A has not is added to C.</p>
        </>
      );
    }
  }
}

interface RoleProps {
  readonly label: string;
  readonly experts: readonly ModelView[];
  readonly value: string;
  readonly onChoose: (expert: string) => void;
}

function Role({ label, experts, value, onChoose }: RoleProps) {
  return (
    <Choice className="role" aria-label={label} value={value} onChoose={onChoose}>
      {experts.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Choice>
  );
}
