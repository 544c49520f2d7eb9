import { answered, collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { Invocation } from '../invocation.ts';
import { keyNotices } from '../output/key-lines.ts';
import type { Finding } from './doctor-local.ts';

const MOST_WALLETS = 50;

/** What is missing for stopping and recovering each wallet, and which keys another should take the place of: warnings, not faults. */
export async function checkWallets(invocation: Invocation): Promise<readonly Finding[]> {
  const client = connect(invocation, 'owner');
  if (!client.ok) return [];
  const wallets = await collect(client.value.eachWallet(), MOST_WALLETS);
  if (!wallets.ok) return [];
  const findings: Finding[] = [];
  for (const { id, name, state } of wallets.value) {
    if (state !== 'active' && state !== 'frozen') continue;
    const [kits, keys] = await Promise.all([answered(client.value.listKits(id)), answered(client.value.listKeys(id))]);
    const missing = kits.ok ? kits.value.warnings.map((detail) => warned(`wallet ${name} kits`, detail, 'countersign kits')) : [];
    const due = keys.ok
      ? keyNotices(keys.value.items).map((line) => warned(`wallet ${name} keys`, line.replace(/^! /, ''), 'countersign keys'))
      : [];
    const calm: Finding = { name: `wallet ${name}`, ok: true, detail: `${state}; keys and kits are in order`, remedy: '' };
    findings.push(...(missing.length + due.length === 0 && kits.ok && keys.ok ? [calm] : [...missing, ...due]));
  }
  return findings;
}

function warned(name: string, detail: string, remedy: string): Finding {
  return { name, ok: true, warning: true, detail, remedy };
}
