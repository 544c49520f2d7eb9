import { parseArgs } from 'node:util';
import { DEFAULT_KDF, type KdfParameters } from '../keystore/kdf.ts';
import type { SignerLimits } from './signer-state.ts';

export interface SignerOptions {
  readonly socketPath: string;
  readonly keystoreDirectory: string;
  readonly passphraseFile: string;
  /** Used only when the keystore is made; afterwards its own parameters hold. */
  readonly kdf: KdfParameters;
  readonly limits: SignerLimits;
  readonly dieWithParent: boolean;
}

export const USAGE = `usage: node packages/selfhost/src/signer/main.ts --socket PATH --keystore DIR --passphrase-file FILE
  [--kdf-memory-mib 256] [--kdf-passes 3]    Argon2id of a new keystore; never below 64 MiB and 2 passes
  [--fee-signatures-per-minute 30000]        signatures of the fee account, all wallets together
  [--rent-messages-per-minute 120]           messages in which the fee account pays rent, all wallets together
  [--die-with-parent]                        end when standard input closes`;

/** Reads the command line; throws with one clear line. */
export function readSignerOptions(args: readonly string[]): SignerOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      socket: { type: 'string' },
      keystore: { type: 'string' },
      'passphrase-file': { type: 'string' },
      'kdf-memory-mib': { type: 'string' },
      'kdf-passes': { type: 'string' },
      'fee-signatures-per-minute': { type: 'string' },
      'rent-messages-per-minute': { type: 'string' },
      'die-with-parent': { type: 'boolean' },
    },
  });
  const required = (name: 'socket' | 'keystore' | 'passphrase-file'): string => {
    const value = values[name];
    if (value === undefined || value === '') throw new Error(`--${name} is missing`);
    return value;
  };
  const whole = (
    name: 'kdf-memory-mib' | 'kdf-passes' | 'fee-signatures-per-minute' | 'rent-messages-per-minute',
    standard: number,
  ): number => {
    const text = values[name];
    if (text === undefined) return standard;
    if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new Error(`--${name} is not a whole number from 1`);
    return Number(text);
  };
  return {
    socketPath: required('socket'),
    keystoreDirectory: required('keystore'),
    passphraseFile: required('passphrase-file'),
    kdf: { memoryKib: whole('kdf-memory-mib', DEFAULT_KDF.memoryKib / 1024) * 1024, passes: whole('kdf-passes', DEFAULT_KDF.passes) },
    limits: {
      feeSignaturesPerMinute: whole('fee-signatures-per-minute', 30_000),
      rentMessagesPerMinute: whole('rent-messages-per-minute', 120),
    },
    dieWithParent: values['die-with-parent'] === true,
  };
}
