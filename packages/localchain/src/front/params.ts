/** Reads the parameters of a call; whatever does not fit is -32602 with the place and what was expected. */
import { addressBytesOrNull } from '../bytes/address.ts';
import { decodeBase58 } from '../bytes/base58.ts';
import { invalidParams } from './rpc-error.ts';

export type Commitment = 'processed' | 'confirmed' | 'finalized';
export type Config = Readonly<Record<string, unknown>>;

export function requireString(params: readonly unknown[], index: number, what: string): string {
  const value = params[index];
  if (typeof value !== 'string') throw invalidParams(`Invalid params: parameter ${index} (${what}) must be a string`);
  return value;
}

export function asAddress(value: unknown, what: string): string {
  if (typeof value !== 'string' || addressBytesOrNull(value) === null) {
    throw invalidParams(`Invalid param: ${what} must be a base58 address of 32 bytes`);
  }
  return value;
}

export function requireAddress(params: readonly unknown[], index: number, what: string): string {
  return asAddress(params[index], what);
}

export function asSignature(value: unknown, what: string): string {
  const bytes = typeof value === 'string' && value.length <= 88 ? decodeBase58(value) : null;
  if (typeof value !== 'string' || bytes === null || bytes.length !== 64) {
    throw invalidParams(`Invalid param: ${what} must be a base58 signature of 64 bytes`);
  }
  return value;
}

/** The configuration object at `index`; absent and `null` are the empty one. */
export function configAt(params: readonly unknown[], index: number): Config {
  const value = params[index];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalidParams(`Invalid params: parameter ${index} (configuration) must be an object`);
  return value as Config;
}

/** A whole number from 0; beyond 2^53 a bigint. */
export function asUnsigned(value: unknown, what: string): bigint {
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw invalidParams(`Invalid params: ${what} must be a whole number from 0 to 2^64-1`);
}

/** A whole number within limits; `fallback` when absent. */
export function optionalNumber(config: Config, name: string, fallback: number, most: number): number {
  const value = config[name];
  if (value === undefined || value === null) return fallback;
  const number = asUnsigned(value, name);
  if (number > BigInt(most)) throw invalidParams(`Invalid params: ${name} must be at most ${most}`);
  return Number(number);
}

export function optionalBoolean(config: Config, name: string): boolean {
  const value = config[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw invalidParams(`Invalid params: ${name} must be true or false`);
  return value;
}

/** The commitment of a read; `finalized` when absent, as on a real node. */
export function commitmentOf(config: Config, name = 'commitment'): Commitment {
  const value = config[name];
  if (value === undefined || value === null) return 'finalized';
  if (value === 'processed' || value === 'confirmed' || value === 'finalized') return value;
  throw invalidParams(`Invalid params: ${name} must be processed, confirmed or finalized`);
}

export function requireArray(params: readonly unknown[], index: number, what: string, most: number): readonly unknown[] {
  const value = params[index];
  if (!Array.isArray(value)) throw invalidParams(`Invalid params: parameter ${index} (${what}) must be an array`);
  if (value.length > most) throw invalidParams(`Too many inputs provided; max ${most}`);
  return value;
}
