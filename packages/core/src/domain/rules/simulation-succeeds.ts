import { objection, type Rule } from './rule.ts';

/** Bytes that the chain would refuse are not signed. */
export const simulationSucceeds: Rule = {
  name: 'simulation-succeeds',
  judge({ simulation }) {
    if (simulation === null || simulation.succeeded === true) return [];
    return [objection('simulation-succeeds', 'denied', `The chain would refuse it: ${simulation.problem ?? 'no reason given'}.`)];
  },
};
