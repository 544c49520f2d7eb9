import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeBounds } from '@countersign/core';
import { PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { createSigningKey } from '../src/keystore/signing-key.ts';
import { exportOwnerBackup } from '../src/owner/owner-backup.ts';
import { createSealedOwnerKey } from '../src/owner/sealed-owner-key.ts';
import { encodeReceipt, NO_PREVIOUS, receiptHash } from '../src/signer/accounting/receipt.ts';
import {
  addressOf,
  budget,
  compile,
  createTokenAccount,
  key,
  memo,
  proposalInstructions,
  type SpendOptions,
  spendInstruction,
  spendMessage,
  USDC,
  withOwnerMessage,
} from './support/message-builder.ts';
import { boundsFor, NETWORK, signAs } from './support/owner-side.ts';
import { CAST, CONTEXT, OWNER } from './support/parties.ts';
import { openTestKeystore, TEST_KDF, temporaryDirectory, WALLET } from './support/test-signer.ts';
import { feeCases } from './vectors/fee-cases.ts';
import { keystoreChanges } from './vectors/keystore-changes.ts';
import { ordersVector } from './vectors/order-cases.ts';

/**
 * Writes vectors/signer and, where they are missing, vectors/keystore. Run by hand: `node packages/selfhost/test/make-vectors.ts`. Messages come from
 * web3.js and the Squads SDK and outcomes are written down here, so that the vectors do not repeat what the signer happens to do.
 */
const ROOT = fileURLToPath(new URL('../../../vectors/', import.meta.url));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const stranger = key(99).publicKey;
const TOKEN_2022 = new PublicKey('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');

type Case = readonly [name: string, outcome: string, message: Uint8Array];
const spend = (options: SpendOptions = {}): TransactionInstruction => spendInstruction(CAST, options);
const of = (...instructions: TransactionInstruction[]): Uint8Array => compile(CAST.fee, instructions);
const nonce = SystemProgram.nonceAdvance({ noncePubkey: stranger, authorizedPubkey: CAST.fee });
const patched = (message: Uint8Array, at: number, byte: number): Uint8Array => message.map((old, index) => (index === at ? byte : old));

const spends: readonly Case[] = [
  ['native, version 0', 'signed', spendMessage(CAST)],
  ['native, legacy', 'signed', spendMessage(CAST, {}, 'legacy')],
  ['token', 'signed', spendMessage(CAST, { mint: USDC })],
  ['token with account creation', 'signed', of(...budget(), createTokenAccount(CAST.fee, CAST.recipient, USDC), spend({ mint: USDC }))],
  ['bare', 'signed', of(spend())],
  ['cap of one transaction', 'signed', spendMessage(CAST, { amount: 1_000_000 })],
  ['over the cap by one', 'over_transaction_cap', spendMessage(CAST, { amount: 1_000_001 })],
  ['amount zero', 'unknown_shape', spendMessage(CAST, { amount: 0 })],
  ['another multisig', 'wrong_wallet', spendMessage(CAST, { multisig: stranger })],
  ['vault 1', 'wrong_wallet', spendMessage(CAST, { vaultIndex: 1 })],
  ['another spending limit', 'wrong_wallet', spendMessage(CAST, { limit: stranger })],
  ['unlisted recipient', 'recipient_not_listed', spendMessage(CAST, { destination: stranger })],
  ['unlisted token recipient', 'recipient_not_listed', spendMessage(CAST, { destination: stranger, mint: USDC })],
  ['asset without bounds', 'unknown_shape', spendMessage(CAST, { mint: stranger })],
  ['other decimals', 'unknown_shape', spendMessage(CAST, { decimals: 6 })],
  ['token-2022 program', 'unknown_shape', spendMessage(CAST, { mint: USDC, tokenProgram: TOKEN_2022 })],
  ['two spends', 'unknown_shape', of(spend({ amount: 1 }), spend({ amount: 2 }))],
  ['durable nonce', 'unknown_shape', of(nonce, spend())],
  ['agent as fee payer', 'unknown_shape', compile(CAST.agent, [spend()])],
  ['memo of 256 bytes', 'signed', of(spend(), memo('x'.repeat(256)))],
  ['memo of 257 bytes', 'unknown_shape', of(spend(), memo('x'.repeat(257)))],
  ['two memos', 'unknown_shape', of(spend(), memo('x'), memo('y'))],
  ['fee at the cap', 'signed', of(...budget(1_000_000, 10_000), spend())],
  ['fee over the cap', 'fee_too_high', of(...budget(1_000_000, 10_001), spend())],
  ['compute budget twice', 'unknown_shape', of(...budget(), ...budget(), spend())],
  ['account creation for a stranger', 'unknown_shape', of(createTokenAccount(CAST.fee, stranger, USDC), spend({ mint: USDC }))],
  ['trailing byte', 'malformed', Uint8Array.from([...spendMessage(CAST), 0])],
  ['last byte missing', 'malformed', spendMessage(CAST).slice(0, -1)],
  ['message version 1', 'malformed', patched(spendMessage(CAST), 0, 0x81)],
  ['empty', 'malformed', new Uint8Array()],
];

const signedByOwner = (message: Uint8Array): Uint8Array => signAs(OWNER, message);
const withOwner: readonly (readonly [...Case, signature: Uint8Array])[] = (
  [
    ['created by the agent', 'signed', withOwnerMessage(CAST)],
    ['created by the owner', 'signed', withOwnerMessage(CAST, { creator: CAST.owner })],
    [
      'with account creation and memo',
      'signed',
      withOwnerMessage(CAST, { before: [createTokenAccount(CAST.fee, CAST.recipient, USDC), memo('a')] }),
    ],
    ['last step missing', 'unknown_shape', of(...proposalInstructions(CAST).slice(0, 5))],
    ['a spend signed by the owner', 'unknown_shape', of(spend())],
    ['another wallet', 'wrong_wallet', of(...proposalInstructions({ ...CAST, multisig: stranger }))],
    ['rent to a stranger', 'unknown_shape', withOwnerMessage(CAST, { rentCollector: stranger })],
    [
      'the fee account signs in the vault message',
      'unknown_shape',
      withOwnerMessage(CAST, { inner: [SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 })] }),
    ],
    [
      'the vault message pays the agent',
      'unknown_shape',
      withOwnerMessage(CAST, { inner: [SystemProgram.transfer({ fromPubkey: CAST.vault, toPubkey: CAST.agent, lamports: 1 })] }),
    ],
  ] as const
).map((each) => [...each, signedByOwner(each[2])] as const);

const shared = { multisigPda: CAST.multisig, transactionIndex: 4n };
const reject = (member = CAST.agent): TransactionInstruction => squads.instructions.proposalReject({ ...shared, member });
const cancelOf = (member: PublicKey): TransactionInstruction => squads.instructions.proposalCancel({ ...shared, member });
const cancel = cancelOf(CAST.agent);
const stepBack: readonly Case[] = [
  ['reject', 'signed', of(...budget(), reject())],
  ['cancel', 'signed', of(cancel)],
  ['another wallet', 'wrong_wallet', of(squads.instructions.proposalReject({ ...shared, multisigPda: stranger, member: CAST.agent }))],
  ['by the owner', 'wrong_wallet', of(reject(CAST.owner))],
  ['an approval', 'unknown_shape', of(squads.instructions.proposalApprove({ ...shared, member: CAST.agent }))],
  ['with a spend', 'unknown_shape', of(cancel, spend())],
  ['the owner cancels too', 'signed', of(...budget(), cancelOf(CAST.owner), cancel)],
  ['the owner alone', 'unknown_shape', of(cancelOf(CAST.owner))],
  ['the owner rejects', 'wrong_wallet', of(reject(CAST.owner), cancel)],
  ['a stranger cancels too', 'wrong_wallet', of(cancel, cancelOf(stranger))],
  ['over a durable nonce', 'unknown_shape', of(nonce, cancel)],
];

const cases = (list: readonly Case[]): object[] => list.map(([name, outcome, message]) => ({ name, outcome, message: hex(message) }));
const { bounds, ...parties } = CONTEXT;
const context = { ...parties, bounds: hex(encodeBounds(bounds)) };

async function write(file: string, content: object): Promise<void> {
  await mkdir(join(ROOT, file, '..'), { recursive: true });
  await writeFile(join(ROOT, file), `${JSON.stringify(content, null, 1)}\n`);
}

await write('signer/spend.json', { context, cases: cases(spends) });
await write('signer/step-back.json', { context, cases: cases(stepBack) });
await write('signer/fee.json', { context: { ...context, createKey: addressOf(CAST.createKey) }, cases: cases(feeCases) });
await write('signer/orders.json', ordersVector);
await write('signer/with-owner.json', {
  context,
  cases: [
    ...withOwner.map(([name, outcome, message, signature]) => ({ name, outcome, message: hex(message), ownerSignature: hex(signature) })),
    {
      name: 'signature over another message',
      outcome: 'bad_owner_signature',
      message: hex(withOwnerMessage(CAST)),
      ownerSignature: hex(signedByOwner(withOwnerMessage(CAST, { index: 5n }))),
    },
  ],
});
await write('signer/windows.json', {
  note: 'an amount signed exactly one period ago still counts',
  windows: [
    { seconds: 60, amount: '100' },
    { seconds: 3600, amount: '150' },
  ],
  steps: [
    { atMs: 0, amount: '100', outcome: 'ok' },
    { atMs: 0, amount: '1', outcome: 60 },
    { atMs: 60_000, amount: '1', outcome: 60 },
    { atMs: 60_001, amount: '50', outcome: 'ok' },
    { atMs: 60_002, amount: '50', outcome: 3600 },
    { atMs: 3_600_000, amount: '1', outcome: 3600 },
    { atMs: 3_600_001, amount: '100', outcome: 'ok' },
    { atMs: 3_660_001, amount: '1', outcome: 60 },
    { atMs: 3_660_002, amount: '50', outcome: 'ok' },
    { atMs: 3_660_002, amount: '1', outcome: 3600 },
  ],
});

const seed = new Uint8Array(32).fill(9);
const agent = createSigningKey((secret) => secret.set(seed));
const first = encodeReceipt(
  { seq: 1, wallet: WALLET, asset: 'SOL', amount: 5n, atMs: 1_800_000_000_000, message: seed, previous: NO_PREVIOUS },
  agent,
);
const previous = receiptHash(first);
const second = encodeReceipt({ seq: 2, wallet: WALLET, asset: '', amount: 0n, atMs: 1_800_000_000_001, message: seed, previous }, agent);
await write('signer/receipts.json', {
  agentSeed: hex(seed),
  agent: agent.address,
  wallet: WALLET,
  receipts: [hex(first), hex(second)],
  createKeyOfThisSeedAsFeeSeed: agent.child(`countersign-create-key-v1${WALLET}`).address,
});

/** Key files are random: written once, and to be opened for ever. */
const existing = await readdir(join(ROOT, 'keystore')).catch((): string[] => []);
const directory = await temporaryDirectory();
if (!existing.includes('keystore-v1.json')) {
  const keystore = await openTestKeystore(directory.path);
  const made = await keystore.createAgentKey({
    walletId: WALLET,
    owner: addressOf(CAST.owner),
    multisig: addressOf(CAST.multisig),
    network: NETWORK,
  });
  const expected = { agent: made.address, feeAccount: keystore.feeKey.address, agentSignatureOfEmpty: hex(made.sign(new Uint8Array())) };
  await keystore.close();
  const names = ['keystore.json', 'fee.json', `${WALLET}/agent.json`, `${WALLET}/state.json`];
  const files = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory.path, name), 'utf8')])),
  );
  await write('keystore/keystore-v1.json', { passphrase: 'correct horse', kdfFloor: TEST_KDF, expected, files });
}
if (!existing.includes('keystore-v1-changed.json'))
  await write('keystore/keystore-v1-changed.json', await keystoreChanges(join(directory.path, 'changed')));
if (!existing.includes('sealed-owner-key-v1.json')) {
  const path = join(directory.path, 'owner.json');
  const made = await createSealedOwnerKey({ path, passphrase: Buffer.from('owner passphrase'), kdf: TEST_KDF, kdfFloor: TEST_KDF });
  if (!made.ok) throw new Error(made.error.problem);
  const expected = { owner: made.value.owner };
  await write('keystore/sealed-owner-key-v1.json', {
    passphrase: 'owner passphrase',
    kdfFloor: TEST_KDF,
    expected,
    file: await readFile(path, 'utf8'),
  });
}
if (!existing.includes('owner-backup-v1.json')) {
  const sealed = JSON.parse(await readFile(join(ROOT, 'keystore/sealed-owner-key-v1.json'), 'utf8')) as { readonly file: string };
  const path = join(directory.path, 'to-back-up.json');
  await writeFile(path, sealed.file, { mode: 0o600 });
  const backup = await exportOwnerBackup({ path, kdfFloor: TEST_KDF });
  if (!backup.ok) throw new Error(backup.error.problem);
  const { owner, file, print } = backup.value;
  await write('keystore/owner-backup-v1.json', { passphrase: 'owner passphrase', kdfFloor: TEST_KDF, expected: { owner }, file, print });
}
await directory.remove();
process.stdout.write(`vectors written for network ${boundsFor(CAST).network}\n`);
