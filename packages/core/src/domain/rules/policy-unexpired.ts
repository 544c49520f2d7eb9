import { isoMoment, objection, type Rule } from './rule.ts';

/** INVARIANT I5: a policy that has expired, or may have for all that the clock tells, allows nothing, whoever signs. */
export const policyUnexpired: Rule = {
  name: 'policy-unexpired',
  judge({ rules: { expiresAtMs }, nowMs }) {
    if (expiresAtMs === null || nowMs < expiresAtMs) return [];
    const expiredAt = isoMoment(expiresAtMs);
    return [objection('policy-unexpired', 'denied', `The policy expired at ${expiredAt ?? 'an unknown moment'}.`, { expiredAt })];
  },
};
