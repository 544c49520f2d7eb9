/**
 * The ProgramConfig account of Squads v4, which the program wants to see before it creates a multisig. Its initialiser is gated to a
 * key of Squads, so a local chain writes it: discriminator 8, authority 32, creation fee u64, treasury 32, reserved 64 (144 bytes).
 */
import { createHash } from 'node:crypto';
import { addressBytes } from '../bytes/address.ts';
import { encodeBase58 } from '../bytes/base58.ts';
import type { Svm } from '../svm/svm.ts';
import { SQUADS_PROGRAM } from '../wire/programs.ts';

/** The PDA of the seeds "multisig", "program_config" (written out: deriving it would load a whole client at start). */
export const PROGRAM_CONFIG: string = 'BSTq9w3kZwNwpBXJEvTZz2G9ZTNyKBvoSeXMvwb4cNZr';

/** A key nobody holds, taken from a fixed text. */
function ownerless(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** Where creation fees would go; the fee is 0 here. Clients read it from ProgramConfig and never assume it. */
export const LOCAL_TREASURY: string = encodeBase58(ownerless('countersign local chain: squads treasury'));

/** Writes ProgramConfig with a creation fee of 0. */
export async function writeProgramConfig(svm: Svm): Promise<void> {
  const data = new Uint8Array(144);
  data.set(createHash('sha256').update('account:ProgramConfig').digest().subarray(0, 8), 0);
  data.set(ownerless('countersign local chain: squads program authority'), 8);
  data.set(addressBytes(LOCAL_TREASURY), 48);
  await svm.setAccount(PROGRAM_CONFIG, { lamports: await svm.minimumBalance(data.length), owner: SQUADS_PROGRAM, executable: false, data });
}
