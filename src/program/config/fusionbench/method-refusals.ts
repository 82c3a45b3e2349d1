/** FusionBench's methods that are not had here. Source: fusion-bench 0.2.33, `fusion_bench/method`. */
import type { RefusalOfSome } from './types';

const SWEEP =
  'What comes nearest without training is TaskArithmeticAlgorithm with -m and several values of scaling_factor.';
const TASK_VECTORS =
  'What comes nearest are other merges of the same task vectors, TaskArithmeticAlgorithm and TiesMergingAlgorithm.';

export const METHOD_REFUSALS: readonly RefusalOfSome[] = [
  {
    names: [
      'LayerWiseAdaMergingAlgorithm',
      'clip_layer_wise_adamerging_doge_ta',
      'CLIPLayerWiseAdaMergingSurgeryAlgorithm',
      'clip_layer_wise_adamerging_surgery',
    ],
    why: 'it learns a weight for each layer and model, with gradients on pictures of the tasks, and nothing is trained here',
    nearest:
      'What comes nearest is name: clip_layer_wise_adamerging with weights that were learned elsewhere.',
  },
  {
    names: ['TaskWiseAdaMergingAlgorithm'],
    why: 'it learns a weight for each model, with gradients on data of the tasks, and nothing is trained here',
    nearest:
      'What comes nearest is name: clip_task_wise_adamerging with weights that were learned elsewhere.',
  },
  {
    names: [
      'ConcreteLayerWiseAdaMergingForCLIP',
      'clip_concrete_layer_wise_adamerging',
      'ConcreteSafeLayerWiseAdaMergingForCLIP',
      'clip_safe_concrete_layer_wise_adamerging',
      'ConcreteSafeTaskWiseAdaMergingForCLIP',
      'clip_safe_concrete_task_wise_adamerging',
      'clip_safe_concrete_task_arithmetic',
      'ConcreteTaskArithmeticAlgorithmForCLIP',
      'clip_concrete_task_arithmetic',
      'ConcreteTaskWiseAdaMergingForCLIP',
      'clip_concrete_task_wise_adamerging',
      'ConcreteTSVMForOpenCLIP',
      'PostDefenseAWMAlgorithmForCLIP',
      'clip_post_defense_AWM',
      'PostDefenseSAUAlgorithmForCLIP',
      'clip_post_defense_SAU',
    ],
    why: 'it learns a mask over the weights, with gradients on pictures of the tasks, and nothing is trained here',
    nearest: SWEEP,
  },
  {
    names: [
      'FrankWolfeHardAlgorithm',
      'FrankWolfeSoftAlgorithm',
      'CLIPLayerWiseGossipAlgorithm',
      'clip_layer_wise_gossip',
      'LayerWiseGossipAlgorithm',
      'CLIPTaskWiseGossipAlgorithm',
      'clip_task_wise_gossip',
      'TaskWiseGossipAlgorithm',
      'AdaSVDMergingForCLIPVisionModel',
      'TaskArithmeticWithTrustRegionForCLIP',
    ],
    why: 'it needs gradients or activations on pictures of the tasks, and nothing is trained here',
    nearest: SWEEP,
  },
  {
    names: ['FisherMergingAlgorithm', 'FisherMergingForCLIPVisionModel', 'fisher_merging'],
    why: 'it weighs each parameter by gradients on pictures of the tasks (Fisher information), which are not computed here',
    nearest:
      'What comes nearest is WeightedAverageAlgorithm, with one weight for each model instead of one for each parameter.',
  },
  {
    names: ['RegMeanAlgorithm', 'RegMeanAlgorithmForCLIPPlusPlus', 'RegMeanAlgorithmPlusPlus'],
    why: 'it needs the inputs of every layer of the model that is merged so far, or of no CLIP, and here those of the fine-tuned models are gathered',
    nearest: 'What comes nearest is RegMeanAlgorithmForCLIP.',
  },
  {
    names: ['DOGE_TA_Algorithm'],
    why: 'it corrects the task vectors by a descent of its own before it adds them, which is not computed here',
    nearest: TASK_VECTORS,
  },
  {
    names: ['SingularProjectionMergingAlgorithm', 'singular_projection_merging'],
    why: 'it measures single directions of the merged weights against those of every task vector, which is not computed here',
    nearest:
      'What comes nearest is SingularValueCalibrationArithmeticTask, which does so with the sum of the task vectors.',
  },
  {
    names: ['SingularValueCalibration'],
    why: 'it calibrates a model that the pool has under the name _merged_, and here the model is merged first',
    nearest:
      'What comes nearest is SingularValueCalibrationWithBaseMethod, whose base_method says by what method.',
  },
  {
    names: [
      'OPCM',
      'OPCMForCLIP',
      'ContinualDOPForCLIP',
      'DOPMerging',
      'ContinualTaskArithmeticForCLIP',
      'ContinualTiesMergingForCLIP',
      'ContinualWeightAverageForCLIP',
    ],
    why: 'it merges the models one after the other and scores after each, and here all are merged at once',
    nearest: TASK_VECTORS,
  },
  {
    names: [
      'CLIPWeightEnsemblingMoEAlgorithm',
      'clip_weight_ensembling_moe',
      'WeightEnsemblingMoEAlgorithm',
      'SparseCLIPWeightEnsemblingMoEAlgorithm',
      'sparse_clip_weight_ensembling_moe',
      'SparseWeightEnsemblingMoEAlgorithm',
      'CLIPRankOneMoEAlgorithm',
      'rankone_moe',
      'RankOneMoEAlgorithm',
      'DataAdaptiveWeightEnsemblingForCLIP',
      'PWEMoEAlgorithmForCLIP',
      'PWEMoELinearScalarizationForCLIP',
      'PWEMoExactParetoOptimalForCLIP',
      'PWEMoEAlgorithmForOpenCLIP',
      'PWEMoELinearScalarizationForOpenCLIP',
      'PWEMoEExactParetoOptimalForOpenCLIP',
      'SmileUpscalingAlgorithm',
    ],
    why: 'it makes a larger model that weighs its experts anew for each picture, and what is written here is one CLIP of the size of its base',
    nearest: SWEEP,
  },
  {
    names: [
      'EMRMerging',
      'TallMaskTaskArithmeticAlgorithm',
      'TaskSingularVectorCompression',
      'BitDeltaAlgorithm',
      'SuperposedAlgorithmBase',
      'SuperposedModelSoupAlgorithm',
      'SuperposedTaskArithmeticAlgorithm',
      'SuperposedTaskArithmeticLoRAAlgorithm',
      'superposed_task_arithmetic',
    ],
    why: 'it keeps a model for each task (a mask or a compressed task vector beside what they share), and here one model is made for all tasks',
    nearest: TASK_VECTORS,
  },
  {
    names: ['ModelRecombinationAlgorithm'],
    why: 'it shuffles the layers of the models and returns as many models as it was given, and here one is made',
  },
  {
    names: ['SimpleEnsembleAlgorithm', 'MaxModelPredictorAlgorithm'],
    why: 'it runs every model on each picture and joins their answers, and here one model is made',
    nearest:
      'What comes nearest is SimpleAverageAlgorithm, which averages the weights, not the answers.',
  },
  {
    names: ['WeightedEnsembleAlgorithm'],
    why: 'it runs every model on each picture and joins their answers, and here one model is made',
    nearest:
      'What comes nearest is WeightedAverageAlgorithm, which averages the weights, not the answers.',
  },
  {
    names: [
      'ImageClassificationFineTuningForCLIP',
      'clip_finetune',
      'ImageClassificationFineTuning',
      'ImageClassificationFineTuning_Test',
      'ContinualImageClassificationFineTuningForCLIP',
    ],
    why: 'it trains a model, and nothing is trained here. Train it elsewhere and add it to the pool',
  },
  {
    names: [
      'TaskVectorViolinPlot',
      'ProjectedEnergyAnalysis',
      'ErrorAccumulationAnalysisForCLIP',
      'LowRankApproximation',
    ],
    why: 'it looks into task vectors and merges nothing',
  },
  {
    names: ['SimpleAverageForCausalLM', 'SimpleAverageForLlama'],
    why: 'it is for language models, and the models here are CLIP',
    nearest: 'For CLIP it is SimpleAverageAlgorithm.',
  },
  {
    names: ['WeightedAverageForLLama'],
    why: 'it is for language models, and the models here are CLIP',
    nearest: 'For CLIP it is WeightedAverageAlgorithm.',
  },
  {
    names: ['TaskArithmeticForCausalLM', 'TaskArithmeticForLlama'],
    why: 'it is for language models, and the models here are CLIP',
    nearest: 'For CLIP it is TaskArithmeticAlgorithm.',
  },
  {
    names: ['TiesMergingForCausalLM'],
    why: 'it is for language models, and the models here are CLIP',
    nearest: 'For CLIP it is TiesMergingAlgorithm.',
  },
  {
    names: ['SlerpForCausalLM'],
    why: 'it is for language models, and the models here are CLIP',
    nearest: 'For CLIP it is SlerpMergeAlgorithm.',
  },
  {
    names: [
      'BradleyTerryRewardModeling',
      'CausalLMPretrain',
      'DepthUpscalingAlgorithm',
      'DepthUpscalingForLlama',
      'DynamicSkippingPruningForMixtral',
      'ExPOAlgorithmForLlama',
      'ExPOWithDareForLLama',
      'FisherMergingAlgorithmForGPT2',
      'FlanT5LayerWiseAdaMergingAlgorithm',
      'FlanT5LayerWiseGossipAlgorithm',
      'FlanT5WeightEnsemblingMoEAlgorithm',
      'FullFinetuneSFT',
      'GPT2LayerWiseAdaMergingAlgorithm',
      'IterativeSparseLoForLlama',
      'LayerWiseAdaMergingForLlamaSFT',
      'LayerWisePruningForMixtral',
      'MagnitudePruningForLlama',
      'MixtralForCausalLMMergingAlgorithm',
      'MixtralForCausalLMUpscalingAlgorithm',
      'MixtralMoEMergingAlgorithm',
      'MixtralUpscalingAlgorithm',
      'mixtral_moe_upscaling',
      'MoEPruner',
      'PCPSparseLoForLlama',
      'PeftFinetuneSFT',
      'ProgressivePruningForMixtral',
      'RandomPruningForLlama',
      'RegMeanAlgorithmForGPT2',
      'SmileCausalLMUpscalingAlgorithm',
      'SmileMistralUpscalingAlgorithm',
      'smile_mistral_upscaling',
      'SmileQwen2UpscalingAlgorithm',
      'SparseGPTPruningForLlama',
      'SparseLoForLlama',
      'WandaPruningForLlama',
    ],
    why: 'it is for language models, and the models here are CLIP',
  },
  {
    names: ['ResNetLayerWiseAdamerging', 'ResNetTaskWiseAdamerging', '_ResNetAdaMergingBase'],
    why: 'it is for ResNets and learns on pictures, and the models here are CLIP’s vision transformers',
  },
  {
    names: ['BaseAlgorithm', 'BaseModelFusionAlgorithm', 'ModelFusionAlgorithm'],
    why: 'it is what methods are made from, and no method itself',
  },
];
