import { isoMoment, objection, type Rule } from './rule.ts';

/** How far the database's clock and the chain's block time may be apart. */
export const MAX_CLOCK_SKEW_MS = 120_000;

/** INVARIANT I5: rolling windows need a clock that can be trusted; two that disagree, or one that is missing, deny. */
export const clocksAgree: Rule = {
  name: 'clocks-agree',
  judge({ nowMs, chainTimeMs }) {
    const [database, chain] = [isoMoment(nowMs), chainTimeMs === null ? null : isoMoment(chainTimeMs)];
    if (database === null) return [objection('clocks-agree', 'denied', "The database's clock could not be read.")];
    if (chain === null || chainTimeMs === null) return [objection('clocks-agree', 'denied', "The chain's clock could not be read.")];
    const skewMs = Math.abs(nowMs - chainTimeMs);
    if (skewMs <= MAX_CLOCK_SKEW_MS) return [];
    return [
      objection(
        'clocks-agree',
        'denied',
        `The database's clock and the chain's are ${Math.round(skewMs / 1000)} s apart; at most ${MAX_CLOCK_SKEW_MS / 1000} s are tolerated.`,
        { database, chain },
      ),
    ];
  },
};
