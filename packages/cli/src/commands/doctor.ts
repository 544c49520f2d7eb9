import { findServiceFile } from '../connection/service-file.ts';
import type { Handler } from '../invocation.ts';
import { answer, EXIT_CODES } from '../outcome.ts';
import { checkLocal, type Finding } from '../support/doctor-local.ts';
import { checkService } from '../support/doctor-service.ts';

/** `doctor`: one line for each thing that is looked at, with what to do about each that is wrong. */
const doctor: Handler = async (invocation) => {
  const file = findServiceFile(invocation.world.cwd);
  if (!file.ok) return file;
  const findings: readonly Finding[] = [...checkLocal(file.value, invocation.world.env), ...(await checkService(invocation))];
  const wrong = findings.filter(({ ok }) => !ok);
  const unavailable = wrong.some(({ name }) => name.startsWith('service'));
  return answer(
    { ok: wrong.length === 0, checks: findings },
    [
      ...findings.map(({ name, ok, detail, remedy }) => `${ok ? '✓' : '✗'} ${name}: ${detail}${ok ? '' : `: ${remedy}`}`),
      '',
      wrong.length === 0 ? '✓ nothing is wrong' : `✗ ${wrong.length} of ${findings.length} need attention`,
    ],
    wrong.length === 0 ? EXIT_CODES.ok : unavailable ? EXIT_CODES.unavailable : EXIT_CODES.unexpected,
  );
};
export default doctor;
