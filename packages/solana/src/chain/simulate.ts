import {
  type Address,
  type AssetId,
  domainError,
  NATIVE_ASSET,
  type SimulationReport,
  tokenAsset,
  type WalletAddresses,
} from '@countersign/core';
import { type ParsedMessage, parseMessage } from '../decode/index.ts';
import { type AccountState, fetchAccounts, readAccount } from './accounts.ts';
import { ChainProblem } from './chain-problem.ts';
import { describeChainError } from './describe-chain-error.ts';
import { invokedPrograms } from './invoked-programs.ts';
import { contextOf, countOf, listOf, objectOf, textOf } from './read-json.ts';
import { type Call, unreadable } from './rpc-pool.ts';
import { readTokenAccount, type TokenAccount } from './token-account.ts';

/** A busy vault changes with every slot; each try takes a few milliseconds. */
const TRIES = 16;

/**
 * Runs the exact bytes, unsigned, at confirmed commitment and compares every account that the message can write before
 * and after. When state moved between the look and the run (a deposit could hide an outflow), both are done again.
 */
export async function simulate(call: Call, message: Uint8Array, addresses: WalletAddresses): Promise<SimulationReport> {
  const parsed = parseMessage(message);
  if (!parsed.ok) throw new ChainProblem(parsed.error);
  if (parsed.value.lookupTables.length > 0)
    throw new ChainProblem(domainError('undecodable_message', { problem: 'the message takes accounts from lookup tables' }));
  const watched = watchedAccounts(parsed.value, addresses);
  let before = await fetchAccounts(call, watched, 'confirmed');
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const run = await runOnce(call, message, parsed.value, watched);
    if (run.slot !== before.slot) {
      const again = await fetchAccounts(call, watched, 'confirmed');
      if (!again.accounts.every((account, index) => same(account, before.accounts[index] ?? null))) {
        before = again;
        continue;
      }
    }
    return report(run, watched, before.accounts, addresses);
  }
  throw new ChainProblem(domainError('simulation_failed', { problem: 'the accounts kept changing while the transaction was simulated' }));
}

interface Run {
  readonly slot: bigint;
  readonly problem: string | null;
  readonly unitsConsumed: bigint;
  readonly after: readonly (AccountState | null)[] | null;
  readonly programs: readonly Address[];
}

/**
 * The vault and the fee account where the message names them, and every key that it may write to. Nothing else can change, and nodes
 * answer `null` for accounts that the message does not load.
 */
function watchedAccounts(message: ParsedMessage, addresses: WalletAddresses): readonly Address[] {
  const written = message.instructions.flatMap(({ accounts }) =>
    accounts.flatMap(({ address, writable }) => (writable && address !== null ? [address] : [])),
  );
  const own = [addresses.vault, addresses.feeAccount].filter((key) => message.keys.includes(key));
  return [...new Set([...own, ...written])];
}

async function runOnce(call: Call, message: Uint8Array, parsed: ParsedMessage, watched: readonly Address[]): Promise<Run> {
  const wire = Buffer.concat([Uint8Array.of(parsed.signers.length), new Uint8Array(64 * parsed.signers.length), message]);
  const answer = await call('simulateTransaction', [
    wire.toString('base64'),
    {
      encoding: 'base64',
      commitment: 'confirmed',
      sigVerify: false,
      replaceRecentBlockhash: false,
      innerInstructions: true,
      accounts: { encoding: 'base64', addresses: watched },
    },
  ]);
  const { slot, value } = contextOf(answer, 'simulateTransaction');
  const { err, logs, accounts, unitsConsumed, innerInstructions } = objectOf(value, 'simulateTransaction');
  const lines = logs === null || logs === undefined ? [] : listOf(logs, 'the logs').map((line) => textOf(line, 'a log line'));
  const problem = describeChainError(err, lines);
  const after = problem === null ? listOf(accounts, 'the simulated accounts').map(readAccount) : null;
  if (after !== null && after.length !== watched.length) unreadable('the simulated accounts');
  return {
    slot,
    problem,
    unitsConsumed: unitsConsumed === undefined || unitsConsumed === null ? 0n : countOf(unitsConsumed, 'the units consumed'),
    after,
    programs: invokedPrograms(parsed, innerInstructions, lines),
  };
}

function report(
  run: Run,
  watched: readonly Address[],
  before: readonly (AccountState | null)[],
  addresses: WalletAddresses,
): SimulationReport {
  const falls = new Map<AssetId, bigint>();
  const authorityChanges: Address[] = [];
  const { after } = run;
  if (after !== null) {
    for (const [index, account] of watched.entries()) {
      const [was, is] = [before[index] ?? null, after[index] ?? null];
      if (account === addresses.vault) {
        addFall(falls, NATIVE_ASSET, was?.lamports ?? 0n, is?.lamports ?? 0n);
        if (was && was.owner !== (is?.owner ?? was.owner)) authorityChanges.push(account);
        continue;
      }
      const tokens = readTokenAccount(was);
      if (tokens?.owner !== addresses.vault) continue;
      const left = readTokenAccount(is);
      const stays = left !== null && left.mint === tokens.mint && left.owner === tokens.owner;
      addFall(falls, tokenAsset(tokens.mint), tokens.amount, stays ? left.amount : 0n);
      if (!stays || was?.owner !== is?.owner || authoritiesOf(tokens) !== authoritiesOf(left)) authorityChanges.push(account);
    }
  }
  const feeIndex = watched.indexOf(addresses.feeAccount);
  const feeFall = after === null || feeIndex < 0 ? 0n : (before[feeIndex]?.lamports ?? 0n) - (after[feeIndex]?.lamports ?? 0n);
  return {
    succeeded: run.problem === null,
    problem: run.problem,
    unitsConsumed: run.unitsConsumed,
    slot: run.slot,
    vaultOutflows: [...falls].map(([asset, amount]) => ({ asset, amount })),
    feeAccountOutflowLamports: feeFall > 0n ? feeFall : 0n,
    authorityChanges,
    programs: run.programs,
  };
}

function addFall(falls: Map<AssetId, bigint>, asset: AssetId, was: bigint, is: bigint): void {
  if (was > is) falls.set(asset, (falls.get(asset) ?? 0n) + was - is);
}

/** Who may act on a token account and how far, as one comparable text. */
function authoritiesOf(account: TokenAccount): string {
  return JSON.stringify([account.owner, account.delegate, account.closeAuthority, account.delegatedAmount.toString()]);
}

function same(one: AccountState | null, other: AccountState | null): boolean {
  if (one === null || other === null) return one === other;
  return one.lamports === other.lamports && one.owner === other.owner && Buffer.compare(one.data, other.data) === 0;
}
