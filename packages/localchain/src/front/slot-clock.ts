/**
 * Slots and chain time from wall time. An anchor says: at wall time `atMs` slot `slot` began and the chain's clock showed `unixMs`;
 * after it, slots and chain time run with wall time. A jump (time travel) is a new anchor. Slots never go back.
 */
export interface ClockAnchor {
  readonly slot: number;
  /** Wall time in milliseconds since 1970. */
  readonly atMs: number;
  /** Chain time in milliseconds since 1970. */
  readonly unixMs: number;
  readonly slotMs: number;
}

export interface SlotClock {
  /** The slot that is being made now. */
  slot(): number;
  /** Unix seconds of the chain at the start of a slot. */
  unixSeconds(slot: number): number;
  anchors(): readonly ClockAnchor[];
  /** Jumps forward, a frozen clock from where it stands, forgetting its lag; the anchor it returns has to be kept. */
  advance(slots: number, seconds: number): ClockAnchor;
  /** Holds the slot as a node that lags behind does, or lets it catch up. */
  freeze(frozen: boolean): void;
  /** Slots that a frozen clock is behind; 0 when it runs. */
  lag(): number;
}

/** Slots of a fresh chain start here, so that its first blocks already have a finalized past. */
const FIRST_SLOT = 256;

export interface SlotClockOptions {
  readonly wallMs: () => number;
  readonly slotMs: number;
  readonly anchors: readonly ClockAnchor[];
  /** A slot that is already in the books; the clock starts after it even if the wall clock was set back. */
  readonly atLeastSlot: number;
}

export function createSlotClock(options: SlotClockOptions): SlotClock {
  const { wallMs, slotMs } = options;
  const anchors: ClockAnchor[] = [...options.anchors];
  if (anchors.length === 0) anchors.push({ slot: FIRST_SLOT, atMs: wallMs(), unixMs: wallMs(), slotMs });
  let highest = options.atLeastSlot;
  let frozenAt: number | null = null;

  const last = (): ClockAnchor => {
    const anchor = anchors.at(-1);
    if (anchor === undefined) throw new Error('the clock has no anchor');
    return anchor;
  };
  const reached = (): number => {
    const anchor = last();
    return Math.max(highest, anchor.slot + Math.floor((wallMs() - anchor.atMs) / anchor.slotMs));
  };
  const current = (): number => {
    if (frozenAt !== null) return frozenAt;
    highest = reached();
    return highest;
  };
  const unixMsAt = (slot: number): number => {
    let anchor = anchors[0];
    for (let i = anchors.length - 1; i >= 0; i--) {
      const candidate = anchors[i];
      if (candidate !== undefined && candidate.slot <= slot) {
        anchor = candidate;
        break;
      }
    }
    if (anchor === undefined) throw new Error('the clock has no anchor');
    return anchor.unixMs + (slot - anchor.slot) * anchor.slotMs;
  };
  /** A new anchor at the current slot, keeping the phase within it; a frozen clock goes on from where it stands. */
  const anchorNow = (): ClockAnchor => {
    const slot = current();
    const anchor = last();
    const begun = anchor.atMs + (slot - anchor.slot) * anchor.slotMs;
    const atMs = frozenAt !== null || begun > wallMs() ? wallMs() : begun;
    return { slot, atMs, unixMs: unixMsAt(slot), slotMs };
  };

  const wallSlot = last().slot + Math.floor((wallMs() - last().atMs) / last().slotMs);
  if (last().slotMs !== slotMs || current() > wallSlot) anchors.push(anchorNow());

  return {
    slot: current,
    unixSeconds: (slot) => Math.floor(unixMsAt(slot) / 1000),
    anchors: () => anchors,
    advance(slots, seconds) {
      const now = anchorNow();
      const anchor: ClockAnchor = { ...now, slot: now.slot + slots, unixMs: now.unixMs + seconds * 1000 };
      anchors.push(anchor);
      if (frozenAt !== null) frozenAt = anchor.slot;
      return anchor;
    },
    freeze(frozen) {
      frozenAt = frozen ? current() : null;
    },
    lag: () => (frozenAt === null ? 0 : reached() - frozenAt),
  };
}
