/** What cannot be true of a Parquet file, where only its reader's frame knows the file's name. */
export class ParquetDamage extends Error {
  override readonly name = 'ParquetDamage';
}
