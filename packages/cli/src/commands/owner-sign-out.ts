import { answered } from '../connection/answered.ts';
import { connectWith } from '../connection/connect.ts';
import { readSession, removeSession } from '../connection/session-file.ts';
import type { Handler } from '../invocation.ts';
import { answer, EXIT_CODES, failed } from '../outcome.ts';

/** `owner sign-out`: ends the session in the service and forgets it here; here in any case. */
const ownerSignOut: Handler = async ({ world }) => {
  const session = readSession(world.env);
  if (!session.ok) return session;
  if (session.value === null)
    return failed({
      exitCode: EXIT_CODES.notFound,
      code: 'not_found',
      message: 'nobody is signed in here',
      remedy: 'sign in with "countersign owner sign-in"',
    });
  const { url, secret, owner, expiresAt } = session.value;
  removeSession(world.env);
  if (world.nowMs() >= Date.parse(expiresAt)) return answer({ owner, ended: expiresAt }, [`✓ forgotten: it had ended ${expiresAt}`]);
  const ended = await answered(connectWith(url, secret).signOut());
  if (ended.ok) return answer({ owner, credential: ended.value }, [`✓ signed out: the session of ${owner} is refused from now on`]);
  if (ended.error.code === 'unauthenticated') return answer({ owner, ended: null }, ['✓ forgotten: the service does not know it any more']);
  return failed({
    ...ended.error,
    message: `the session is forgotten here, and goes on in the service until ${expiresAt}: ${ended.error.message}`,
  });
};
export default ownerSignOut;
