import { type Claims, createClaims } from '../message/claims.ts';
import { deriveWithSeed } from '../message/derive-address.ts';
import type { MessageInstruction, ParsedMessage } from '../message/parse-message.ts';
import { splitMessage } from '../message/plain-instructions.ts';
import { COMPUTE_BUDGET_PROGRAM, NONCE_ACCOUNT_BYTES, NONCE_ACCOUNT_RENT_LAMPORTS, SYSTEM_PROGRAM } from '../message/programs.ts';
import { readCreateWithSeed, readInitializeNonce } from '../message/system-instruction.ts';
import { Refused } from '../refusal.ts';
import { assertSigners } from './assert-signers.ts';
import type { FeeParties } from './fee-parties.ts';

const MAX_PAIRS = 4;

/** Whether the message makes accounts: then it must do nothing else. */
export function createsAccounts({ instructions: [...all] }: ParsedMessage): boolean {
  const [first] = all.filter(({ program }) => program !== COMPUTE_BUDGET_PROGRAM);
  return first?.program === SYSTEM_PROGRAM;
}

/**
 * The fee account makes durable nonce accounts and nothing else: each at exactly rent exemption, owned by the system program, with this wallet's
 * owner as authority from its first instruction on, so that nobody else can ever take out what it holds. Gives how many.
 */
export function matchNonceAccounts(message: ParsedMessage, parties: FeeParties): { readonly feeLamports: bigint; readonly made: number } {
  const claims = createClaims(message);
  const { feeLamports, creates, others } = splitMessage(message, claims);
  const stray = message.instructions.find(({ program }) => program !== COMPUTE_BUDGET_PROGRAM && program !== SYSTEM_PROGRAM);
  if (stray || creates.length > 0) throw new Refused('unknown_shape', 'stands beside the making of nonce accounts', stray?.at ?? null);
  if (others.length === 0 || others.length % 2 !== 0 || others.length / 2 > MAX_PAIRS)
    throw new Refused('unknown_shape', `is not 1 to ${MAX_PAIRS} pairs that make a nonce account`);
  const made = new Set<string>();
  for (let at = 0; at < others.length; at += 2) made.add(readPair(message, [others[at], others[at + 1]], claims, parties));
  if (made.size !== others.length / 2) throw new Refused('unknown_shape', 'makes a nonce account twice');
  claims.assertExact();
  assertSigners(message, [parties.feeAccount]);
  return { feeLamports, made: made.size };
}

function readPair(
  message: ParsedMessage,
  [first, second]: readonly [MessageInstruction | undefined, MessageInstruction | undefined],
  claims: Claims,
  { feeAccount, owner }: FeeParties,
): string {
  if (!first || !second) throw new Refused('unknown_shape', 'is half a pair');
  const create = readCreateWithSeed(message, first, claims);
  const nonce = readInitializeNonce(message, second, claims);
  if (create.from !== feeAccount || create.base !== feeAccount)
    throw new Refused('unknown_shape', 'is not made and paid by the fee account', create.at);
  if (create.lamports !== NONCE_ACCOUNT_RENT_LAMPORTS || create.space !== NONCE_ACCOUNT_BYTES || create.owner !== SYSTEM_PROGRAM)
    throw new Refused('unknown_shape', 'is not a nonce account at exactly its rent exemption', create.at);
  if (create.created !== deriveWithSeed(feeAccount, create.seed, SYSTEM_PROGRAM))
    throw new Refused('unknown_shape', 'names an account that is not derived', create.at);
  if (nonce.account !== create.created) throw new Refused('unknown_shape', 'is of another account than the one before made', second.at);
  if (nonce.authority !== owner) throw new Refused('wrong_wallet', "the authority is not this wallet's owner", second.at);
  return create.created;
}
