import { setTimeout as sleep } from 'node:timers/promises';

/** One JSON-RPC call to a Solana node; throws with the node's own words. */
export async function callRpc(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { readonly result?: unknown; readonly error?: { readonly message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

/** The lamports of an account at confirmed commitment; 0 when there is none. */
export async function balanceOf(url: string, address: string): Promise<bigint> {
  const answer = (await callRpc(url, 'getBalance', [address, { commitment: 'confirmed' }])) as { readonly value: number };
  return BigInt(answer.value);
}

export async function accountExists(url: string, address: string): Promise<boolean> {
  const answer = (await callRpc(url, 'getAccountInfo', [address, { commitment: 'confirmed', encoding: 'base64' }])) as {
    readonly value: unknown;
  };
  return answer.value !== null;
}

/** The lamports that an account without data must keep to exist. */
export async function leastBalance(url: string): Promise<bigint> {
  return BigInt(Number(await callRpc(url, 'getMinimumBalanceForRentExemption', [0])));
}

/** Whether anything ever happened with the address. */
export async function hasHistory(url: string, address: string): Promise<boolean> {
  const answer = await callRpc(url, 'getSignaturesForAddress', [address, { limit: 1, commitment: 'confirmed' }]);
  return Array.isArray(answer) && answer.length > 0;
}

export async function airdrop(url: string, address: string, lamports: bigint): Promise<void> {
  await confirmed(url, String(await callRpc(url, 'requestAirdrop', [address, Number(lamports)])));
}

/** Waits until a transaction is confirmed; throws when it failed or does not land. */
export async function confirmed(url: string, signature: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
    const answer = (await callRpc(url, 'getSignatureStatuses', [[signature]])) as {
      readonly value: readonly ({ readonly err: unknown; readonly confirmationStatus: string } | null)[];
    };
    const status = answer.value[0];
    if (status?.err != null) throw new Error(`transaction ${signature} failed: ${JSON.stringify(status.err)}`);
    if (status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized') return;
    await sleep(100);
  }
  throw new Error(`transaction ${signature} did not land within a minute`);
}
