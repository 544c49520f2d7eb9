import { type ChangesSinceFreeze, keyNotice } from '@countersign/core';
import type { ChangesSinceFreezeView } from '@countersign/sdk';
import { keyView } from './key-view.ts';
import { kitView } from './kit-view.ts';
import { momentOf } from './moment.ts';
import { auditEntryView, signedBytesView } from './other-views.ts';

export function changesSinceFreezeView(changes: ChangesSinceFreeze, nowMs: number): ChangesSinceFreezeView {
  const { frozenAtMs, reason, actor, entries, hasMore, differencesOnChain, seenByWatcher, ended, mayStillLand, lockedDown, keys, kits } =
    changes;
  return {
    frozenAt: momentOf(frozenAtMs),
    reason,
    by: actor,
    entries: entries.map(auditEntryView),
    hasMore,
    differencesOnChain,
    seenByWatcher,
    ended: ended.map(signedBytesView),
    mayStillLand: mayStillLand.map(signedBytesView),
    lockedDown,
    keys: keys.map((key) => keyView({ key, notice: keyNotice(key, nowMs) })),
    kits: kits.map(kitView),
  };
}
