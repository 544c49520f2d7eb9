/** Unix milliseconds as ISO 8601 in UTC. */
export const momentOf = (atMs: number): string => new Date(atMs).toISOString();
export const momentOrNull = (atMs: number | null): string | null => (atMs === null ? null : momentOf(atMs));
