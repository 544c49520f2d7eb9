/**
 * The one port between the JSON-RPC front and whatever executes transactions.
 *
 * Two implementations: `litesvm-svm.ts` (the deployed ELF in LiteSVM from npm, in process) and
 * `native-svm.ts` (the official crate built natively, in a Rust process spoken to over framed stdio).
 * An `Svm` knows accounts, programs and execution. Slots, commitments, blockhash expiry, signature checks, the packet
 * size limit, history and snapshots on disk belong to the front.
 */

/** A base58 address of 32 bytes. */
export type Base58Address = string;

export interface SvmAccount {
  readonly lamports: bigint;
  readonly owner: Base58Address;
  readonly executable: boolean;
  readonly data: Uint8Array;
}

/** Unix seconds and slots, as the Clock sysvar has them. */
export interface SvmClock {
  readonly slot: bigint;
  readonly epoch: bigint;
  readonly unixTimestamp: bigint;
}

export interface SvmInnerInstruction {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
  readonly stackHeight: number;
}

export interface SvmExecution {
  /** `null` on success, else the error exactly as `TransactionError` is written in Solana's JSON-RPC, such as `{"InstructionError":[0,{"Custom":6026}]}`. */
  readonly error: unknown;
  readonly logs: readonly string[];
  readonly unitsConsumed: bigint;
  /** Lamports taken from the fee payer, also when the transaction failed; 0 when it was never processed. */
  readonly fee: bigint;
  /** Whether the chain processed it: fee charged and signature recorded. False for what a validator would drop (no fee payer, bad blockhash, …). */
  readonly processed: boolean;
  readonly innerInstructions: readonly { readonly index: number; readonly instructions: readonly SvmInnerInstruction[] }[];
  readonly returnData: { readonly programId: Base58Address; readonly data: Uint8Array } | null;
}

export interface SvmSimulation extends SvmExecution {
  /** Accounts after the simulation, for each address the transaction names as writable. */
  readonly postAccounts: ReadonlyMap<Base58Address, SvmAccount>;
}

export type ProgramSource =
  /** The program as deployed on mainnet: 1,470,416 bytes with the pinned sha256. */
  | { readonly kind: 'deployed-elf'; readonly path: string; readonly sha256: string }
  /** The crate `squads-multisig-program`, an older release; see docs/local-chain.md for what differs. */
  | { readonly kind: 'crate'; readonly version: string; readonly binaryPath: string };

export interface Svm {
  readonly source: ProgramSource;
  /** Executes a wire transaction whose signatures and blockhash the front has checked. A failed durable-nonce transaction has its nonce advanced, as on a real cluster. */
  execute(wire: Uint8Array): Promise<SvmExecution>;
  /** As `execute`, changing nothing. */
  simulate(wire: Uint8Array): Promise<SvmSimulation>;
  getAccount(address: Base58Address): Promise<SvmAccount | null>;
  /** Writes an account past all rules; one of 0 lamports is removed. */
  setAccount(address: Base58Address, account: SvmAccount): Promise<void>;
  getProgramAccounts(program: Base58Address): Promise<readonly (readonly [Base58Address, SvmAccount])[]>;
  minimumBalance(dataBytes: number): Promise<bigint>;
  setClock(clock: SvmClock): Promise<void>;
  /** The whole bank as bytes that only the same implementation reads back. */
  save(): Promise<Uint8Array>;
  load(snapshot: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
