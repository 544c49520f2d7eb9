import { type Address, type AssetId, mintOf, tokenAsset, type VaultOnChain } from '@countersign/core';
import { tokenAccountAddress } from '../build/pda.ts';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { fetchAccounts } from './accounts.ts';
import { readWitnesses } from './agree.ts';
import { addressOf, contextOf, listOf, objectOf } from './read-json.ts';
import { type Call, type RpcPool, unreadable } from './rpc-pool.ts';
import { readTokenAccount } from './token-account.ts';

const TRIES = 8;

/**
 * INVARIANT I11: the vault and who has a say over its token accounts, finalized, from one slot. The nodes that answer tell the same accounts,
 * owners, delegates and close authorities (`readAgreed`). Amounts are the least that any of them tells: a stranger may send a little at every
 * slot, and two nodes would then never be of one mind.
 */
export async function readVault(pool: RpcPool, vault: Address, assets: readonly AssetId[]): Promise<VaultOnChain> {
  const associated = await Promise.all(
    assets.flatMap((asset) => {
      const mint = mintOf(asset);
      return mint === null ? [] : [tokenAccountAddress(vault, mint)];
    }),
  );
  const looks = await readWitnesses(
    pool,
    'states of a vault',
    (call, minContextSlot) => fetchVault(call, vault, associated, minContextSlot),
    (one, other) => comparable(one) === comparable(other),
  );
  return looks.reduce(least);
}

function comparable({ tokens }: VaultOnChain): string {
  return JSON.stringify(tokens.map(({ amount: _, ...token }) => token));
}

function least(one: VaultOnChain, other: VaultOnChain): VaultOnChain {
  const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  return {
    slot: min(one.slot, other.slot),
    lamports: min(one.lamports, other.lamports),
    tokens: one.tokens.map((token, index) => ({ ...token, amount: min(token.amount, other.tokens[index]?.amount ?? token.amount) })),
  };
}

async function fetchVault(
  call: Call,
  vault: Address,
  associated: readonly Address[],
  minContextSlot: bigint | null,
): Promise<VaultOnChain> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const lists = await Promise.all([TOKEN_PROGRAM, TOKEN_2022_PROGRAM].map((program) => listOwned(call, vault, program, minContextSlot)));
    const addresses = [...new Set([...lists.flat(), ...associated])].sort();
    const { slot, newestSlot, accounts } = await fetchAccounts(call, [vault, ...addresses], 'finalized', minContextSlot);
    if (slot !== newestSlot) continue;
    const [own, ...others] = accounts;
    const tokens = others.flatMap((account, index): VaultOnChain['tokens'] => {
      const address = addresses[index];
      const token = readTokenAccount(account);
      if (address === undefined || token === null || (token.owner !== vault && !associated.includes(address))) return [];
      const { mint, amount, owner, delegate, closeAuthority } = token;
      return [{ account: address, asset: tokenAsset(mint), amount, owner, delegate, closeAuthority }];
    });
    return { slot, lamports: own?.lamports ?? 0n, tokens };
  }
  return unreadable('a vault with so many accounts');
}

async function listOwned(call: Call, vault: Address, program: Address, minContextSlot: bigint | null): Promise<readonly Address[]> {
  const least = minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) };
  const config = { encoding: 'base64', commitment: 'finalized', dataSlice: { offset: 0, length: 0 }, ...least };
  const answer = await call('getTokenAccountsByOwner', [vault, { programId: program }, config]);
  const { value } = contextOf(answer, 'getTokenAccountsByOwner');
  return listOf(value, 'getTokenAccountsByOwner').map((entry) =>
    addressOf(objectOf(entry, 'getTokenAccountsByOwner')['pubkey'], 'the address of a token account'),
  );
}
