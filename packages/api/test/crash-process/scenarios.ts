import type { TransactionState, TransactionView } from '@countersign/sdk';
import { consentTo, must, until } from '../end-to-end/stack.ts';
import type { MortalStack, Prepared, Scenario } from './every-death.ts';

const END: readonly TransactionState[] = ['finalized', 'failed', 'expired', 'denied', 'rejected', 'cancelled'];

async function post(
  { stack, wallet }: MortalStack,
  path: string,
  body: object | null,
  headers: { readonly [name: string]: string },
  credential: string,
): Promise<Response> {
  return fetch(`${stack.url}${path.replace('{wallet}', wallet.id)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
}

const pay = (mortal: MortalStack, amount: bigint, key: string, death = 'none'): Promise<Response> =>
  post(
    mortal,
    '/v1/wallets/{wallet}/transactions',
    { asset: 'SOL', amount: amount.toString(), recipient: mortal.wallet.merchant },
    { 'idempotency-key': key, ...(death === 'none' ? {} : { 'x-mortal': death }) },
    mortal.wallet.agentSecret,
  );

/** Asks until there is an answer: the same key pays once. */
async function payUntilAnswered(mortal: MortalStack, amount: bigint, key: string): Promise<TransactionView> {
  let view: TransactionView | null = null;
  await until('the payment is answered', async () => {
    const response = await pay(mortal, amount, key);
    if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
    view = (await response.json()) as TransactionView;
    return true;
  });
  if (view === null) throw new Error('answered');
  return view;
}

async function untilEnd({ wallet }: MortalStack, id: string): Promise<TransactionView> {
  let last: TransactionView | null = null;
  await until(`${id} is at its end`, async () => {
    const read = await wallet.agent.getTransaction(wallet.id, id);
    if (read.ok) last = read.value;
    return last !== null && END.includes(last.state);
  });
  if (last === null) throw new Error('read');
  return last;
}

function finalized(view: TransactionView): bigint {
  if (view.state !== 'finalized') throw new Error(`it ended as ${view.state}: ${view.problem ?? ''}`);
  return BigInt(view.amount ?? '0');
}

/** The agent pays alone; the request dies. */
export const autonomous: Scenario = {
  name: 'a payment that the agent makes alone',
  job: null,
  prepare: async (mortal, index): Promise<Prepared> => {
    const [amount, key] = [1_000n + BigInt(index), `alone-${index}-${Date.now()}`];
    return {
      act: (death) => pay(mortal, amount, key, death),
      finish: async () => finalized(await untilEnd(mortal, (await payUntilAnswered(mortal, amount, key)).id)),
    };
  },
};

/** The same, and the job that follows it to its end dies. */
export const following: Scenario = {
  name: 'following a payment to its end',
  job: 'advanceAttempts',
  prepare: autonomous.prepare,
};

/** The owner countersigns; the request with the signatures dies. */
export const countersigned: Scenario = {
  name: 'a countersignature',
  job: null,
  prepare: async (mortal, index): Promise<Prepared> => {
    const { wallet } = mortal;
    const amount = 30_000_000n + BigInt(index);
    const { id, approval } = await payUntilAnswered(mortal, amount, `owner-${index}-${Date.now()}`);
    if (approval === null) throw new Error('it needs the owner');
    const sign = async (death: string): Promise<unknown> => {
      const prepared = must(await wallet.ownerClient.prepareApproval(approval));
      const headers: { readonly [name: string]: string } = death === 'none' ? {} : { 'x-mortal': death };
      return post(mortal, `/v1/approvals/${approval}/approve`, consentTo(prepared, wallet.owner), headers, wallet.ownerSecret);
    };
    return {
      act: sign,
      finish: async () => {
        await until(`${id} is at its end`, async () => {
          const { state } = must(await wallet.agent.getTransaction(wallet.id, id));
          // What came to nothing waits for the owner again.
          if (state === 'awaiting_owner') await sign('none');
          return END.includes(state);
        });
        return finalized(await untilEnd(mortal, id));
      },
    };
  },
};

export const SCENARIOS: readonly Scenario[] = [autonomous, following, countersigned];
