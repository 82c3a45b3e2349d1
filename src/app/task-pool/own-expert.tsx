import type { TaskView } from '../../state/types';
import { useCommands, useSnapshot } from '../context';
import { Choice } from '../ui/choice';
import { useEdited } from '../use-edited';
import './own-expert.css';

/** The value of the option that leaves the choice to the name; ids are never empty. */
const BY_NAME = '';

/** Which expert the merged model is compared with on this task: found by the name, or chosen by hand. */
export function OwnExpert({ task: { id, name, expert, chosenExpert } }: { task: TaskView }) {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const { editTask } = useCommands();
  const experts = models.filter(({ role }) => role === 'expert');
  const chosen = experts.some((model) => model.id === chosenExpert) ? chosenExpert : null;
  const [shown, choose] = useEdited(chosen ?? BY_NAME, (wanted) =>
    editTask({ type: 'setExpert', id, expert: wanted === BY_NAME ? null : wanted }),
  );
  return (
    <>
      {expert !== null ? (
        <bdi>{expert}</bdi>
      ) : chosen !== null ? (
        'The expert that was chosen does not fit the base.'
      ) : (
        'No expert ends with this name, or more than one does: choose the one that is meant.'
      )}
      {experts.length > 0 && (
        <Choice
          className="own-expert"
          aria-label={`Own expert of ${name}`}
          value={shown}
          onChoose={choose}
        >
          <option value={BY_NAME}>found by the name</option>
          {experts.map((model) => (
            <option key={model.id} value={model.id}>
              {model.name}
            </option>
          ))}
        </Choice>
      )}
    </>
  );
}
