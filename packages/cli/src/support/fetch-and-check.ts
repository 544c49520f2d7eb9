import type { Address } from '@countersign/core';
import type { ApprovalView, CountersignClient, PreparedView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import type { World } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { checkPrepared } from '../verify/check-prepared.ts';
import type { Checked } from '../verify/reviewed.ts';

export interface Fetched {
  readonly prepared: PreparedView;
  readonly inForce: readonly string[];
  readonly checked: Checked;
  /** When the bytes were asked for. */
  readonly atMs: number;
}

/** Lets the service prepare fresh bytes and reads them. `owner` is whose key signs; `null`: whom the service names (nothing is signed here). */
export async function fetchAndCheck(
  client: CountersignClient,
  world: World,
  approval: ApprovalView,
  owner: Address | null,
): Promise<Result<Fetched, Failure>> {
  const atMs = world.nowMs();
  const prepared = await answered(client.prepareApproval(approval.id));
  if (!prepared.ok) return prepared;
  const inForce = approval.kind === 'install_policy' ? await limitsInForce(client, approval.wallet) : good([]);
  if (!inForce.ok) return inForce;
  const reader = {
    owner: owner ?? (prepared.value.addresses.owner as Address),
    approval: approval.id,
    nowMs: world.nowMs(),
    inForce: inForce.value,
  };
  const checked = checkPrepared(prepared.value, reader);
  return checked.ok ? good({ prepared: prepared.value, inForce: inForce.value, checked: checked.value, atMs }) : checked;
}

async function limitsInForce(client: CountersignClient, wallet: string): Promise<Result<readonly string[], Failure>> {
  const policies = await answered(client.listPolicies(wallet));
  if (!policies.ok) return policies;
  const active = policies.value.items.filter(({ state }) => state === 'active');
  return good(active.flatMap(({ limits }) => limits.map(({ spendingLimit }) => spendingLimit)));
}
