import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, makeId, type WalletId } from '@countersign/core';
import { type Keypair, PublicKey } from '@solana/web3.js';
import type { KdfParameters } from '../../src/keystore/kdf.ts';
import type { Keystore } from '../../src/keystore/keystore.ts';
import { openKeystore } from '../../src/keystore/open-keystore.ts';
import { createSigner, type Signer } from '../../src/signer/create-signer.ts';
import { type Refusal, Refused } from '../../src/signer/refusal.ts';
import type { SignerClock } from '../../src/signer/signer-clock.ts';
import { createFields } from '../../src/signer/wire/fields.ts';
import { addressOf, type Cast, castOf, key } from './message-builder.ts';
import { boundsFor, installOrder, NETWORK } from './owner-side.ts';

/** libsodium's least Argon2id: for tests only; production refuses it. */
export const TEST_KDF: KdfParameters = { memoryKib: 8, passes: 1 };
export const START_MS = 1_800_000_000_000;
export const WALLET: WalletId = makeId('wallet', START_MS, new Uint8Array(10).fill(7));

export interface ManualClock extends SignerClock {
  advance(milliseconds: number): void;
}
export function manualClock(): ManualClock {
  let now = START_MS;
  const advance = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { nowMs: () => now, wallMs: () => now, advance };
}

export async function temporaryDirectory(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-signer-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export async function openTestKeystore(directory: string, passphrase = 'correct horse'): Promise<Keystore> {
  const opened = await openKeystore({
    ...{ directory, passphrase: Buffer.from(passphrase), kdfForNewKeystore: TEST_KDF, kdfFloor: TEST_KDF },
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

export type Answer = { readonly ok: Record<string, unknown> } | { readonly refused: Refusal };

export interface TestSigner {
  readonly signer: Signer;
  ask(operation: string, content: Record<string, unknown>): Promise<Answer>;
  /** The code of the refusal, or `ok`. */
  code(operation: string, content: Record<string, unknown>): Promise<string>;
}

export async function openTestSigner(directory: string, clock: SignerClock): Promise<TestSigner> {
  const signer = await createSigner({
    ...{ keystore: await openTestKeystore(directory), clock, limits: { feeSignaturesPerMinute: 5, rentMessagesPerMinute: 2 } },
  });
  const ask = async (operation: string, content: Record<string, unknown>): Promise<Answer> => {
    try {
      return { ok: (await signer.handle(operation, createFields(content))) as Record<string, unknown> };
    } catch (error) {
      if (error instanceof Refused) return { refused: error.refusal };
      throw error;
    }
  };
  return {
    signer,
    ask,
    code: async (operation, content) => {
      const answer = await ask(operation, content);
      return 'refused' in answer ? answer.refused.code : 'ok';
    },
  };
}

export const OWNER_KEY: Keypair = key(3);

/** Makes the agent key of `WALLET`, and gives the people around it. */
export async function enroll({ ask }: TestSigner, walletId: WalletId = WALLET): Promise<Cast> {
  const fee = await read(ask, 'fee_account', {}, 'feeAccount');
  const createKey = new PublicKey(await read(ask, 'create_address', { walletId }, 'createKey'));
  const draft = castOf(new PublicKey(fee), PublicKey.default, OWNER_KEY.publicKey, createKey);
  const content = { walletId, ownerPublicKey: addressOf(OWNER_KEY.publicKey), multisig: addressOf(draft.multisig), network: NETWORK };
  const agent = await read(ask, 'create_key', content, 'agentPublicKey');
  return { ...draft, agent: new PublicKey(agent) };
}

export async function enrollWithBounds(signer: TestSigner): Promise<Cast> {
  const cast = await enroll(signer);
  const code = await signer.code('install_bounds', { walletId: WALLET, ...installOrder(OWNER_KEY, cast, boundsFor(cast)) });
  if (code !== 'ok') throw new Error(code);
  return cast;
}

async function read(ask: TestSigner['ask'], operation: string, content: Record<string, unknown>, field: string): Promise<Address> {
  const answer = await ask(operation, content);
  if ('refused' in answer) throw new Error(JSON.stringify(answer.refused));
  return answer.ok[field] as Address;
}
