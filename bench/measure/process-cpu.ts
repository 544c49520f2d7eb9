/** CPU seconds that the API process has used so far, user and system, as it says itself. */
export async function apiCpuSeconds(url: string, credential: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${credential}` } });
  const match = /^process_cpu_seconds_total (\S+)/m.exec(await response.text());
  if (match?.[1] === undefined) throw new Error(`no process_cpu_seconds_total in ${url}/metrics`);
  return Number(match[1]);
}
