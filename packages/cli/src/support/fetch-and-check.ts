import { type Address, isAddress } from '@countersign/core';
import type { ApprovalKind, ApprovalView, CountersignClient, PreparedView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import type { World } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { checkPrepared } from '../verify/check-prepared.ts';
import type { Checked } from '../verify/reviewed.ts';
import type { ToSign } from './exchange-file.ts';
import { serviceClaims } from './service-claims.ts';

export interface Fetched extends ToSign {
  /** As read for each key that signs, in their order. */
  readonly checked: readonly [Checked, ...Checked[]];
  /** When the bytes were asked for. */
  readonly atMs: number;
}

/** Kinds in which spending limits that lie on chain may stay, and the owner is reminded of those. */
const TOUCH_LIMITS: readonly ApprovalKind[] = [
  'install_policy',
  'rotate_agent_key',
  'replace_owner_key',
  'revoke_agent_key',
  'arm_lockdown',
];

/**
 * Lets the service prepare fresh bytes and reads them. `keys`: those that sign; `null`: the one that the service names (nothing is signed here).
 */
export async function fetchAndCheck(
  client: CountersignClient,
  world: World,
  approval: ApprovalView,
  keys: readonly [Address, ...Address[]] | null,
): Promise<Result<Fetched, Failure>> {
  const atMs = world.nowMs();
  const prepared = await answered(client.prepareApproval(approval.id));
  if (!prepared.ok) return prepared;
  const inForce = TOUCH_LIMITS.includes(approval.kind) ? await limitsInForce(client, approval.wallet) : good([]);
  if (!inForce.ok) return inForce;
  const toSign = { prepared: prepared.value, inForce: inForce.value };
  const checked = checkForAll(toSign, approval.id, world.nowMs(), keys ?? [consentsIn(prepared.value)]);
  return checked.ok ? good({ ...toSign, checked: checked.value, atMs }) : checked;
}

/** Reads the same bytes for each key that signs them; one refusal refuses all. */
export function checkForAll(
  { prepared, inForce }: ToSign,
  approval: string,
  nowMs: number,
  [first, ...others]: readonly [Address, ...Address[]],
): Result<readonly [Checked, ...Checked[]], Failure> {
  const read = (key: Address): Result<Checked, Failure> => {
    const checked = checkPrepared(prepared, { key, approval, nowMs, inForce });
    if (!checked.ok) return checked;
    return good({ ...checked.value, claims: [...checked.value.claims, ...serviceClaims(prepared, checked.value)] });
  };
  const one = read(first);
  if (!one.ok) return one;
  const list: [Checked, ...Checked[]] = [one.value];
  for (const key of others) {
    const other = read(key);
    if (!other.ok) return other;
    list.push(other.value);
  }
  return good(list);
}

/** Whom the service names as the one who consents. */
function consentsIn({ approval, addresses, recovery }: PreparedView): Address {
  const named = approval.change?.consentOf === 'recovery' ? recovery : addresses.owner;
  return (named !== null && isAddress(named) ? named : addresses.owner) as Address;
}

async function limitsInForce(client: CountersignClient, wallet: string): Promise<Result<readonly string[], Failure>> {
  const policies = await answered(client.listPolicies(wallet));
  if (!policies.ok) return policies;
  const active = policies.value.items.filter(({ state }) => state === 'active');
  return good(active.flatMap(({ limits }) => limits.map(({ spendingLimit }) => spendingLimit)));
}
