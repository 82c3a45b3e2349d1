import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { compose } from '../../hydra/compose';
import { configFolder } from '../../hydra/folder-node';
import { readProgram } from './read-program';

const tutorials = configFolder(
  fileURLToPath(new URL('../../../../config/_get_started', import.meta.url)),
);

/** What is wrong with the tutorial after these overrides. */
async function problems(...overrides: string[]): Promise<string> {
  const configName = 'clip_task_arithmetic';
  const { config, referenced } = await compose({ ...tutorials, configName, overrides, env: {} });
  try {
    readProgram(config, referenced);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('what is refused', () => {
  it('an option by a wrong name, wherever it came from', async () => {
    expect(await problems('+method.scale_factor=0.5')).toMatchInlineSnapshot(
      `"method.scale_factor: TaskArithmeticAlgorithm has no option scale_factor. The name is scaling_factor."`,
    );
    expect(await problems('+taskpool.batchsize=1', '+sead=3')).toMatchInlineSnapshot(`
      "sead: the program has no option sead. The name is seed.
      taskpool.batchsize: CLIPVisionModelTaskPool has no option batchsize. Its options are test_datasets, clip_model, processor, data_processor, dataloader_kwargs, fast_dev_run, base_model, move_to_device, layer_wise_feature_save_path, layer_wise_feature_first_token_only, layer_wise_feature_max_num, classnames, templates, sample_size, sample_seed, on_unreadable."
    `);
    expect(await problems('+taskpool.dataloader_kwargs.batch=1')).toMatchInlineSnapshot(
      `"taskpool.dataloader_kwargs.batch: PyTorch's DataLoader has no option batch. The name is batch_size."`,
    );
  });

  it('a class that is not there', async () => {
    expect(
      await problems('method._target_=fusion_bench.method.TaskArithmetic'),
    ).toMatchInlineSnapshot(
      `"method._target_: fusion_bench.method.TaskArithmetic is not a method that this program has. Did you mean fusion_bench.method.TaskArithmeticAlgorithm?"`,
    );
    expect(
      await problems('modelpool._target_=fusion_bench.modelpool.OpenCLIPVisionModelPool'),
    ).toMatchInlineSnapshot(
      `"modelpool._target_: OpenCLIPVisionModelPool is not had here: its models are pickled modules, which are programs and are not run here. CLIPVisionModelPool reads checkpoints that OpenCLIP itself saved, from their folder."`,
    );
    expect(await problems('~method._target_')).toMatchInlineSnapshot(
      `"method._target_: the name of a method is expected, but it is nothing. There are fusion_bench.method.DummyAlgorithm, fusion_bench.method.TaskVectorCosSimilarity, fusion_bench.method.TaskArithmeticAlgorithm, task_arithmetic_studio.method.LiNeS, fusion_bench.method.TiesMergingAlgorithm, fusion_bench.method.MagMaxAlgorithm, task_arithmetic_studio.method.PCBMerging, fusion_bench.method.DareTaskArithmetic, fusion_bench.method.DareTiesMerging, task_arithmetic_studio.method.Breadcrumbs, task_arithmetic_studio.method.BreadcrumbsTies, task_arithmetic_studio.method.DellaLinear, task_arithmetic_studio.method.Della, task_arithmetic_studio.method.SCE, task_arithmetic_studio.method.NuSlerp, fusion_bench.method.TaskSingularVectorMerging, fusion_bench.method.ISO_C_Merge, fusion_bench.method.ISO_CTS_Merge, fusion_bench.method.WUDIMerging, fusion_bench.method.singular_value_calibration.task_arithmetic.SingularValueCalibrationArithmeticTask, fusion_bench.method.singular_value_calibration.generic.SingularValueCalibrationWithBaseMethod, fusion_bench.method.SimpleAverageAlgorithm, fusion_bench.method.WeightedAverageAlgorithm, fusion_bench.method.DareSimpleAverage, task_arithmetic_studio.method.KarcherMean, fusion_bench.method.ModelStock, fusion_bench.method.ExPOAlgorithm, fusion_bench.method.MagnitudeDiffPruningAlgorithm, fusion_bench.method.LinearInterpolationAlgorithm, fusion_bench.method.SlerpMergeAlgorithm, fusion_bench.method.RegMeanAlgorithmForCLIP."`,
    );
  });

  it('values of the wrong kind', async () => {
    expect(await problems('method.scaling_factor=nan')).toMatchInlineSnapshot(
      `"method.scaling_factor: a finite number is expected, but it is NaN."`,
    );
    expect(await problems("method.scaling_factor='0.5'")).toMatchInlineSnapshot(
      `"method.scaling_factor: a finite number is expected, but it is the text "0.5". Leave the quotes out."`,
    );
    expect(await problems('method.scaling_factor=???')).toMatchInlineSnapshot(
      `"method.scaling_factor: it has to be given (???), and nothing is."`,
    );
    expect(await problems('~method.scaling_factor')).toMatchInlineSnapshot(
      `"method.scaling_factor: it is missing; TaskArithmeticAlgorithm needs it."`,
    );
    expect(await problems('+seed=1.5', '+fast_dev_run=1')).toMatchInlineSnapshot(`
      "seed: a whole number is expected, but it is 1.5.
      fast_dev_run: true or false is expected, but it is 1."
    `);
    expect(
      await problems(
        '+method={threshold:120,remove_keys:x,merge_func:summ}',
        'method._target_=fusion_bench.method.TiesMergingAlgorithm',
      ),
    ).toMatchInlineSnapshot(`
      "method.threshold: a number between 0 and 100 is expected, but it is 120.
      method.remove_keys: a list of texts is expected, but it is the text "x".
      method.merge_func: one of sum, mean, max is expected, but it is the text "summ". Did you mean sum?"
    `);
  });

  it('weights that do not fit the pool', async () => {
    const average = 'method._target_=fusion_bench.method.WeightedAverageAlgorithm';
    const options = '+method={normalize:true,weights:[0.5]}';
    expect(await problems(average, '~method.scaling_factor', options)).toMatchInlineSnapshot(
      `"method.weights: one weight for each of the 2 fine-tuned models is needed (sun397, stanford-cars), but there are 1."`,
    );
    expect(
      await problems(average, '~method.scaling_factor', '+method={normalize:true,weights:[1,-1]}'),
    ).toMatchInlineSnapshot(
      `"method.weights: their sum is 0, so they cannot be normalized. Change them, or set normalize to false."`,
    );
  });

  it('coefficients that would have to be learned', async () => {
    const named = ['~method', '+method={name:clip_task_wise_adamerging,clamp_weights:false}'];
    const rest = '+method={tie_weights:true,strict:false}';
    const learning = await problems(...named, rest);
    expect(learning).toMatchInlineSnapshot(
      `"method.weights: there are none, so FusionBench would learn them from pictures, which this program does not. Give one for each fine-tuned model, in pool order (method.weights=[0.3,0.4]), or use task arithmetic (method=task_arithmetic), whose one scaling factor is for all."`,
    );
    expect(await problems(...named, rest, '+method.weights=null')).toBe(learning);
    expect(await problems(...named, rest, '+method.weights=w.pt')).toMatchInlineSnapshot(
      `"method.weights: a list of numbers is expected, but it is the text "w.pt"."`,
    );
    expect(await problems(...named, '+method.weights=[0.3]')).toMatchInlineSnapshot(`
      "method.tie_weights: it is missing; CLIPTaskWiseAdaMergingAlgorithm needs it.
      method.strict: it is missing; CLIPTaskWiseAdaMergingAlgorithm needs it."
    `);
    expect(
      await problems(...named, rest, '+method={weights:[0.3],optimizer:7,max_steps:1.5}'),
    ).toMatchInlineSnapshot(`
      "method.optimizer: a text is expected, but it is 7.
      method.max_steps: a whole number is expected, but it is 1.5."
    `);
    expect(await problems(...named, rest, '+method.weights=[0.3]')).toMatchInlineSnapshot(
      `"method.weights: one weight for each of the 2 fine-tuned models is needed (sun397, stanford-cars), but there are 1."`,
    );
  });

  it('a method by name that has none, or by class name that has one', async () => {
    expect(
      await problems('~method', '+method={name:clip_layer_wise_adamerging}'),
    ).toMatchInlineSnapshot(
      `
      "method.weights: there are none, so FusionBench would learn them from pictures, which this program does not. Name the file that FusionBench saved (method.weights=merging_weights.pt), write them (a list for each fine-tuned model, in pool order), or use task arithmetic (method=task_arithmetic), whose one scaling factor is for all.
      method.clamp_weights: it is missing; CLIPLayerWiseAdaMergingAlgorithm needs it.
      method.tie_weights: it is missing; CLIPLayerWiseAdaMergingAlgorithm needs it.
      method.strict: it is missing; CLIPLayerWiseAdaMergingAlgorithm needs it."
    `,
    );
    expect(await problems('~method', '+method={name:task_arithmetic}')).toMatchInlineSnapshot(
      `"method.name: task_arithmetic is not a method that this program has. By name there is clip_task_wise_adamerging, clip_layer_wise_adamerging; the others have a _target_."`,
    );
    expect(
      await problems(
        'method._target_=fusion_bench.method.CLIPTaskWiseAdaMergingAlgorithm',
        '~method.scaling_factor',
      ),
    ).toMatchInlineSnapshot(
      `"method._target_: FusionBench's CLIPTaskWiseAdaMergingAlgorithm cannot be made by its class name: it fails on the options. Write name: clip_task_wise_adamerging instead of _target_."`,
    );
    expect(await problems('+method.name=task_arithmetic')).toMatchInlineSnapshot(
      `"method.name: TaskArithmeticAlgorithm has no option name. Its options are scaling_factor, inplace."`,
    );
  });

  it('dropping everything, where the rest is to be rescaled', async () => {
    const dare = 'method._target_=fusion_bench.method.DareTaskArithmetic';
    const options = '+method={sparsity_ratio:1,only_on_linear_weights:false}';
    expect(await problems(dare, options)).toMatchInlineSnapshot(
      `"method.sparsity_ratio: everything would be dropped, and nothing left to be rescaled. Lower it, or set rescale to false."`,
    );
    expect(await problems(dare, options, '+method.rescale=false')).toBe('accepted');
    expect(await problems(dare, options, '+method={rescale:false,seed:-1}')).toMatchInlineSnapshot(
      `"method.seed: a whole number of at least 0 is expected, but it is -1."`,
    );
  });

  it('pools that a method cannot merge', async () => {
    expect(await problems('~modelpool.models._pretrained_')).toMatchInlineSnapshot(
      `"modelpool.models: there is no _pretrained_, the model that all were fine-tuned from."`,
    );
    expect(
      await problems(
        'method._target_=fusion_bench.method.SlerpMergeAlgorithm',
        '+method.t=0.5',
        '~method.scaling_factor',
      ),
    ).toMatchInlineSnapshot(
      `"modelpool.models: exactly two models are needed, and it has 3: _pretrained_, sun397, stanford-cars."`,
    );
  });

  it('models and tasks that cannot be loaded', async () => {
    expect(
      await problems('modelpool.models.sun397=3', 'modelpool.models.stanford-cars=???'),
    ).toMatchInlineSnapshot(`
      "modelpool.models.sun397: a folder, a repository (organisation/name) or a section with _target_ is expected, but it is 3.
      modelpool.models.stanford-cars: a folder, a repository (organisation/name) or a section with _target_ is expected, but it is still to be given (???)."
    `);
    expect(
      await problems('modelpool.models.sun397={_target_:torch.load,f:x}'),
    ).toMatchInlineSnapshot(
      `"modelpool.models.sun397._target_: transformers.CLIPVisionModel.from_pretrained or transformers.CLIPModel.from_pretrained is expected, but it is the text "torch.load"."`,
    );
    expect(await problems("taskpool.test_datasets.sun397.split='test[:1'")).toMatchInlineSnapshot(
      `"taskpool.test_datasets.sun397.split: "test[:1" is no split. Splits read test, train[:500], train[10%:20%], train+test."`,
    );
    expect(
      await problems('taskpool.test_datasets.sun397._target_=datasets.load'),
    ).toMatchInlineSnapshot(
      `"taskpool.test_datasets.sun397._target_: datasets.load_dataset, fusion_bench.dataset.fer2013.load_fer2013 or fusion_bench.utils.data.train_validation_split is expected, but it is the text "datasets.load"."`,
    );
    expect(await problems('+taskpool.dataloader_kwargs.shuffle=true')).toMatchInlineSnapshot(
      `"taskpool.dataloader_kwargs.shuffle: only false is possible: every picture is scored, in one fixed order."`,
    );
    expect(await problems('+taskpool.templates={sun:[a photo]}')).toMatchInlineSnapshot(`
      "taskpool.templates.sun: there is no such task. The name is sun397.
      taskpool.templates.sun: "a photo" has no {} for the name of the class."
    `);
    expect(
      await problems('+merged_model_save_kwargs={safe_serialization:true}'),
    ).toMatchInlineSnapshot(
      `"merged_model_save_kwargs: saving a CLIPVisionModelPool takes no options (FusionBench fails on them). Set it to null."`,
    );
  });
});
