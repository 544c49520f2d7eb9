import type { ApprovalView, CountersignClient, KitPurpose } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import type { Invocation } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import type { Result } from '../result.ts';

const MOST_TRIES = 60;
const PAUSE_MS = 1_000;

/**
 * Has the service make the nonce accounts that kits stand on and open the approval; waits until its bytes can be prepared, which takes until those
 * accounts are final.
 */
export async function proposeKit(
  client: CountersignClient,
  { world }: Invocation,
  wallet: string,
  purpose: KitPurpose,
): Promise<Result<ApprovalView, Failure>> {
  const approval = await answered(client.makeKits(wallet, { purpose }));
  if (!approval.ok) return approval;
  for (let tries = 1; ; tries += 1) {
    const prepared = await answered(client.prepareApproval(approval.value.id));
    if (prepared.ok) return approval;
    if (prepared.error.code !== 'approval_not_prepared' || tries >= MOST_TRIES) return prepared;
    if (tries === 1) world.terminal.note('waiting until the accounts that it stands on are final on chain …');
    await world.sleep(PAUSE_MS);
  }
}
