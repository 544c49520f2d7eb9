import { address, type DomainError, decodeBase58, type Result } from '@countersign/core';
import { type ParsedInstruction, parseMessage } from '@countersign/solana/decode';
import { expect } from 'vitest';
import { buildInstructions, type MessageRecipe } from '../bytes/build-message.ts';
import { compileMessage, type Instruction } from '../bytes/compile.ts';
import type { SignerKind, SignerTry, Try } from '../cases/vector.ts';
import { askSigner } from './cbor.ts';
import { type CorpusWallet, need, type Stage } from './stage.ts';

/** What the signer says: `signed`, or the code of its refusal. */
export async function answerOf(asked: Promise<Result<unknown, DomainError>>): Promise<string> {
  const answer = await asked;
  if (answer.ok) return 'signed';
  return answer.error.code === 'signer_refused' ? answer.error.signerCode : answer.error.code;
}

/** Hands a message to the signer as a compromised API does; with the owner's true signature where one is asked. */
export function askToSign({ keys }: Stage, { walletId, owner }: CorpusWallet, kind: SignerKind, message: Uint8Array): Promise<string> {
  switch (kind) {
    case 'spend':
      return answerOf(keys.signWithAgentKey({ walletId, message, kind }));
    case 'with_owner':
      return answerOf(keys.signWithAgentKey({ walletId, message, kind, ownerSignature: owner.sign(message) }));
    case 'step_back':
      return answerOf(keys.signWithAgentKey({ walletId, message, kind }));
    case 'fee':
      return answerOf(keys.signWithFeeKey({ walletId, message }));
  }
}

interface Change {
  readonly recipient?: string;
  readonly amount?: bigint;
}
/** The bytes of a good spend by the agent alone. */
export async function spendBytes(
  { chain }: Stage,
  wallet: CorpusWallet,
  { recipient = 'R', amount = 1_000n }: Change = {},
): Promise<Uint8Array> {
  const payment = { asset: 'SOL' as never, amount, recipient: address(await wallet.names.of(recipient)), memo: null };
  const spendingLimit = wallet.limitOf('SOL');
  return need(await chain.buildTransaction({ route: 'autonomous', addresses: wallet.addresses, payment, spendingLimit })).bytes;
}
/** The bytes of a good payment that the owner signs too. */
export async function proposalBytes(
  { chain }: Stage,
  wallet: CorpusWallet,
  { recipient = 'R', amount = 1_000n }: Change = {},
): Promise<Uint8Array> {
  const { addresses } = wallet;
  const payment = { asset: 'SOL' as never, amount, recipient: address(await wallet.names.of(recipient)), memo: null };
  const action = { kind: 'payment' as const, payment };
  const intent = need(await chain.buildIntent({ addresses, action }));
  return need(await chain.buildTransaction({ route: 'countersigned', addresses, action, intent })).bytes;
}

export interface Taken {
  readonly payer: string;
  readonly blockhash: Uint8Array;
  readonly instructions: readonly Instruction[];
}
/** Takes a message apart, so that it can be put together otherwise. */
export function takeApart(message: Uint8Array): Taken {
  const parsed = parseMessage(message);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { signers, blockhash, instructions } = parsed.value;
  const payer = String(signers[0]);
  const of = ({ program, accounts, data }: ParsedInstruction): Instruction => ({
    program: String(program),
    accounts: accounts.map((each) => ({ address: String(each.address), signer: each.signer, writable: each.writable })),
    data,
  });
  return { payer, blockhash: decodeBase58(blockhash) ?? new Uint8Array(32), instructions: instructions.map(of) };
}
export function putTogether({ payer, blockhash, instructions }: Taken): Uint8Array {
  return compileMessage({ version: 0, payer, blockhash, instructions, lookups: [], config: {}, tampering: {}, moreKeys: [] });
}

/** With another key in the place of one, in the accounts and where it stands in the data. */
export function swapAccount(instructions: readonly Instruction[], from: string, to: string): readonly Instruction[] {
  return instructions.map((each) => ({
    ...each,
    data: replaceBytes(each.data, from, to),
    accounts: each.accounts.map((one) => (one.address === from ? { ...one, address: to } : one)),
  }));
}
const keyOf = (text: string): Buffer => Buffer.from(decodeBase58(text) ?? new Uint8Array(32));
function replaceBytes(data: Uint8Array, from: string, to: string): Uint8Array {
  const bytes = Buffer.from(data);
  const old = keyOf(from);
  for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + old.length)) keyOf(to).copy(bytes, at);
  return Uint8Array.from(bytes);
}

export async function trySigner(stage: Stage, wallet: CorpusWallet, one: SignerTry & Try): Promise<void> {
  const message = await changedMessage(stage, wallet, one);
  expect(one.codes, `${one.name ?? ''} at the signer`).toContain(await askToSign(stage, wallet, one.kind, message));
}

async function changedMessage(stage: Stage, wallet: CorpusWallet, one: SignerTry): Promise<Uint8Array> {
  const { names } = wallet;
  const wished = {
    ...(one.to === undefined ? {} : { recipient: one.to }),
    ...(one.amount === undefined ? {} : { amount: BigInt(one.amount) }),
  };
  const good = one.base === 'proposal' ? await proposalBytes(stage, wallet, wished) : await spendBytes(stage, wallet, wished);
  const taken = takeApart(good);
  const rebuilt = putTogether(taken);
  // What is refused below is refused for what was changed.
  if (one.base !== 'proposal') expect(Buffer.from(rebuilt)).toEqual(Buffer.from(good));
  const swapped = await swap(taken.instructions, one.swap ?? {}, wallet);
  const last = await swap(swapped.slice(-1), one.swapLast ?? {}, wallet);
  const middle = [...swapped.slice(0, -1), ...last].slice(0, one.keep);
  const instructions =
    one.only !== undefined
      ? await buildInstructions(one.only, names)
      : [...(await buildInstructions(one.before ?? [], names)), ...middle, ...(await buildInstructions(one.after ?? [], names))];
  const ephemeral = one.ephemeralSigners === undefined ? instructions : instructions.map(withEphemeralSigner);
  return putTogether({ ...taken, instructions: ephemeral });
}

async function swap(
  instructions: readonly Instruction[],
  names: { readonly [from: string]: string },
  wallet: CorpusWallet,
): Promise<readonly Instruction[]> {
  const pairs = await Promise.all(
    Object.entries(names).map(async ([from, to]) => [await wallet.names.of(from), await wallet.names.of(to)] as const),
  );
  const others = new Map(pairs);
  return instructions.map((each) => ({
    ...each,
    accounts: each.accounts.map((one) => ({ ...one, address: others.get(one.address) ?? one.address })),
  }));
}

/** vaultTransactionCreate: 8 bytes of discriminator, u8 vault, u8 ephemeral signers. */
function withEphemeralSigner(each: Instruction, index: number, all: readonly Instruction[]): Instruction {
  const creates = all.findIndex(({ data }) => data.length > 60);
  if (index !== creates) return each;
  const data = Uint8Array.from(each.data);
  data[9] = 1;
  return { ...each, data };
}

/**
 * What a compromised API would make of a message of the corpus: handed over as it is, and its instructions put behind a good spend. The agent
 * key signs neither, nor does the fee account.
 */
export async function ridesOnASpend(stage: Stage, wallet: CorpusWallet, message: Uint8Array, recipe: MessageRecipe): Promise<void> {
  const raw = await Promise.all((['spend', 'step_back', 'fee'] as const).map((kind) => askToSign(stage, wallet, kind, message)));
  expect(raw, 'the message itself at the signer').not.toContain('signed');
  if (recipe.instructions.length === 0 || recipe.instructions.every(({ ix }) => HARMLESS.has(ix))) return;
  const taken = takeApart(await spendBytes(stage, wallet));
  const vault = wallet.addresses.vault;
  // The vault cannot sign a transaction: in its place stands the agent key, which can.
  const riders = (await buildInstructions(recipe.instructions, wallet.names)).map((each) => ({
    ...each,
    accounts: each.accounts.map((one) => (one.address === vault && one.signer ? { ...one, address: wallet.addresses.agent } : one)),
  }));
  const instructions = [...taken.instructions, ...riders];
  const keys = new Set(instructions.flatMap(({ program, accounts }) => [program, ...accounts.map((one) => one.address)]));
  if (keys.size > 200) return;
  const ridden = putTogether({ ...taken, instructions });
  if (ridden.length > 4_096) return;
  expect(await askToSign(stage, wallet, 'spend', ridden), 'behind a good spend at the signer').not.toBe('signed');
}
/** A spend may have these itself. */
const HARMLESS: ReadonlySet<string> = new Set(['budget.unitLimit', 'budget.unitPrice', 'memo.write']);

export async function trySignerOp({ stack }: Stage, wallet: CorpusWallet, one: Extract<Try, { readonly do: 'signerOp' }>): Promise<void> {
  const known = one.op === 'sign' ? { walletId: wallet.id, kind: 'spend', message: new Uint8Array(200) } : { walletId: wallet.id };
  const answer = await askSigner(stack.signer.socketPath, one.op, { ...known, ...(one.fields as { readonly [name: string]: number }) });
  expect(one.codes, `${one.op} ${JSON.stringify(one.fields)}`).toContain(answer);
}
export async function trySignerBytes(stage: Stage, wallet: CorpusWallet, one: Extract<Try, { readonly do: 'signerBytes' }>): Promise<void> {
  const answer = await askToSign(stage, wallet, one.kind, Uint8Array.from(Buffer.from(one.hex, 'hex')));
  expect(one.codes, `${one.kind} of ${one.hex}`).toContain(answer);
}
