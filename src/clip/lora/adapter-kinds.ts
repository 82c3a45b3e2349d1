/** What PEFT makes besides LoRA proper: refused by name, with what to do instead. */
import { FormatError } from '../../errors';
import { type Section, wrongValue } from '../config/section';

const FOLD =
  'Fold it into its model in Python (PEFT: merge_and_unload, then save_pretrained) and add the result.';
const NO_WEIGHTS =
  'It adds inputs or modules to a model instead of changing its weights, so there is nothing to merge.';

/** PEFT's `PeftType` where people write it otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  ADALORA: 'AdaLoRA',
  ADAPTION_PROMPT: 'LLaMA-Adapter',
  DELORA: 'DeLoRA',
  FOURIERFT: 'FourierFT',
  GRALORA: 'GraLoRA',
  IA3: '(IA)³',
  LN_TUNING: 'layer norm tuning',
  LOHA: 'LoHa',
  LOKR: 'LoKr',
  MULTITASK_PROMPT_TUNING: 'multitask prompt tuning',
  P_TUNING: 'p-tuning',
  POLY: 'Poly',
  PREFIX_TUNING: 'prefix tuning',
  PROMPT_TUNING: 'prompt tuning',
  RANDLORA: 'RandLoRA',
  ROAD: 'RoAd',
  SHIRA: 'SHiRA',
  TRAINABLE_TOKENS: 'trainable tokens',
  VBLORA: 'VB-LoRA',
  VERA: 'VeRA',
  XLORA: 'X-LoRA',
};

/** PEFT has no `merge_and_unload` for these. */
const UNMERGEABLE = new Set([
  'ADAPTION_PROMPT',
  'CARTRIDGE',
  'CPT',
  'MULTITASK_PROMPT_TUNING',
  'P_TUNING',
  'POLY',
  'PREFIX_TUNING',
  'PROMPT_TUNING',
  'XLORA',
]);

/** Settings of `LoraConfig` that make it something else than base + scale * B A, and what they are called. */
const VARIANTS: Readonly<Record<string, string>> = {
  alora_invocation_tokens: 'activated LoRA',
  arrow_config: 'Arrow',
  kasa_config: 'KaSA',
  layer_replication: 'LoRA with replicated layers',
  megatron_config: 'LoRA for Megatron',
  monteclora_config: 'MonteCLoRA',
  target_parameters: 'LoRA on bare parameters',
  use_bdlora: 'block-diagonal LoRA',
  use_qalora: 'QALoRA',
  velora_config: 'VeLoRA',
};

/** Values of `init_lora_weights` that leave the base's weights as they are; the others take a part out of them at every loading. */
const INNOCENT_INITS: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  'eva',
  'gaussian',
  'mica',
  'orthogonal',
];

/** @throws FormatError where the configuration is that of another adapter than LoRA proper */
export function requireLora(config: Section): void {
  const { file, values } = config;
  const type = values.peft_type;
  if (typeof type !== 'string')
    throw wrongValue(config, 'peft_type', 'the name of an adapter\'s kind ("LORA")');
  if (type !== 'LORA') {
    const remedy = UNMERGEABLE.has(type) ? NO_WEIGHTS : FOLD;
    throw new FormatError(
      file,
      `this is an adapter of the kind ${NAMES[type] ?? type}, and only LoRA is folded here. ${remedy}`,
    );
  }
  for (const [key, name] of Object.entries(VARIANTS)) {
    const value = values[key] ?? false;
    const isSet = Array.isArray(value) ? value.length > 0 : value !== false;
    if (isSet) throw new FormatError(file, `this is ${name} (${key}), not plain LoRA. ${FOLD}`);
  }
  if (!INNOCENT_INITS.includes(values.init_lora_weights)) {
    throw new FormatError(
      file,
      `init_lora_weights is ${JSON.stringify(values.init_lora_weights)}: this adapter also takes a part out of its model's own weights, which is computed anew at every loading. ` +
        'Convert it to plain LoRA in Python (save_pretrained with path_initial_model_for_weight_conversion), or fold it (merge_and_unload, then save_pretrained) and add the result.',
    );
  }
}
