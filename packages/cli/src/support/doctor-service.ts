import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { Invocation } from '../invocation.ts';
import type { Finding } from './doctor-local.ts';

const REMEDIES: { readonly [name: string]: string } = {
  database: 'see the log of PostgreSQL; restart the service',
  chain: 'check SOLANA_RPC_URLS and that the node answers; payments wait until it does',
  signer: 'see the log of the signer process; restart the service',
  clock: 'set the clock of this machine (NTP); payments are denied until it agrees with the chain',
};

/** What the service says about itself, and whether the credential is good. */
export async function checkService(invocation: Invocation): Promise<readonly Finding[]> {
  const client = connect(invocation, 'owner');
  if (!client.ok) return [{ name: 'service', ok: false, detail: client.error.message, remedy: client.error.remedy }];
  const startedMs = invocation.world.nowMs();
  const ready = await answered(client.value.ready());
  if (!ready.ok)
    return [{ name: 'service', ok: false, detail: ready.error.message, remedy: 'start it with "npm start", or name another with --url' }];
  const { version, network, checks } = ready.value;
  const self = await answered(client.value.whoami());
  return [
    {
      name: 'service',
      ok: true,
      detail: `version ${version}, network ${network}, answers in ${invocation.world.nowMs() - startedMs} ms`,
      remedy: '',
    },
    ...checks.map(
      ({ name, ok, problem }): Finding => ({
        name: `service ${name}`,
        ok,
        detail: problem ?? 'ok',
        remedy: REMEDIES[name] ?? 'see the log of the service',
      }),
    ),
    self.ok
      ? { name: 'credential', ok: true, detail: `${self.value.role} "${self.value.label}"`, remedy: '' }
      : { name: 'credential', ok: false, detail: self.error.message, remedy: self.error.remedy },
  ];
}
