import { callRpc } from '../start/rpc.ts';

/** One transaction that moved lamports into an account. */
export interface Landed {
  readonly signature: string;
  readonly lamports: bigint;
}

const PAGE = 1_000;

/** Every successful transaction of `vault` that paid `recipient`, read from the chain at finalized commitment. */
export async function paymentsOnChain(rpcUrl: string, vault: string, recipient: string): Promise<readonly Landed[]> {
  const landed: Landed[] = [];
  for (let before: string | undefined; ; ) {
    const options = { limit: PAGE, commitment: 'finalized', ...(before === undefined ? {} : { before }) };
    const page = (await callRpc(rpcUrl, 'getSignaturesForAddress', [vault, options])) as readonly {
      readonly signature: string;
      readonly err: unknown;
    }[];
    for (const { signature, err } of page) {
      if (err !== null) continue;
      const lamports = await received(rpcUrl, signature, recipient);
      if (lamports > 0n) landed.push({ signature, lamports });
    }
    if (page.length < PAGE) return landed;
    before = page.at(-1)?.signature;
  }
}

async function received(rpcUrl: string, signature: string, recipient: string): Promise<bigint> {
  const options = { commitment: 'finalized', encoding: 'json', maxSupportedTransactionVersion: 0 };
  const found = (await callRpc(rpcUrl, 'getTransaction', [signature, options])) as {
    readonly transaction: { readonly message: { readonly accountKeys: readonly string[] } };
    readonly meta: { readonly preBalances: readonly number[]; readonly postBalances: readonly number[] };
  };
  const at = found.transaction.message.accountKeys.indexOf(recipient);
  if (at < 0) return 0n;
  return BigInt(found.meta.postBalances[at] ?? 0) - BigInt(found.meta.preBalances[at] ?? 0);
}
