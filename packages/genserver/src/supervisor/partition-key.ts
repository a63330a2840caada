import { InvalidOptionError } from '../errors.js';

/** What a partition is found by: a primitive value, or arrays and plain objects of such, compared by what is in them. */
export type PartitionKey =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | readonly PartitionKey[]
  | { readonly [field: string]: PartitionKey };

/**
 * Which of so many partitions a key belongs to: the same in every process and every run. Whole numbers by remainder, as in
 * Elixir, so that 0, 1, 2, … go round; all else by hash (PART-005).
 */
export function partitionOf(key: PartitionKey, partitions: number): number {
  if (typeof key === 'bigint') return Number((key < 0n ? -key : key) % BigInt(partitions));
  if (typeof key === 'number' && Number.isSafeInteger(key)) return Math.abs(key) % partitions;
  return hash(textOf(key)) % partitions;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Equal for equal keys; the order of fields does not matter. */
function textOf(key: PartitionKey): string {
  if (typeof key === 'string') return key;
  if (typeof key !== 'object' || key === null) return `${typeof key} ${String(key)}`;
  if (Array.isArray(key)) return `[${key.map(partOf).join()}]`;
  const fields = Object.entries(checkPlain(key)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${partOf(value)}`).join()}}`;
}

function partOf(key: PartitionKey): string {
  return typeof key === 'string' ? JSON.stringify(key) : textOf(checkKey(key));
}

/** Others have nothing in them that stays the same. */
export function checkKey(key: PartitionKey | undefined): PartitionKey {
  if (key === undefined || typeof key === 'function') throw wrongKey(key);
  if (typeof key === 'object' && key !== null && !Array.isArray(key)) checkPlain(key);
  return key;
}

function checkPlain<T extends object>(key: T): T {
  const prototype = Object.getPrototypeOf(key) as object | null;
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null; // of whichever realm
  if (!isPlain) throw wrongKey(key);
  return key;
}

function wrongKey(key: unknown): InvalidOptionError {
  return new InvalidOptionError('key', 'a primitive value, or an array or plain object of such', key);
}
