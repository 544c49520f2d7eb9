import type { Effect } from '@countersign/core';
import { RECENT_BLOCKHASHES_SYSVAR, RENT_SYSVAR, SYSTEM } from '../addresses/programs.ts';
import { seededAddress } from '../addresses/seeded-address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import { expectAddress, readAccounts } from './read-accounts.ts';

const CREATE_ACCOUNT_WITH_SEED = 3;
const ADVANCE_NONCE_ACCOUNT = 4;
const INITIALIZE_NONCE_ACCOUNT = 6;
/** Version u32, state u32, authority 32, nonce 32, fee u64. */
const NONCE_BYTES = 80n;

type OuterDecoder = (instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope) => readonly Effect[];

const DECODERS: ReadonlyMap<number, OuterDecoder> = new Map([
  [CREATE_ACCOUNT_WITH_SEED, decodeNonceCreation],
  [ADVANCE_NONCE_ACCOUNT, decodeAdvance],
  [INITIALIZE_NONCE_ACCOUNT, decodeInitialization],
]);

/** The System program at the top of a message of the service: what makes durable nonce accounts and what stands on one. Nothing else. */
export const decodeOuterSystem: InstructionDecoder = (instruction, position, scope) => {
  const args = new ByteReader(instruction.data);
  const number = args.u32();
  const decode = DECODERS.get(number);
  if (!decode) throw new Malformed(`is System instruction ${number}, which no message of the service has outside its vault`);
  return decode(instruction, args, position, scope);
};

/**
 * `CreateAccountWithSeed`: base, seed, u64 lamports, u64 bytes, owning program. Accounts: payer (signs), account; base and payer are both the fee
 * account. Only for a nonce account, which this message must also initialise.
 */
function decodeNonceCreation(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [payer, account] = readAccounts(instruction, ['ws', 'w']);
  const base = args.address();
  const seed = args.seed();
  const lamports = args.u64();
  const bytes = args.u64();
  const owner = args.address();
  args.end();
  const { feeAccount } = scope.context.addresses;
  expectAddress(payer, feeAccount, 'the fee account, which pays rent');
  expectAddress(base, feeAccount, 'the base of a nonce account, the fee account');
  expectAddress(owner, SYSTEM, 'the program of a nonce account');
  if (bytes !== NONCE_BYTES) throw new Malformed(`makes an account of ${bytes} bytes, which is no nonce account`);
  expectAddress(account, seededAddress(base, seed, owner), 'the account of its seed');
  if (scope.nonces.has(account)) throw new Malformed('makes the same account again');
  scope.nonces.set(account, { position, initialized: false });
  const what = 'durable nonce account';
  return [{ kind: 'account_creation', instruction: position, account, payer, owner: null, what, maximumRentLamports: lamports }];
}

/** `InitializeNonceAccount`: authority. Accounts: nonce account, recent blockhashes, rent. Of an account that this message makes. */
function decodeInitialization(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [account, blockhashes, rent] = readAccounts(instruction, ['w', '-', '-']);
  const authority = args.address();
  args.end();
  expectAddress(blockhashes, RECENT_BLOCKHASHES_SYSVAR, 'the recent blockhashes');
  expectAddress(rent, RENT_SYSVAR, 'the rent');
  const made = scope.nonces.get(account);
  if (!made || made.initialized) throw new Malformed(`gives nonce account ${account}, which this message does not make, to ${authority}`);
  made.initialized = true;
  return [{ kind: 'authority_change', instruction: position, account, authority: 'nonce authority', to: authority }];
}

/** `AdvanceNonceAccount`: no arguments. Accounts: nonce account, recent blockhashes, authority (signs). Only the first instruction makes a message durable. */
function decodeAdvance(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [account, blockhashes, authority] = readAccounts(instruction, ['w', '-', 's']);
  args.end();
  expectAddress(blockhashes, RECENT_BLOCKHASHES_SYSVAR, 'the recent blockhashes');
  expectAddress(authority, scope.context.addresses.owner, 'the owner, who alone has nonces of this wallet');
  if (position !== 0) throw new Malformed(`uses up durable nonce ${account} at a place where the message does not stand on it`);
  return [{ kind: 'durable_nonce', instruction: position, account, authority }];
}
