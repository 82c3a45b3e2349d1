/** The demo as a configuration that FusionBench runs as well: its zips unpacked, as `datasets` fails on labels of zips. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

interface Manifest {
  readonly models: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly tasks: { readonly files: readonly string[] };
}

export interface UnpackedDemo {
  /** `--config-path` and `--config-name`. */
  readonly configPath: string;
  readonly configName: string;
  readonly tasksJson: string;
  readonly experts: number;
  readonly images: number;
}

/** @param demo the folder of `manifest.json` */
export async function unpackDemo(demo: string, folder: string): Promise<UnpackedDemo> {
  const manifest = JSON.parse(await readFile(join(demo, 'manifest.json'), 'utf8')) as Manifest;
  const models = Object.fromEntries(
    manifest.models.map(({ name, files }) => [name, dirname(join(demo, files[0] ?? ''))]),
  );
  const datasets: Record<string, object> = {};
  let images = 0;
  for (const file of manifest.tasks.files.filter((name) => name.endsWith('.zip'))) {
    const name = basename(file, '.zip');
    const place = join(folder, name);
    images += await unpack(join(demo, file), place);
    datasets[name] = {
      _target_: 'datasets.load_dataset',
      path: 'imagefolder',
      data_dir: place,
      split: 'train',
    };
  }
  const tasksJson = manifest.tasks.files.find((name) => name.endsWith('tasks.json')) ?? '';
  await writeFile(join(folder, 'tasks.json'), await readFile(join(demo, tasksJson)));
  const config = {
    _target_: 'fusion_bench.programs.FabricModelFusionProgram',
    _recursive_: false,
    print_config: false,
    method: { _target_: 'fusion_bench.method.TaskArithmeticAlgorithm', scaling_factor: 0.3 },
    modelpool: { _target_: 'fusion_bench.modelpool.CLIPVisionModelPool', models },
    taskpool: {
      _target_: 'fusion_bench.taskpool.CLIPVisionModelTaskPool',
      test_datasets: datasets,
      clip_model: models._pretrained_,
      processor: models._pretrained_,
      dataloader_kwargs: { batch_size: 128 },
    },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'sweep.yaml'), JSON.stringify(config));
  return {
    configPath: folder,
    configName: 'sweep',
    tasksJson: join(folder, 'tasks.json'),
    experts: manifest.models.length - 1,
    images,
  };
}

/** The number of files. */
async function unpack(zip: string, folder: string): Promise<number> {
  const files = Object.entries(unzipSync(await readFile(zip))).filter(([, { length }]) => length);
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return files.length;
}
