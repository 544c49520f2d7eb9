/** The database refused what the code should never do: a constraint, a trigger. As with PostgreSQL, `constraint` names it. */
export class ConstraintViolation extends Error {
  readonly constraint: string;
  constructor(constraint: string, message: string) {
    super(`${constraint}: ${message}`);
    this.constraint = constraint;
  }
}

/** The database could not do it now; nothing of the transaction was committed. */
export class Unavailable extends Error {}

/** A deadlock: this transaction was ended so that the other could go on. */
export class Deadlock extends Unavailable {}
