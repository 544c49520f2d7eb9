import { resolve } from 'node:path';
import { type Address, parseAddress } from '@countersign/core';
import { type Invocation, text } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { locateOwnerKey } from './locate.ts';

/** A key in a file: sealed, or a keypair file of the Solana tools; told by its content. */
export interface FileChoice {
  readonly kind: 'file';
  readonly path: string;
  /** `null`: asked for at the terminal. */
  readonly passphraseFile: string | null;
}
/** A key in AWS KMS. */
export interface KmsChoice {
  readonly kind: 'kms';
  readonly keyId: string;
  readonly region: string;
  /** `null`: AWS itself. */
  readonly endpoint: string | null;
  /** The owner's role, entered with an MFA code; `null`: the credentials of the environment are the session already. */
  readonly session: { readonly roleArn: string; readonly mfaSerial: string; readonly mfaCodeFile: string | null } | null;
}
/** A key in a wallet or a device: its signatures are pasted. */
export interface PastedChoice {
  readonly kind: 'paste';
  readonly owner: Address;
}
/** A key in a token. */
export interface Pkcs11Choice {
  readonly kind: 'pkcs11';
  readonly libraryPath: string;
  readonly tokenLabel: string;
  readonly keyLabel: string;
  /** `null`: asked for at the terminal. */
  readonly pinFile: string | null;
}
export type KeyChoice = FileChoice | KmsChoice | PastedChoice | Pkcs11Choice;

const LOOPBACK: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/** Options that belong to one holder, by the option that names a key of it. */
const BELONGING: { readonly [holder: string]: readonly string[] } = {
  kms: ['region', 'endpoint', 'role', 'mfaSerial', 'mfaCodeFile'],
  pkcs11: ['token', 'key', 'pinFile'],
};

/** Which key signs: one of `--owner-key`, `--kms`, `--pkcs11` and `--paste`; without any of them the file that `locateOwnerKey` finds. */
export function chooseKey(invocation: Invocation): Result<KeyChoice, Failure> {
  const [holder, second] = ['ownerKey', 'kms', 'pkcs11', 'paste'].filter((name) => text(invocation, name) !== undefined);
  if (second !== undefined) return misuse('the owner key is named twice', 'give one of --owner-key, --kms, --pkcs11 and --paste');
  for (const [owner, options] of Object.entries(BELONGING))
    if (owner !== holder && options.some((name) => text(invocation, name) !== undefined))
      return misuse(`options of --${owner} are given without it`, `name the key with --${owner}`);
  if (holder === 'kms') return chooseKms(invocation, text(invocation, 'kms') ?? '');
  if (holder === 'pkcs11') return choosePkcs11(invocation, text(invocation, 'pkcs11') ?? '');
  if (holder === 'paste') return choosePasted(text(invocation, 'paste') ?? '');
  const place = locateOwnerKey(invocation);
  return place.ok ? good({ kind: 'file', ...place.value }) : place;
}

/** The key that is to become the owner's, in a file here; `null` where none is named. */
export function chooseNewOwnerKey(invocation: Invocation): FileChoice | null {
  return fileNamed(invocation, 'newOwnerKey', 'newPassphraseFile');
}

/** A key file that is named by one option, with its passphrase file by another. */
export function fileNamed(invocation: Invocation, option: string, passphraseOption: string): FileChoice | null {
  const { cwd } = invocation.world;
  const path = text(invocation, option);
  if (path === undefined) return null;
  const passphraseFile = text(invocation, passphraseOption);
  return { kind: 'file', path: resolve(cwd, path), passphraseFile: passphraseFile === undefined ? null : resolve(cwd, passphraseFile) };
}

function choosePasted(given: string): Result<PastedChoice, Failure> {
  const owner = parseAddress(given, '--paste');
  return owner.ok ? good({ kind: 'paste', owner: owner.value }) : misuse(`--paste "${given}" is not an address`, "give the owner's");
}

function choosePkcs11(invocation: Invocation, libraryPath: string): Result<Pkcs11Choice, Failure> {
  const [tokenLabel, keyLabel, pinFile] = ['token', 'key', 'pinFile'].map((name) => text(invocation, name));
  if (tokenLabel === undefined || keyLabel === undefined)
    return misuse('a key in a token is named by token and key', 'give --token and --key with their labels');
  return good({
    ...{ kind: 'pkcs11', libraryPath, tokenLabel, keyLabel },
    pinFile: pinFile === undefined ? null : resolve(invocation.world.cwd, pinFile),
  });
}

function chooseKms(invocation: Invocation, keyId: string): Result<KmsChoice, Failure> {
  const { env, cwd } = invocation.world;
  const region =
    text(invocation, 'region') ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || /^arn:[^:]+:kms:([^:]+):/.exec(keyId)?.[1]);
  if (region === undefined) return misuse('the AWS region of the key is not known', 'give --region, or set AWS_REGION');
  const endpoint = text(invocation, 'endpoint') ?? null;
  if (endpoint !== null && !(URL.canParse(endpoint) && LOOPBACK.includes(new URL(endpoint).hostname)))
    return misuse(`--endpoint ${endpoint} is not on this machine`, 'leave it away: AWS is asked then');
  const roleArn = text(invocation, 'role');
  const mfaSerial = text(invocation, 'mfaSerial');
  const mfaCodeFile = text(invocation, 'mfaCodeFile') ?? (env['COUNTERSIGN_MFA_CODE_FILE'] || undefined);
  if ((roleArn === undefined) !== (mfaSerial === undefined))
    return misuse('a session of the owner takes a role and an MFA device', 'give both --role and --mfa-serial, or neither');
  const session =
    roleArn === undefined || mfaSerial === undefined
      ? null
      : { roleArn, mfaSerial, mfaCodeFile: mfaCodeFile === undefined ? null : resolve(cwd, mfaCodeFile) };
  return good({ kind: 'kms', keyId, region, endpoint, session });
}
