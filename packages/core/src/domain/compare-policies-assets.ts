import type { AgentPolicy, AmountWindow, AssetGroup, AssetRule, CountWindow, DelayedLimit, RecipientRule } from './agent-policy.ts';
import { type Compare, change, higher, listed, lower, members, type Place, same, show } from './compare-policies-fields.ts';
import type { PolicyEffect } from './policy-change.ts';

const tightens = (): PolicyEffect => 'tightens';
const loosens = (): PolicyEffect => 'loosens';

/** By length: one more window restricts, and one less does not. */
const amountWindows: Compare<readonly AmountWindow[]> = listed({
  key: ({ seconds }) => String(seconds),
  each: members<AmountWindow>({ seconds: same('loosens'), autonomous: lower, ceiling: lower }),
  added: tightens,
  removed: loosens,
});
export const countWindows: Compare<readonly CountWindow[]> = listed({
  key: ({ seconds }) => String(seconds),
  each: members<CountWindow>({ seconds: same('loosens'), autonomous: lower, ceiling: lower }),
  added: tightens,
  removed: loosens,
});

export const assetRules: Compare<readonly AssetRule[]> = listed({
  key: ({ asset }) => asset,
  each: members<AssetRule>({
    asset: same('loosens'),
    perTransaction: (before, after, place) => perTransaction(before)(before, after, place),
    windows: amountWindows,
  }),
  added: loosens,
  // It cannot leave any more. What its past payments took of a group goes on counting: members of groups are compared there.
  removed: tightens,
});

type PerTransaction = AssetRule['perTransaction'];
function perTransaction(was: PerTransaction): Compare<PerTransaction> {
  return members<PerTransaction>({ autonomous: lower, ceiling: lower, delayed: delayed(was) });
}

function delayed(was: PerTransaction): Compare<DelayedLimit | null> {
  const both = members<DelayedLimit>({ upTo: lower, delaySeconds: higher });
  return (before, after, place) => {
    if (before === null && after === null) return [];
    // Without a delay what is above `autonomous` needs the owner.
    if (after === null) return [change(place, show(before), null, 'tightens')];
    if (before === null) return [change(place, null, show(after), onlySlower(was, after, place) ? 'tightens' : 'loosens')];
    return both(before, after, place);
  };
}

/** A delay where there was none: tighter when nothing waits by it that needed the owner, by its amount or as a first payment. */
function onlySlower({ autonomous }: PerTransaction, { upTo }: DelayedLimit, { before, after }: Place): boolean {
  return upTo <= autonomous && (after.firstPayment !== 'delayed' || before.firstPayment === 'as_any');
}

export const groups: Compare<readonly AssetGroup[]> = listed({
  key: ({ name }) => name,
  each: (before, after, place) => group(isWeighedBy(place.before, before.name))(before, after, place),
  added: ({ name }, { before }) => (isWeighedBy(before, name) ? 'loosens' : 'tightens'),
  removed: loosens,
});

/**
 * A heavier member leaves less of the budget. Where a program is weighed by the group, weight and membership decide also what comes back, and may
 * not differ. A member that goes takes with it what its past payments used of the budget.
 */
function group(weighed: boolean): Compare<AssetGroup> {
  type Member = AssetGroup['members'][number];
  return members<AssetGroup>({
    name: same('loosens'),
    scope: same('loosens'),
    members: listed<Member>({
      key: ({ asset }) => asset,
      each: members<Member>({ asset: same('loosens'), weight: weighed ? same('loosens') : higher }),
      added: () => (weighed ? 'loosens' : 'tightens'),
      removed: loosens,
    }),
    windows: amountWindows,
  });
}

function isWeighedBy({ programs }: AgentPolicy, name: string): boolean {
  return programs.some(({ worstReturn }) => worstReturn?.group === name);
}

type RecipientWindow = RecipientRule['windows'][number];
export const recipients: Compare<readonly RecipientRule[]> = listed({
  key: ({ address }) => address,
  each: members<RecipientRule>({
    address: same('loosens'),
    label: same('neutral'),
    windows: listed<RecipientWindow>({
      key: ({ asset, seconds }) => `${asset}.${seconds}`,
      each: members<RecipientWindow>({ asset: same('loosens'), seconds: same('loosens'), autonomous: lower, ceiling: lower }),
      added: tightens,
      // An asset that cannot leave needs no window.
      removed: ({ asset }, { after }) => (after.assets.some((rule) => rule.asset === asset) ? 'loosens' : 'tightens'),
    }),
  }),
  added: loosens,
  removed: withoutRecipient,
});

/**
 * Where strangers are countersigned, one who is removed loses their windows and the protection against look-alikes. The owner may be listed twice,
 * by name and by address, and then the windows of both hold: with one of the two go its windows only.
 */
function withoutRecipient({ address, windows }: RecipientRule, { after }: Place): PolicyEffect {
  const mayStay = after.recipients.some((each) => (address === 'owner' ? each.address !== 'owner' : each.address === 'owner'));
  return after.otherRecipients === 'denied' && (windows.length === 0 || !mayStay) ? 'tightens' : 'loosens';
}
