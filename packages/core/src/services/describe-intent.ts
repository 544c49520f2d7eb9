import { type DomainError, domainError } from '../domain/errors.ts';
import { statementLine } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { MOST_EFFECTS } from '../domain/statement-lines.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { RequestedAction } from '../ports/blockchain-adapter.ts';
import type { Dependencies } from './dependencies.ts';
import { decodeAndSimulate } from './plan-action.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** Effects of the message around an intent, and of what it costs the service: not of the intent. */
const AROUND: ReadonlySet<string> = new Set(['fee', 'governance', 'account_creation', 'memo']);

/**
 * What the vault does by an intent, one line an effect, as they stand in a statement. INVARIANT I6: decoded by the independent decoder, from a
 * message that holds exactly this intent, and compared with what was asked.
 */
export async function describeIntent(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce,
  { action, intent }: { readonly action: RequestedAction; readonly intent: Uint8Array },
): Promise<Result<readonly string[], DomainError>> {
  const built = await deps.chain.buildTransaction({ route: 'countersigned', addresses: wallet, action, intent });
  if (!built.ok) return built;
  const witnessed = await decodeAndSimulate(deps, wallet, policy, action, built.value.bytes);
  if (!witnessed.ok) return witnessed;
  const effects = witnessed.value.effects.filter(({ kind }) => !AROUND.has(kind));
  if (effects.length === 0 || effects.length > MOST_EFFECTS)
    return fail(
      domainError('decoded_differently', { problem: `it has ${effects.length} effects; a statement names 1 to ${MOST_EFFECTS}` }),
    );
  return ok(effects.map((effect) => statementLine(deps.chain.describeEffect(effect))));
}
