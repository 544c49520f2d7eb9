/** The chain: what an `Svm` executes, with slots, commitments, expiry, replay protection, history and a journal around it. */
import { encodeBase58 } from '../bytes/base58.ts';
import type { Svm, SvmAccount, SvmExecution, SvmSimulation } from '../svm/svm.ts';
import { decodeNonce, nonceAddressOf, spendsNonce } from '../wire/durable-nonce.ts';
import { SYSTEM_PROGRAM } from '../wire/programs.ts';
import type { WireMessage, WireTransaction } from '../wire/transaction.ts';
import { loadLookups } from './account-lookups.ts';
import { AccountVersions, type AccountWrite } from './account-versions.ts';
import type { Blockhashes } from './blockhashes.ts';
import type { History } from './history.ts';
import type { TokenBalance } from './landed-transaction.ts';
import { isWritableKey, type LandedTransaction, type LedgerRecord, type LoadedAddresses } from './landed-transaction.ts';
import type { Commitment } from './params.ts';
import type { SlotClock } from './slot-clock.ts';
import { decodeMint, decodeTokenAccount } from './token-accounts.ts';

export const FINALIZATION_SLOTS = 32;
const SLOTS_PER_EPOCH = 432_000;

/** Takes the records of the chain; `sync` returns when all of them are on disk. */
export interface Journal {
  append(record: LedgerRecord): void;
  sync(): void;
}

export interface ChainParts {
  readonly svm: Svm;
  readonly clock: SlotClock;
  readonly blockhashes: Blockhashes;
  readonly history: History;
  readonly journal: Journal;
}

export type Landing =
  | { readonly landed: true; readonly transaction: LandedTransaction }
  | { readonly landed: false; readonly execution: SvmExecution };

export type RecentRecord = Extract<LedgerRecord, { readonly kind: 'transaction' | 'set' }>;

export interface SimulationResult {
  readonly simulation: SvmSimulation;
  readonly loaded: LoadedAddresses;
  readonly keys: readonly string[];
}

export class Chain {
  readonly svm: Svm;
  readonly clock: SlotClock;
  readonly blockhashes: Blockhashes;
  readonly history: History;
  readonly versions: AccountVersions = new AccountVersions();
  readonly #journal: Journal;
  /** What happened in slots that are not finalized yet, in order. */
  #recent: RecentRecord[] = [];
  #svmSlot = -1;
  #seenSlot = -1;
  readonly #decimals: Map<string, number> = new Map();

  constructor(parts: ChainParts) {
    this.svm = parts.svm;
    this.clock = parts.clock;
    this.blockhashes = parts.blockhashes;
    this.history = parts.history;
    this.#journal = parts.journal;
  }

  /** The slot being made. When it moved on, what the slots before did is put on disk before anyone hears that it is confirmed. */
  slot(): number {
    const slot = this.clock.slot();
    if (slot !== this.#seenSlot) {
      this.#seenSlot = slot;
      this.#journal.sync();
      const finalized = slot - FINALIZATION_SLOTS;
      this.versions.forgetThrough(finalized);
      const kept = this.#recent.findIndex((record) => slotOf(record) > finalized);
      if (kept !== 0) this.#recent = kept < 0 ? [] : this.#recent.slice(kept);
    }
    return slot;
  }

  /** The newest slot that a commitment shows. */
  slotAt(commitment: Commitment): number {
    const slot = this.slot();
    if (commitment === 'processed') return slot;
    return Math.max(0, commitment === 'confirmed' ? slot - 1 : slot - FINALIZATION_SLOTS);
  }

  commitmentOf(slot: number): Commitment {
    if (slot <= this.slotAt('finalized')) return 'finalized';
    return slot <= this.slotAt('confirmed') ? 'confirmed' : 'processed';
  }

  /** The account at the end of `slot`; `null` when there is none. */
  async account(address: string, slot: number): Promise<SvmAccount | null> {
    // On a cluster every slot writes the clock; here the bank hears of a slot only when something happens in it.
    if (address === CLOCK_SYSVAR) await this.#enterSlot(this.slot());
    const version = this.versions.at(address, slot);
    return version === undefined ? this.svm.getAccount(address) : version;
  }

  /** All accounts that a program owned at the end of `slot`. */
  async programAccounts(program: string, slot: number): Promise<(readonly [string, SvmAccount])[]> {
    const changed = this.versions.changedAfter(slot);
    const now = await this.svm.getProgramAccounts(program);
    const found = now.filter(([address]) => !changed.has(address));
    for (const [address, account] of changed) if (account !== null && account.owner === program) found.push([address, account]);
    return found;
  }

  /** Executes a transaction whose signatures and size are right. `again` re-executes one in its old slot. */
  async land(transaction: WireTransaction, again?: { readonly slot: number }): Promise<Landing> {
    const slot = again?.slot ?? this.slot();
    const { message } = transaction;
    const lifetime = await this.#lifetimeError(message, slot, again !== undefined);
    if (lifetime !== null) return refused(lifetime);
    const signature = encodeBase58(transaction.signatures[0] ?? new Uint8Array());
    if (this.history.get(signature) !== null || this.history.hasMessage(transaction.messageBytes)) return refused('AlreadyProcessed');
    const lookups = await loadLookups(message, (address) => this.svm.getAccount(address));
    if (!lookups.ok) return refused(lookups.error);
    const { loaded } = lookups;
    const keys = [...message.staticKeys, ...loaded.writable, ...loaded.readonly];
    await this.#enterSlot(slot);

    const before = await this.#read(keys);
    const execution = await this.svm.execute(transaction.bytes);
    if (!execution.processed) return { landed: false, execution };
    const after: (SvmAccount | null)[] = [];
    const writes: AccountWrite[] = [];
    for (const [index, address] of keys.entries()) {
      const old = before[index] ?? null;
      const now = isWritableKey(message, loaded, index) ? await this.svm.getAccount(address) : old;
      after.push(now);
      if (!sameAccount(old, now)) writes.push({ address, before: old, after: now });
    }
    const landed: LandedTransaction = {
      signature,
      slot,
      blockTime: this.clock.unixSeconds(slot),
      wire: transaction.bytes,
      keys,
      loaded,
      execution,
      preBalances: before.map((account) => account?.lamports ?? 0n),
      postBalances: after.map((account) => account?.lamports ?? 0n),
      preTokenBalances: await this.#tokenBalances(keys, before),
      postTokenBalances: await this.#tokenBalances(keys, after),
    };
    this.versions.record(slot, writes);
    this.history.add(landed, transaction.messageBytes);
    this.#keep({ kind: 'transaction', transaction: landed, writes });
    return { landed: true, transaction: landed };
  }

  /** Simulates against the state at the end of `slot`, changing nothing. The clock programs see is the newest one. */
  async simulate(transaction: WireTransaction, slot: number, options: { readonly checkLifetime: boolean }): Promise<SimulationResult> {
    const { message } = transaction;
    const nothing = { loaded: { writable: [], readonly: [] }, keys: message.staticKeys };
    if (options.checkLifetime) {
      const lifetime = await this.#lifetimeError(message, slot, false);
      if (lifetime !== null) return { simulation: { ...unprocessed(lifetime), postAccounts: new Map() }, ...nothing };
      if (this.history.hasMessage(transaction.messageBytes)) {
        return { simulation: { ...unprocessed('AlreadyProcessed'), postAccounts: new Map() }, ...nothing };
      }
    }
    const lookups = await loadLookups(message, (address) => this.account(address, slot));
    if (!lookups.ok) return { simulation: { ...unprocessed(lookups.error), postAccounts: new Map() }, ...nothing };
    const { loaded } = lookups;
    const keys = [...message.staticKeys, ...loaded.writable, ...loaded.readonly];
    await this.#enterSlot(this.slot());
    const replaced: [string, SvmAccount | null][] = [];
    try {
      for (const address of [...keys, ...message.lookups.map((lookup) => lookup.table)]) {
        const version = this.versions.at(address, slot);
        if (version === undefined) continue;
        replaced.push([address, await this.svm.getAccount(address)]);
        await this.#put(address, version);
      }
      return { simulation: await this.svm.simulate(transaction.bytes), loaded, keys };
    } finally {
      for (const [address, account] of replaced) await this.#put(address, account);
    }
  }

  /** Writes accounts from outside any transaction; `null` removes one. */
  async setAccounts(accounts: readonly (readonly [string, SvmAccount | null])[], again?: { readonly slot: number }): Promise<void> {
    const slot = again?.slot ?? this.slot();
    const writes: AccountWrite[] = [];
    for (const [address, account] of accounts) {
      writes.push({ address, before: await this.svm.getAccount(address), after: account });
      await this.#put(address, account);
    }
    this.versions.record(slot, writes);
    this.#keep({ kind: 'set', slot, writes });
  }

  /** Undoes everything from `fromSlot` on and returns what it was, in order. Only what is not finalized can be undone. */
  async undoFrom(fromSlot: number): Promise<readonly RecentRecord[]> {
    const undone = this.#recent.filter((record) => slotOf(record) >= fromSlot);
    const writes: AccountWrite[] = [];
    for (const [address, account] of this.versions.changedAfter(fromSlot - 1)) {
      writes.push({ address, before: null, after: account });
      await this.#put(address, account);
    }
    const signatures = undone.flatMap((record) => (record.kind === 'transaction' ? [record.transaction.signature] : []));
    for (const signature of signatures) this.history.remove(signature);
    this.#decimals.clear();
    this.recallUndo(fromSlot);
    this.#journal.append({ kind: 'undo', fromSlot, signatures, writes });
    return undone;
  }

  /** Jumps forward in slots and chain time. */
  advance(slots: number, seconds: number): void {
    this.#journal.append({ kind: 'clock', anchor: this.clock.advance(slots, seconds) });
    this.slot();
  }

  /** Takes a record back from the journal at start; the accounts themselves are set by the caller. */
  recall(record: RecentRecord): void {
    if (slotOf(record) <= this.clock.slot() - FINALIZATION_SLOTS) return;
    this.versions.record(slotOf(record), record.writes);
    this.#recent.push(record);
  }

  /** As `recall`, for a slot range that was undone. */
  recallUndo(fromSlot: number): void {
    this.versions.forgetFrom(fromSlot);
    this.#recent = this.#recent.filter((record) => slotOf(record) < fromSlot);
  }

  #keep(record: RecentRecord): void {
    this.#recent.push(record);
    this.#journal.append(record);
  }

  async #put(address: string, account: SvmAccount | null): Promise<void> {
    await this.svm.setAccount(address, account ?? REMOVED);
  }

  async #enterSlot(slot: number): Promise<void> {
    if (slot === this.#svmSlot) return;
    this.#svmSlot = slot;
    const epoch = BigInt(Math.floor(slot / SLOTS_PER_EPOCH));
    await this.svm.setClock({ slot: BigInt(slot), epoch, unixTimestamp: BigInt(this.clock.unixSeconds(slot)) });
  }

  /** `null` when the message's blockhash is recent in the bank of `slot` or is a durable nonce it may spend. */
  async #lifetimeError(message: WireMessage, slot: number, again: boolean): Promise<string | null> {
    if (this.blockhashes.isValid(message.recentBlockhash, slot)) return null;
    const address = nonceAddressOf(message);
    if (address === null) return again ? null : 'BlockhashNotFound';
    const nonce = decodeNonce(again ? await this.svm.getAccount(address) : await this.account(address, slot));
    return nonce !== null && spendsNonce(message, nonce) ? null : 'BlockhashNotFound';
  }

  async #read(keys: readonly string[]): Promise<(SvmAccount | null)[]> {
    const accounts: (SvmAccount | null)[] = [];
    for (const key of keys) accounts.push(await this.svm.getAccount(key));
    return accounts;
  }

  async #tokenBalances(keys: readonly string[], accounts: readonly (SvmAccount | null)[]): Promise<TokenBalance[]> {
    const balances: TokenBalance[] = [];
    for (const [accountIndex, account] of accounts.entries()) {
      const token = decodeTokenAccount(account);
      if (token === null || account === null || keys[accountIndex] === undefined) continue;
      const decimals = await this.#decimalsOf(token.mint);
      if (decimals === null) continue;
      balances.push({ accountIndex, mint: token.mint, owner: token.owner, programId: account.owner, amount: token.amount, decimals });
    }
    return balances;
  }

  async #decimalsOf(mint: string): Promise<number | null> {
    const known = this.#decimals.get(mint);
    if (known !== undefined) return known;
    const decoded = decodeMint(await this.svm.getAccount(mint));
    if (decoded !== null) this.#decimals.set(mint, decoded.decimals);
    return decoded?.decimals ?? null;
  }
}

const CLOCK_SYSVAR = 'SysvarC1ock11111111111111111111111111111111';

/** Setting this removes the account. */
export const REMOVED: SvmAccount = { lamports: 0n, owner: SYSTEM_PROGRAM, executable: false, data: new Uint8Array() };

export function slotOf(record: RecentRecord): number {
  return record.kind === 'transaction' ? record.transaction.slot : record.slot;
}

function unprocessed(error: string): SvmExecution {
  return { error, logs: [], unitsConsumed: 0n, fee: 0n, processed: false, innerInstructions: [], returnData: null };
}

function refused(error: string): Landing {
  return { landed: false, execution: unprocessed(error) };
}

function sameAccount(a: SvmAccount | null, b: SvmAccount | null): boolean {
  if (a === null || b === null) return a === b;
  return a.lamports === b.lamports && a.owner === b.owner && a.executable === b.executable && Buffer.compare(a.data, b.data) === 0;
}
