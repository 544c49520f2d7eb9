import { ADDRESS_BYTES, type Address, encodeBase58, type WalletOnChain } from '@countersign/core';
import * as squads from '../../generated/squads.mjs';
import { proposalAddress } from '../build/pda.ts';
import { SQUADS_PROGRAM } from '../build/programs.ts';
import type { AccountState } from './accounts.ts';
import { fetchProgramAccounts } from './program-accounts.ts';
import type { Call } from './rpc-pool.ts';

type Proposal = Omit<WalletOnChain['proposals'][number], 'stale'>;

/** Discriminator 8, multisig 32, index u64, status u8; its moment, bump and votes follow. */
const INDEX_AT = 8 + ADDRESS_BYTES;
const STATUS_AT = INDEX_AT + 8;
/** Rejected 2, executing 4, executed 5 and cancelled 6 have no effect any more. */
const OPEN: ReadonlyMap<number, Proposal['status']> = new Map([
  [0, 'draft'],
  [1, 'active'],
  [3, 'approved'],
]);

/** Every draft, active or approved proposal of a multisig, lowest index first. */
export async function fetchProposals(
  call: Call,
  multisig: Address,
  minContextSlot: bigint | null,
): Promise<{ readonly slot: bigint; readonly proposals: readonly Proposal[] }> {
  const { slot, accounts } = await fetchProgramAccounts(call, {
    program: SQUADS_PROGRAM,
    starts: [squads.PROPOSAL_DISCRIMINATOR, multisig],
    minContextSlot,
    bytes: STATUS_AT + 1,
  });
  const read = await Promise.all(accounts.map(({ address, account }) => readProposal(multisig, address, account)));
  return { slot, proposals: read.flat().toSorted((one, other) => (one.index < other.index ? -1 : 1)) };
}

/** Owner, kind, multisig and address are looked at again. */
async function readProposal(multisig: Address, address: Address, account: AccountState | null): Promise<readonly Proposal[]> {
  if (account?.owner !== SQUADS_PROGRAM || account.data.length <= STATUS_AT) return [];
  const data = Buffer.from(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  if (!squads.PROPOSAL_DISCRIMINATOR.every((byte: number, index: number) => data[index] === byte)) return [];
  if (encodeBase58(data.subarray(8, INDEX_AT)) !== multisig) return [];
  const status = OPEN.get(data[STATUS_AT] ?? 255);
  const index = data.readBigUInt64LE(INDEX_AT);
  if (status === undefined || (await proposalAddress(multisig, index)) !== address) return [];
  return [{ index, status }];
}

/** Those that can still have an effect: a stale one only when it was approved before it became stale. */
export function openProposals(proposals: readonly Proposal[], staleTransactionIndex: bigint): WalletOnChain['proposals'] {
  return proposals
    .map((proposal) => ({ ...proposal, stale: proposal.index <= staleTransactionIndex }))
    .filter(({ status, stale }) => status === 'approved' || !stale);
}
