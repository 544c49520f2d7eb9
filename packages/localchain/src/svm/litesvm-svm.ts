/**
 * `Svm` over LiteSVM from npm, with the deployed Squads ELF. In process and synchronous: an execution blocks the event loop for
 * tens of microseconds, which is why the chain is a process of its own.
 *
 * The native class is used directly (`dist/internal`, pinned to 1.5.0): the wrapper decodes and encodes every transaction and
 * address again. LiteSVM's own checks of signature, blockhash and replay are off, since they are the front's.
 */
import { readFileSync } from 'node:fs';
import {
  Account,
  Clock,
  FailedTransactionMetadata,
  LiteSvm,
  type SimulatedTransactionInfo,
  type TransactionMetadata,
} from 'litesvm/dist/internal.js';
import { addressBytes } from '../bytes/address.ts';
import { decodeBase58, encodeBase58 } from '../bytes/base58.ts';
import { decodeNonce, durableNonceOf, nonceAddressOf, withNonce } from '../wire/durable-nonce.ts';
import { feeOf } from '../wire/message-fee.ts';
import { SQUADS_PROGRAM } from '../wire/programs.ts';
import { parseTransaction, type WireTransaction } from '../wire/transaction.ts';
import { transactionErrorJson } from './litesvm-error.ts';
import type { ProgramSource, Svm, SvmAccount, SvmClock, SvmExecution, SvmSimulation } from './svm.ts';

/** Blockhashes skipped when a snapshot is loaded: more than can have been used since it was taken, so that no nonce comes back. */
const SKIPPED_BLOCKHASHES = 10_000;
/** Slots whose hashes programs can read from the SlotHashes sysvar. */
const SLOT_HASHES = 32n;

/** Opens LiteSVM with the ELF at the source's path. Throws when the file cannot be read or loaded. */
export async function openLitesvmSvm(source: ProgramSource & { readonly kind: 'deployed-elf' }): Promise<Svm> {
  return new LitesvmSvm(source);
}

class LitesvmSvm implements Svm {
  readonly source: ProgramSource;
  #svm: LiteSvm;

  constructor(source: ProgramSource & { readonly kind: 'deployed-elf' }) {
    this.source = source;
    this.#svm = configured(new LiteSvm());
    this.#svm.addProgram(addressBytes(SQUADS_PROGRAM), readFileSync(source.path));
  }

  async execute(wire: Uint8Array): Promise<SvmExecution> {
    const transaction = decoded(wire);
    const payer = addressBytes(transaction.message.staticKeys[0] ?? '');
    const nonceAddress = nonceAddressOf(transaction.message);
    const nonceBefore = nonceAddress === null ? null : this.#read(addressBytes(nonceAddress));
    const balanceBefore = this.#svm.getBalance(payer) ?? 0n;
    const result =
      transaction.message.version === 'legacy' ? this.#svm.sendLegacyTransaction(wire) : this.#svm.sendVersionedTransaction(wire);
    if (!(result instanceof FailedTransactionMetadata)) {
      return executionOf(result, null, feeOf(transaction.message), true);
    }
    const fee = balanceBefore - (this.#svm.getBalance(payer) ?? 0n);
    if (fee > 0n && nonceAddress !== null) this.#advanceNonce(nonceAddress, nonceBefore);
    return executionOf(result.meta(), transactionErrorJson(result.err()), fee, fee > 0n);
  }

  async simulate(wire: Uint8Array): Promise<SvmSimulation> {
    const transaction = decoded(wire);
    const result =
      transaction.message.version === 'legacy' ? this.#svm.simulateLegacyTransaction(wire) : this.#svm.simulateVersionedTransaction(wire);
    if (!isSimulated(result)) {
      const error = transactionErrorJson(result.err());
      const processed = typeof error === 'object';
      const execution = executionOf(result.meta(), error, processed ? feeOf(transaction.message) : 0n, processed);
      return { ...execution, postAccounts: new Map() };
    }
    const postAccounts = new Map<string, SvmAccount>();
    for (const entry of result.postAccounts()) postAccounts.set(encodeBase58(entry.address), accountOf(entry.account()));
    return { ...executionOf(result.meta(), null, feeOf(transaction.message), true), postAccounts };
  }

  async getAccount(address: string): Promise<SvmAccount | null> {
    return this.#read(addressBytes(address));
  }

  async setAccount(address: string, account: SvmAccount): Promise<void> {
    this.#write(address, account);
  }

  async getProgramAccounts(program: string): Promise<readonly (readonly [string, SvmAccount])[]> {
    const found = this.#svm.getProgramAccounts(addressBytes(program));
    return found.map((entry) => [encodeBase58(entry.address), accountOf(entry.account())] as const);
  }

  async minimumBalance(dataBytes: number): Promise<bigint> {
    return this.#svm.minimumBalanceForRentExemption(BigInt(dataBytes));
  }

  /** Also makes a new blockhash, so that nonces advance to values never seen before. */
  async setClock(clock: SvmClock): Promise<void> {
    const before = this.#svm.getClock().slot;
    this.#svm.setClock(new Clock(clock.slot, clock.unixTimestamp, clock.epoch, clock.epoch + 1n, clock.unixTimestamp));
    if (clock.slot === before) return;
    this.#svm.expireBlockhash();
    const hash = this.#svm.latestBlockhash();
    const hashes: { slot: bigint; hash: string }[] = [];
    for (let back = 1n; back <= SLOT_HASHES && back <= clock.slot; back++) hashes.push({ slot: clock.slot - back, hash });
    this.#svm.setSlotHashes(hashes);
  }

  async save(): Promise<Uint8Array> {
    return this.#svm.toBytes();
  }

  async load(snapshot: Uint8Array): Promise<void> {
    this.#svm = configured(LiteSvm.fromBytes(snapshot));
    for (let i = 0; i < SKIPPED_BLOCKHASHES; i++) this.#svm.expireBlockhash();
  }

  async close(): Promise<void> {}

  #read(address: Uint8Array): SvmAccount | null {
    const account = this.#svm.getAccount(address);
    return account === null || account.lamports() === 0n ? null : accountOf(account);
  }

  #write(address: string, account: SvmAccount): void {
    const owner = addressBytes(account.owner);
    this.#svm.setAccount(addressBytes(address), new Account(account.lamports, account.data, owner, account.executable, 0n));
  }

  /** LiteSVM undoes everything but the fee; a cluster keeps the advance of the nonce as well. */
  #advanceNonce(address: string, before: SvmAccount | null): void {
    const blockhash = decodeBase58(this.#svm.latestBlockhash());
    const now = this.#read(addressBytes(address));
    if (decodeNonce(before) === null || now === null || blockhash === null) return;
    this.#write(address, withNonce(now, durableNonceOf(blockhash)));
  }
}

function configured(svm: LiteSvm): LiteSvm {
  svm.setSigverify(false);
  svm.setBlockhashCheck(false);
  svm.setTransactionHistory(0n);
  return svm;
}

function decoded(wire: Uint8Array): WireTransaction {
  const parsed = parseTransaction(wire);
  if (!parsed.ok) throw new Error(`the front let through a transaction that does not parse: ${parsed.problem}`);
  return parsed.value;
}

function isSimulated(result: SimulatedTransactionInfo | FailedTransactionMetadata): result is SimulatedTransactionInfo {
  return !(result instanceof FailedTransactionMetadata);
}

function accountOf(account: Account): SvmAccount {
  return { lamports: account.lamports(), owner: encodeBase58(account.owner()), executable: account.executable(), data: account.data() };
}

function executionOf(meta: TransactionMetadata, error: unknown, fee: bigint, processed: boolean): SvmExecution {
  const returned = meta.returnData();
  const program = returned.programId();
  const data = returned.data();
  return {
    error,
    logs: meta.logs(),
    unitsConsumed: meta.computeUnitsConsumed(),
    fee,
    processed,
    innerInstructions: innerInstructionsOf(meta),
    returnData: data.length === 0 ? null : { programId: encodeBase58(program), data },
  };
}

function innerInstructionsOf(meta: TransactionMetadata): SvmExecution['innerInstructions'] {
  return meta.innerInstructions().flatMap((list, index) => {
    if (list.length === 0) return [];
    const instructions = list.map((inner) => {
      const compiled = inner.instruction();
      return {
        programIdIndex: compiled.programIdIndex(),
        accounts: [...compiled.accounts()],
        data: compiled.data(),
        stackHeight: inner.stackHeight(),
      };
    });
    return [{ index, instructions }];
  });
}
