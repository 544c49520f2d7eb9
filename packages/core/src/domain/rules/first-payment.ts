import type { Address } from '../address.ts';
import type { Objection } from '../decision.ts';
import { recipientsOf } from '../rolling-windows.ts';
import { objection, type Rule, type RuleInput } from './rule.ts';

/** The first payment to a recipient waits, or needs the owner, as the policy says; the first is every one until one was finalized. */
export const firstPayment: Rule = {
  name: 'first-payment',
  judge(input) {
    const { effects, rules, history } = input;
    if (rules.firstPayment === 'as_any') return [];
    const objections: Objection[] = [];
    for (const recipient of recipientsOf(effects)) {
      if (history.paidBefore.includes(recipient)) continue;
      const delaySeconds = rules.firstPayment === 'delayed' ? delayFor(recipient, input) : null;
      const message = `${recipient} was never paid by this wallet`;
      objections.push(
        delaySeconds === null
          ? objection('first-payment', 'needs_owner', `${message}: the owner must sign the first payment.`, { recipient })
          : objection('first-payment', 'needs_delay', `${message}: the first payment waits ${delaySeconds} s.`, {
              recipient,
              delaySeconds,
            }),
      );
    }
    return objections;
  },
};

/** The longest delay of the assets that go there; `null` when one of them has none. */
function delayFor(recipient: Address, { flows, index }: RuleInput): number | null {
  let longest: number | null = null;
  for (const flow of flows.toRecipients) {
    if (flow.recipient !== recipient) continue;
    const delayed = index.assets.get(flow.asset)?.perTransaction.delayed ?? null;
    if (delayed === null) return null;
    longest = Math.max(longest ?? 0, delayed.delaySeconds);
  }
  return longest;
}
