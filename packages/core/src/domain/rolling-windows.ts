import type { Address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import type { Effect } from './effect.ts';
import { flowsOf } from './flows.ts';
import type { MeterWindow } from './meter.ts';
import { indexOf } from './policy-index.ts';
import type { WalletAddresses } from './wallet.ts';
import { askedWindows } from './window-limits.ts';

/**
 * The windows whose usage the rules need to judge these effects, each once. Where a program is called, only the simulation tells which
 * assets leave: then every asset's.
 */
export function meterWindows(
  policy: AgentPolicy | null,
  addresses: Pick<WalletAddresses, 'owner' | 'vault'>,
  effects: readonly Effect[],
): readonly MeterWindow[] {
  if (policy === null) return [];
  const flows = flowsOf(effects, null, addresses.vault);
  const windows = new Map<string, MeterWindow>();
  for (const { limit } of askedWindows(indexOf(policy, addresses.owner), flows))
    for (const { meter } of limit.terms) {
      const window: MeterWindow = { meter, seconds: limit.seconds, scope: limit.scope };
      windows.set(`${window.scope} ${window.seconds} ${meter}`, window);
    }
  return [...windows.values()];
}

/** What the rules need to know about the wallet's past to judge these effects: the question to `IRequestStore.history`. */
export interface HistoryAsked {
  readonly recipients: readonly Address[];
  readonly denialsSinceMs: number;
  readonly mostDenials: number;
  readonly mostFailures: number;
}

export function historyAsked(policy: AgentPolicy | null, effects: readonly Effect[], nowMs: number): HistoryAsked {
  const denials = policy?.denials ?? null;
  return {
    recipients: policy === null || policy.firstPayment === 'as_any' ? [] : recipientsOf(effects),
    denialsSinceMs: denials === null ? nowMs : nowMs - denials.seconds * 1000,
    mostDenials: denials === null ? 0 : Math.max(denials.freezeAt, denials.lockdownAt ?? 0),
    mostFailures: policy?.failures?.inARow ?? 0,
  };
}

/** Everybody who receives value or may take it, each once. */
export function recipientsOf(effects: readonly Effect[]): readonly Address[] {
  const recipients = new Set<Address>();
  for (const effect of effects) {
    if (effect.kind === 'asset_outflow' && effect.destination !== null) recipients.add(effect.destination);
    if (effect.kind === 'delegate_approval') recipients.add(effect.delegate);
  }
  return [...recipients];
}
