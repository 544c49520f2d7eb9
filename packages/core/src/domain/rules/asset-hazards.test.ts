import { describe, expect, test } from 'vitest';
import { UNASSOCIATED_ACCOUNT } from '../effect.ts';
import { aPolicy, facts, outcomes, outflow, verdict } from '../test-support/decision-facts.ts';

const rule = 'asset-hazards';
const hazards = (...all: readonly string[]) => facts([outflow(1n, { hazards: all })]);

describe('asset-hazards', () => {
  test('none', () => expect(outcomes(rule, hazards())).toEqual([]));
  test('any hazard is a denial, each named', () =>
    expect(outcomes(rule, hazards('a transfer fee', 'a hook'))).toEqual(['denied', 'denied']));
  test('another account of the recipient needs the owner', () => {
    expect(outcomes(rule, hazards(UNASSOCIATED_ACCOUNT))).toEqual(['needs_owner']);
    expect(verdict(facts([outflow(1n, { hazards: [UNASSOCIATED_ACCOUNT] })], aPolicy(), { ownerConsents: true }))).toBe('allowed');
  });
  test('beside another hazard it is a denial', () => expect(outcomes(rule, hazards(UNASSOCIATED_ACCOUNT, 'a hook'))).toContain('denied'));
  test('an account of nobody known is not of the recipient', () =>
    expect(outcomes(rule, facts([outflow(1n, { destination: null, hazards: [UNASSOCIATED_ACCOUNT] })]))).toEqual(['denied']));
});
