/**
 * `lose_connection`: the statement never arrives and the transaction is gone. `lose_answer`: it is done and nobody hears of it; at a
 * statement that is no commit the same as `lose_connection`, since the transaction goes with the connection.
 */
export type Fate = 'go' | 'lose_connection' | 'lose_answer';

/** Decides when each message of a client reaches the server, and whether. A step that is never answered is a client that is no more. */
export interface Pace {
  next(step: string): Promise<Fate>;
}

/** Everything at once, and nothing is lost. */
export const promptPace: Pace = { next: async () => 'go' };
