import { isoMoment, objection, type Rule } from './rule.ts';

/** The least time between two payments that the agent makes alone; sooner, the owner has to sign. */
export const cooldown: Rule = {
  name: 'cooldown',
  judge({ rules: { cooldownSeconds }, history: { lastAloneAtMs }, ownerConsents, nowMs }) {
    if (cooldownSeconds === null || lastAloneAtMs === null || ownerConsents) return [];
    const comesBackAtMs = lastAloneAtMs + cooldownSeconds * 1000;
    if (nowMs >= comesBackAtMs) return [];
    const comesBackAt = isoMoment(comesBackAtMs);
    return [
      objection(
        'cooldown',
        'needs_owner',
        `The agent paid alone less than ${cooldownSeconds} s ago; it may again at ${comesBackAt ?? 'no known moment'}.`,
        {
          cooldownSeconds,
          comesBackAt,
        },
      ),
    ];
  },
};
