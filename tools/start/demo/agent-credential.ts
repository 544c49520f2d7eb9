import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CountersignClient } from '@countersign/sdk';
import { writePrivateFile } from '../private-file.ts';
import { answerOrThrow } from './answer-or-throw.ts';

const LABEL = 'Demo agent';

/**
 * The file with the demo agent's credential. A start that was killed between issuing and writing leaves one that nobody has: it is revoked.
 * A credential that was revoked by hand stays so.
 */
export async function openAgentCredential(client: CountersignClient, demo: string, wallet: string): Promise<string> {
  const path = join(demo, 'agent-credential');
  if (existsSync(path) && readFileSync(path, 'utf8').trim() !== '') return path;
  const lost = answerOrThrow('the credentials cannot be listed', await client.listCredentials({ wallet, role: 'agent' }));
  for (const { id, label, revokedAt } of lost.items)
    if (label === LABEL && revokedAt === null) answerOrThrow('a lost credential cannot be revoked', await client.revokeCredential(id));
  const created = await client.createCredential({ role: 'agent', wallet, label: LABEL });
  writePrivateFile(path, `${answerOrThrow('the agent credential cannot be issued', created).secret}\n`);
  return path;
}
