import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeId, type WalletId } from '@countersign/core';
import { type Keypair, PublicKey } from '@solana/web3.js';
import type { Keystore } from '../../src/keystore/keystore.ts';
import { addressOf, type Cast, compile, key, memo, spendInstruction } from '../support/message-builder.ts';
import { boundsFor, destroyOrder, installOrder, NETWORK, replaceOrder, rotateOrder } from '../support/owner-side.ts';
import {
  enroll,
  manualClock,
  OWNER_KEY,
  openTestKeystore,
  openTestSigner,
  START_MS,
  TEST_KDF,
  type TestSigner,
} from '../support/test-signer.ts';

const idOf = (fill: number): WalletId => makeId('wallet', START_MS, new Uint8Array(10).fill(fill));
const LABEL = 'vector';
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * A keystore after everything that can happen to a wallet: rotated with another owner and a key that waits, destroyed, lost and prepared anew,
 * restored from a backup. Made in `directory`, which has to be empty.
 */
export async function keystoreChanges(directory: string): Promise<object> {
  const [changed, destroyed, lost, restored] = [idOf(1), idOf(2), idOf(3), idOf(4)];
  let signer = await openTestSigner(directory, manualClock());
  await makeChanged(signer, changed);
  const second = await enrolled(signer, destroyed);
  await must(signer, 'sign', { walletId: destroyed, kind: 'spend', message: compile(second.fee, [spendInstruction(second), memo('v')]) });
  await must(signer, 'destroy_key', { walletId: destroyed, ...destroyOrder(OWNER_KEY, second) });
  await must(signer, 'suspend', { walletId: destroyed });
  await prepare(signer, { ...second, agent: PublicKey.default }, lost, OWNER_KEY);
  await enrolled(signer, restored);
  const { backup } = await must(signer, 'read_backup', { walletId: restored });
  const { sealed } = await must(signer, 'seal', { walletId: changed, label: LABEL, bytes: Buffer.from('sealed for ever') });
  await signer.signer.close();
  await rm(join(directory, restored), { recursive: true });
  signer = await openTestSigner(directory, manualClock());
  await must(signer, 'restore_key', { backup });
  await signer.signer.close();
  const keystore = await openTestKeystore(directory);
  const expected = { ...describeKeystore(keystore), opened: { walletId: changed, label: LABEL, sealed: hex(sealed as Uint8Array) } };
  await keystore.close();
  return {
    passphrase: 'correct horse',
    kdfFloor: TEST_KDF,
    plain: hex(Buffer.from('sealed for ever')),
    expected,
    files: await allFiles(directory),
  };
}

/** What opening must find, wallet by wallet. */
export function describeKeystore(keystore: Keystore): { readonly feeAccount: string; readonly wallets: readonly object[] } {
  const signatureOf = (sign: ((bytes: Uint8Array) => Uint8Array) | undefined): string | null => (sign ? hex(sign(new Uint8Array())) : null);
  const wallets = keystore.wallets.map(({ wallet, key: live, next, state, vacancy }) => ({
    ...{ wallet, vacancy, suspended: state.suspendedAtMs !== null, usedNonces: state.usedNonces, restored: state.restored },
    revision: state.installed?.bounds.revision ?? null,
    agent: live?.address ?? null,
    agentSignatureOfEmpty: signatureOf(live?.sign),
    nextSignatureOfEmpty: signatureOf(next?.sign),
  }));
  return { feeAccount: keystore.feeKey.address, wallets };
}

async function makeChanged(signer: TestSigner, walletId: WalletId): Promise<void> {
  const first = await enrolled(signer, walletId);
  await must(signer, 'sign', { walletId, kind: 'spend', message: compile(first.fee, [spendInstruction(first), memo('v')]) });
  const next = await prepare(signer, first, walletId, OWNER_KEY);
  await must(signer, 'rotate_key', { walletId, ...rotateOrder(OWNER_KEY, first, boundsFor(next, { revision: 2 })) });
  const owner = key(22);
  await must(signer, 'replace_owner', { walletId, ...replaceOrder(OWNER_KEY, owner, next, boundsFor(next, { revision: 3 })) });
  await prepare(signer, next, walletId, owner);
}

async function enrolled(signer: TestSigner, walletId: WalletId): Promise<Cast> {
  const cast = await enroll(signer, walletId);
  await must(signer, 'install_bounds', { walletId, ...installOrder(OWNER_KEY, cast, boundsFor(cast)) });
  return cast;
}

async function prepare(signer: TestSigner, cast: Cast, walletId: WalletId, owner: Keypair): Promise<Cast> {
  const pins = { walletId, ownerPublicKey: addressOf(owner.publicKey), multisig: addressOf(cast.multisig), network: NETWORK };
  return { ...cast, agent: new PublicKey((await must(signer, 'prepare_key', pins))['agentPublicKey'] as string) };
}

async function must(signer: TestSigner, operation: string, content: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await signer.ask(operation, content);
  if ('refused' in answer) throw new Error(`${operation}: ${JSON.stringify(answer.refused)}`);
  return answer.ok;
}

/** Content as hex, by path. */
async function allFiles(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(directory, { recursive: true })).sort())
    if ((await stat(join(directory, name))).isFile() && !name.endsWith('.lock')) files[name] = await readFile(join(directory, name), 'hex');
  return files;
}
