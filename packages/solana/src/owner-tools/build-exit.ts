import { type Address, type BuiltMessage, type DomainError, domainError, NATIVE_ASSET, type Result } from '@countersign/core';
import { createNoopSigner, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { getCreateAssociatedTokenIdempotentInstruction, getTransferCheckedInstruction } from '@solana-program/token';
import { computeBudget } from '../build/common-instructions.ts';
import type { Lifetime } from '../build/compile-message.ts';
import { kitAddress } from '../build/kit-address.ts';
import { type Group, packMessages } from '../build/pack-messages.ts';
import { tokenAccountAddress } from '../build/pda.ts';
import { proposalLife } from '../build/proposal-steps.ts';
import {
  ALL_PERMISSIONS,
  addMember,
  changeThreshold,
  removeMember,
  removeSpendingLimit,
  setRentCollector,
  setTimeLock,
} from '../build/squads-instructions.ts';
import { compileVaultMessage } from '../build/vault-message.ts';
import { fetchAccount } from '../chain/accounts.ts';
import { VAULT_RESERVE_LAMPORTS } from '../chain/balance.ts';
import { ChainProblem } from '../chain/chain-problem.ts';
import { createBlockhashSource } from '../chain/latest-blockhash.ts';
import type { RpcPool } from '../chain/rpc-pool.ts';
import { simulateAgreed } from '../chain/simulate-agreed.ts';
import { type LeftBehind, type MovableToken, sortTokens } from './exit-tokens.ts';
import { onOwnersChain } from './owner-chain.ts';
import { decodeForOwner, mostLamports, type OwnerMessage } from './owner-message.ts';
import { addressesFor, readForOwner, type WalletForOwner } from './read-wallet-for-owner.ts';

export interface ExitInput {
  readonly rpcUrls: readonly string[];
  readonly multisig: Address;
  /** The key that configures the wallet: the owner's, or the recovery key after a hand-over. */
  readonly owner: Address;
  /** Pays fees and rent, and gets back the rent of limits and proposals; may be the owner. */
  readonly payer: Address;
  readonly destination: Address;
  /** Token accounts to leave alone, such as one whose transfer failed. */
  readonly leave: readonly Address[];
  /** Priority fee in micro-lamports a compute unit; 0: none. */
  readonly priceMicroLamports: bigint;
}

export interface ExitPlan {
  readonly before: WalletForOwner;
  /** To be landed in this order, each finalized before the next is sent. Where one does not land the rest have to be built anew. */
  readonly messages: readonly OwnerMessage[];
  readonly leftBehind: readonly LeftBehind[];
  /** What the payer has, and the most that it needs: fees, rent that stays, and rent that comes back within the same message. */
  readonly payerLamports: bigint;
  readonly neededLamports: bigint;
}

/** Rent of a proposal and its transaction, which comes back when they are closed. */
const PASSING_LAMPORTS = 10_000_000n;
const UNIT_LIMIT = 800_000;

/**
 * Takes the wallet's money out with the owner's key and the chain alone. First every right but the owner's goes: limits, time lock, the other
 * members (who go in the message that sets the threshold to 1, so that nobody else ever decides alone); then the vault pays all SOL above rent
 * exemption, and each token in a message of its own, so that one whose transfer fails holds nothing up. Built anew from what the chain holds, it
 * goes on where it stopped. Errors: `not_found`, `chain_differs` where `owner` does not configure the wallet, `invalid_field`,
 * `simulation_failed` where the first message would fail.
 */
export function buildExit(input: ExitInput): Promise<Result<ExitPlan, DomainError>> {
  return onOwnersChain(input.rpcUrls, (pool) => planExit(pool, input));
}

async function planExit(pool: RpcPool, input: ExitInput): Promise<ExitPlan> {
  const { payer, destination, leave } = input;
  const before = await readForOwner(pool, input.multisig);
  expectPossible(before, input);
  const lifetime = await createBlockhashSource(pool, { nowMs: () => performance.now() })();
  const [funds, target, { movable, left }] = await Promise.all([
    pool.read((call) => fetchAccount(call, payer, 'confirmed')),
    pool.read((call) => fetchAccount(call, destination, 'confirmed')),
    sortTokens(pool, before.money.tokens, leave),
  ]);
  const spare = before.money.lamports - VAULT_RESERVE_LAMPORTS;
  const opens = target.account !== null || spare >= VAULT_RESERVE_LAMPORTS;
  const unsent: readonly LeftBehind[] =
    spare > 0n && !opens
      ? [{ account: before.vault, asset: NATIVE_ASSET, amount: spare, reason: 'it is too little to open the account of the destination' }]
      : [];
  const built = await buildMessages({ ...input, before, movable, lifetime, lamports: opens && spare > 0n ? spare : 0n });
  const context = { addresses: addressesFor(before, payer), candidateRecipients: [destination], assets: [] };
  const messages: OwnerMessage[] = [];
  for (const message of built) messages.push(await decodeForOwner(pool, message, context));
  const [first] = messages;
  if (first) {
    const { problem } = await simulateAgreed(pool, first.bytes, context);
    if (problem !== null) throw new ChainProblem(domainError('simulation_failed', { problem }));
  }
  const neededLamports = messages.length === 0 ? 0n : mostLamports(messages, payer) + PASSING_LAMPORTS;
  return { before, messages, leftBehind: [...unsent, ...left], payerLamports: funds.account?.lamports ?? 0n, neededLamports };
}

function expectPossible({ wallet, vault }: WalletForOwner, { owner, destination }: ExitInput): void {
  if (wallet.configAuthority !== owner) {
    const differences = [`the wallet is configured by ${wallet.configAuthority}, not by ${owner}`];
    throw new ChainProblem(domainError('chain_differs', { wallet: wallet.multisig, differences }));
  }
  const weak = wallet.members.find(({ key, permissions }) => key === owner && permissions !== ALL_PERMISSIONS);
  if (weak) {
    const differences = [`member ${owner} has permissions ${weak.permissions}, expected ${ALL_PERMISSIONS}`];
    throw new ChainProblem(domainError('chain_differs', { wallet: wallet.multisig, differences }));
  }
  // What is sent to the multisig's own address is lost.
  if (destination === vault || destination === wallet.multisig)
    throw new ChainProblem(domainError('invalid_field', { field: 'destination', problem: 'is the wallet itself' }));
}

async function buildMessages(
  plan: ExitInput & {
    readonly before: WalletForOwner;
    readonly movable: readonly MovableToken[];
    readonly lamports: bigint;
    readonly lifetime: Lifetime;
  },
): Promise<readonly BuiltMessage[]> {
  const { before, owner, payer, destination, movable, lamports, lifetime, priceMicroLamports } = plan;
  const { wallet, vault } = before;
  const proposing = { multisig: wallet.multisig, member: owner, approvers: [owner], payer };
  const source = createNoopSigner(kitAddress(vault));
  let index = wallet.transactionIndex;
  const propose = (instruction: Instruction): Promise<Group> => {
    index += 1n;
    return proposalLife(proposing, compileVaultMessage(vault, [instruction]), index);
  };
  const budget: Group = priceMicroLamports === 0n ? [] : computeBudget(UNIT_LIMIT, priceMicroLamports);
  const packed = (groups: readonly Group[]): readonly BuiltMessage[] => pack(payer, budget, groups, lifetime);
  const first = [...takeRights(before, owner, payer)];
  if (lamports > 0n)
    first.push(await propose(getTransferSolInstruction({ source, destination: kitAddress(destination), amount: lamports })));
  const messages = [...packed(first)];
  for (const { account, mint, program, amount, decimals } of movable) {
    const ata = kitAddress(await tokenAccountAddress(destination, mint, program));
    const create = getCreateAssociatedTokenIdempotentInstruction({
      ...{ payer: createNoopSigner(kitAddress(payer)), ata, owner: kitAddress(destination), mint: kitAddress(mint) },
      tokenProgram: kitAddress(program),
    });
    const transfer = getTransferCheckedInstruction(
      { source: kitAddress(account), mint: kitAddress(mint), destination: ata, authority: source, amount, decimals },
      { programAddress: kitAddress(program) },
    );
    messages.push(...packed([[create, ...(await propose(transfer))]]));
  }
  return messages;
}

/** Each message begins with the compute budget, where there is a price. */
function pack(payer: Address, budget: Group, groups: readonly Group[], lifetime: Lifetime): readonly BuiltMessage[] {
  const whole = groups.flat();
  if (whole.length === 0) return [];
  const [first = [], ...others] = groups.filter((group) => group.length > 0);
  try {
    return packMessages(payer, [[...budget, ...whole]], lifetime);
  } catch (error) {
    if (!(error instanceof ChainProblem) || others.length === 0) throw error;
    return [...packMessages(payer, [[...budget, ...first]], lifetime), ...pack(payer, budget, others, lifetime)];
  }
}

/** What leaves the owner alone in the wallet: one group for what must not be parted, the limits before it, eight at a time. */
function takeRights({ wallet }: WalletForOwner, owner: Address, payer: Address): readonly Group[] {
  const by = { multisig: wallet.multisig, authority: owner, payer };
  const removals = wallet.limits.map(({ spendingLimit }) => removeSpendingLimit(by, spendingLimit));
  const batches = Array.from({ length: Math.ceil(removals.length / 8) }, (_, index) => removals.slice(8 * index, 8 * (index + 1)));
  const others = wallet.members.filter(({ key }) => key !== owner);
  const alone: Group = [
    ...(wallet.rentCollector === payer ? [] : [setRentCollector(by, payer)]),
    ...(wallet.members.some(({ key }) => key === owner) ? [] : [addMember(by, owner)]),
    ...(wallet.timeLockSeconds === 0 ? [] : [setTimeLock(by, 0)]),
    ...(wallet.threshold === 1 ? [] : [changeThreshold(by, 1)]),
    ...others.map(({ key }) => removeMember(by, key)),
  ];
  return [...batches, alone].filter((group) => group.length > 0);
}
