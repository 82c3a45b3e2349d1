/** The words of the page that are terms of the field, each explained in a sentence or two. */
export const GLOSSARY = {
  pretrained: {
    term: 'Pretrained',
    text: 'The CLIP before any fine-tuning, θ₀. It has seen none of the tasks’ training pictures.',
  },
  'theta-0': {
    term: 'θ₀',
    text: 'The weights of the pretrained model’s vision tower. Everything is measured from them.',
  },
  expert: {
    term: 'Expert',
    text: 'A copy of the pretrained model that was fine-tuned on one task. A task’s own expert bears its name, and is what the merged model is compared with.',
  },
  tau: {
    term: 'τ, a task vector',
    text: 'The difference between an expert’s weights and the pretrained ones: τ = θ(expert) − θ₀. Adding it teaches the task, subtracting it unteaches it.',
  },
  'task-vector': {
    term: 'Task vector',
    text: 'The difference between an expert’s weights and the pretrained ones, written τ. Vectors of several experts can be added.',
  },
  lambda: {
    term: 'λ, the scaling factor',
    text: 'How much of the sum of task vectors is added: 0 is the pretrained model, 1 adds all of it. Between them most merges are best.',
  },
  'scaling-factor': {
    term: 'Scaling factor',
    text: 'The number λ that the sum of task vectors is multiplied by before it is added to the pretrained weights.',
  },
  weight: {
    term: 'Weight of an expert',
    text: 'How much its task vector counts in the sum: 1 as it is, 0 not at all, −1 taken away, which unlearns its task.',
  },
  'layer-factors': {
    term: 'f, the layer factors',
    text: 'How much of what the experts changed counts in each part of the tower, by depth and kind. λ is multiplied by it there: 1 leaves it as it is, 0 leaves that part to the pretrained model.',
  },
  merged: {
    term: 'Merged',
    text: 'The one model that is made of all experts: θ = θ₀ + λ · (sum of the task vectors). It is what you download.',
  },
  'zero-shot-head': {
    term: 'Zero-shot head',
    text: 'How CLIP classifies without training for it: every class name is put into the prompts, the text tower reads them, and a picture gets the class whose text is nearest.',
  },
  'relative-norm': {
    term: 'Relative norm',
    text: 'How far fine-tuning has moved the weights: the length of the task vector divided by the length of the pretrained weights, ‖τ‖ / ‖θ₀‖.',
  },
  'bit-exact': {
    term: 'Bit-exact',
    text: 'This machine’s arithmetic was tested and gives the very bits of the reference, so that a download is byte for byte what FusionBench writes.',
  },
  interval: {
    term: '95 % interval',
    text: 'How sure the number is. Scored on other pictures of the same kind, the accuracy would lie in such an interval 95 times of 100. More pictures make it narrower.',
  },
  choosing: {
    term: 'To choose by',
    text: 'Of many values the best on some pictures is better on them by chance as well. So a part of every task’s pictures is set apart to choose by, and every number of the table is of the others. Which ones is kept with the task, and FusionBench’s train_validation_split takes the same.',
  },
  mcnemar: {
    term: 'McNemar’s exact test',
    text: 'Compares two models on the same pictures. It counts those that only one of the two gets right: were both equally good, each would have about half of them, and p says how often chance alone gives as uneven a count.',
  },
  pin: {
    term: 'Pin',
    text: 'A merge that is kept under a name: method, options, factors, weights. What it was scored on is kept as well, so that it costs nothing to go on with another and hold the two against each other.',
  },
  'calibration-error': {
    term: 'Calibration error',
    text: 'How far probability and share of right answers lie apart, on average over 15 ranges of probability (the expected calibration error). 0 % means that of the answers given with 70 %, 70 % are right.',
  },
} as const;

export type TermId = keyof typeof GLOSSARY;

export function isTermId(id: string): id is TermId {
  return Object.hasOwn(GLOSSARY, id);
}
