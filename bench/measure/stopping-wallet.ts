import { createClient } from '@countersign/sdk';
import type { RunningService } from '../../tools/harness/running-service.ts';
import { answerOrThrow } from '../../tools/start/demo/answer-or-throw.ts';
import { DEMO_MERCHANT } from '../../tools/start/demo/demo-policy.ts';
import { airdrop } from '../../tools/start/rpc.ts';
import { makeBenchOwner } from './bench-owner.ts';
import { type BenchWallet, untilActive } from './bench-wallet.ts';

/** A wallet that pays as fast as it can and whose owner answers at once. */
export interface StoppingWallet extends BenchWallet {
  consent(approval: string): Promise<void>;
}

const POLICY = {
  version: 1,
  assets: [
    {
      asset: 'SOL',
      perTransaction: { autonomous: '10000000', ceiling: '10000000' },
      windows: [{ seconds: 86_400, autonomous: '40000000000', ceiling: '40000000000' }],
    },
  ],
  recipients: [DEMO_MERCHANT],
  otherRecipients: 'denied',
  fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '4100000' },
  signaturesPerMinute: 6_000,
};

export async function makeStoppingWallet({ operator, rpcUrl, url }: RunningService): Promise<StoppingWallet> {
  const owner = makeBenchOwner();
  const request = { name: 'Stopping', owner: owner.address, policy: JSON.stringify(POLICY) };
  const { wallet, approval } = answerOrThrow('the wallet cannot be made', await operator.createWallet(request));
  await owner.consent(operator, approval.id);
  const vault = await untilActive(operator, wallet.id);
  await airdrop(rpcUrl, vault, 50_000_000_000n);
  const issued = await operator.createCredential({ role: 'agent', wallet: wallet.id, label: 'stopping' });
  const { secret } = answerOrThrow('no agent credential', issued);
  return {
    id: wallet.id,
    vault,
    agent: createClient({ baseUrl: url, credential: secret, timeoutMs: 30_000 }),
    async consent(id) {
      await owner.consent(operator, id);
    },
  };
}
