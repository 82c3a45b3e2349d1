export function isCompanion(name: string): boolean {
  return /^(preprocessor_config|processor_config|tokenizer|tokenizer_config|special_tokens_map|vocab)\.json$|^merges\.txt$/.test(
    name,
  );
}
