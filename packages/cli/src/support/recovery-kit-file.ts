import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Address, decodeBase58, isAddress, type WalletAddresses } from '@countersign/core';
import { checkHandOver } from '@countersign/solana/decode';
import { formatRecoveryKit, parseRecoveryKit, type RecoveryKit } from '@countersign/solana/owner-tools';
import { wordsOf } from '../connection/failure-of.ts';
import { type Invocation, text, type World } from '../invocation.ts';
import { aborted, EXIT_CODES, type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { readCarried } from './read-carried.ts';
import type { Signed } from './sign-here.ts';
import { writeNewFile } from './write-new-file.ts';

const DEFAULT_FILE = 'recovery-kit.json';

/** Where a kit that is being made goes, by `--kit`: a place that is free. */
export function chooseKitPlace(invocation: Invocation, option: string): Result<string, Failure> {
  const path = resolve(invocation.world.cwd, text(invocation, option) ?? DEFAULT_FILE);
  if (!existsSync(path)) return good(path);
  return failed({
    exitCode: EXIT_CODES.conflict,
    code: 'file_not_written',
    message: `${path} is there already`,
    remedy: `choose another place for the kit with --${option}`,
  });
}

/** Keeps the kit that was just signed in a file, before anything leaves this machine: nobody else has it. A later signature takes its place. */
export function createKitKeeper(path: string): {
  readonly keep: (signed: Signed) => Result<void, Failure>;
  readonly kit: () => RecoveryKit | null;
} {
  let kept: RecoveryKit | null = null;
  const keep = (signed: Signed): Result<void, Failure> => {
    const kit = kitFrom(signed);
    if (!kit.ok) return kit;
    const written = writeNewFile('/', path, formatRecoveryKit(kit.value), kept !== null);
    if (!written.ok) return written;
    kept = kit.value;
    return good(undefined);
  };
  return { keep, kit: () => kept };
}

/** Made from the bytes that were checked and signed; read back by the reader of kits before it counts as one (INVARIANT I7). */
function kitFrom({ fetched, parts }: Signed): Result<RecoveryKit, Failure> {
  const { network, addresses, recovery } = fetched.prepared;
  const [message] = fetched.checked[0].messages;
  const ownerSignature = decodeBase58(parts[0]?.messageSignatures[0] ?? '');
  if (message === undefined || ownerSignature === null || recovery === null || !isAddress(recovery))
    return aborted('what was signed is no recovery kit', 'ask the operator what was prepared');
  const { multisig, vault, owner } = addresses as WalletAddresses;
  const nonce = checkHandOver(message.bytes, { multisig, vault, owner }, recovery as Address);
  if (!nonce.ok) return aborted(`what was signed is no recovery kit: ${wordsOf(nonce.error)}`, 'ask the operator what was prepared');
  const kit = { network, multisig, vault, owner, recovery: recovery as Address, ...nonce.value, message: message.bytes, ownerSignature };
  const read = parseRecoveryKit(formatRecoveryKit(kit));
  return read.ok ? read : aborted(`what was signed is no recovery kit: ${wordsOf(read.error)}`, 'ask the operator what was prepared');
}

/** The text of a kit's file. */
export function kitText(kit: RecoveryKit): string {
  return formatRecoveryKit(kit);
}

/** Reads and proves a kit, from a file or pasted. */
export async function readRecoveryKit(world: World, file: string): Promise<Result<RecoveryKit, Failure>> {
  const carried = await readCarried(world, file);
  if (!carried.ok) return carried;
  const kit = parseRecoveryKit(carried.value);
  if (kit.ok) return kit;
  return failed({
    exitCode: EXIT_CODES.aborted,
    code: kit.error.code,
    message: `this is no recovery kit that may be used: ${wordsOf(kit.error)}`,
    remedy: 'use another copy of it; where the owner key is still there, make a new one with "countersign owner recovery-kit"',
    problem: { ...kit.error },
  });
}
