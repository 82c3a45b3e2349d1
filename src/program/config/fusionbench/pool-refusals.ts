/** FusionBench's model pools, task pools and programs that are not had here. Source: fusion-bench 0.2.33. */
import type { RefusalOfSome } from './types';

const CLIP_POOL = 'For CLIP’s vision models there is CLIPVisionModelPool.';
const CLIP_TASKS = 'For CLIP’s vision models there is CLIPVisionModelTaskPool.';

export const POOL_REFUSALS: readonly RefusalOfSome[] = [
  {
    names: ['OpenCLIPVisionModelPool'],
    why: 'its models are pickled modules, which are programs and are not run here',
    nearest: 'CLIPVisionModelPool reads checkpoints that OpenCLIP itself saved, from their folder.',
  },
  {
    names: ['OpenCLIPVisionModelTaskPool'],
    why: 'it scores pickled modules with heads of their own, which are programs and are not run here',
    nearest: 'CLIPVisionModelTaskPool scores OpenCLIP checkpoints by their own text tower.',
  },
  {
    names: [
      'AutoModelForSeq2SeqLMPool',
      'AutoModelForCausalLMPool',
      'CausalLMBackbonePool',
      'CausalLMPool',
      'GPT2ForSequenceClassificationPool',
      'HuggingFaceGPT2ClassificationPool',
      'PeftModelForSeq2SeqLMPool',
      'Seq2SeqLMPool',
      'SequenceClassificationModelPool',
    ],
    why: 'its models are language models, and the models here are CLIP',
    nearest: CLIP_POOL,
  },
  {
    names: [
      'ConvNextForImageClassificationPool',
      'Dinov2ForImageClassificationPool',
      'ResNetForImageClassificationPool',
      'NYUv2ModelPool',
    ],
    why: 'its models are of another architecture, and the models here are CLIP',
    nearest: CLIP_POOL,
  },
  {
    names: ['AutoModelPool', 'LazyStateDictPool', 'DictModelPool', 'ListModelPool'],
    why: 'it takes models of any architecture, and the models here are CLIP',
    nearest: CLIP_POOL,
  },
  {
    names: ['HuggingFaceClipVisionPool'],
    why: 'it is of an older FusionBench',
    nearest: 'Its present name is CLIPVisionModelPool.',
  },
  {
    names: ['CLIPImageClassificationTaskPool', 'clip-vit-robustness_clean'],
    why: 'it is of an older FusionBench',
    nearest: 'Its present name is CLIPVisionModelTaskPool.',
  },
  {
    names: [
      'FlanT5GLUETextGenerationTaskPool',
      'flan-t5_glue_text_generation',
      'GPT2TextClassificationTaskPool',
      'LMEvalHarnessTaskPool',
      'LlamaTestGenerationTaskPool',
      'RewardModelEvaluationTaskPool',
    ],
    why: 'its tasks are for language models, and the models here are CLIP',
    nearest: CLIP_TASKS,
  },
  {
    names: ['ImageClassificationTaskPool', 'ResNetForImageClassificationTaskPool', 'NYUv2TaskPool'],
    why: 'its tasks are for models of another architecture, with heads that were trained',
    nearest: CLIP_TASKS,
  },
  {
    names: [
      'RankoneMoECLIPVisionModelTaskPool',
      'RankoneWEMoECLIPVisionModelTaskPool',
      'SmileCLIPVisionModelTaskPool',
      'SparseWEMoECLIPVisionModelTaskPool',
    ],
    why: 'it scores models that weigh experts anew for each picture, which are not made here',
    nearest: CLIP_TASKS,
  },
  {
    names: ['BaseModelPool', 'ModelPool', 'BaseTaskPool', 'TaskPool', 'BaseHydraProgram'],
    why: 'it is what others are made from',
  },
  {
    names: ['GreetingProgram'],
    why: 'it is another program, which prints a greeting',
    nearest: 'What merges and scores is FabricModelFusionProgram.',
  },
];
