/** Thrown inside the decoder for bytes that are not a message; `parseMessage` turns it into a `DomainError`. */
export class Malformed extends Error {}
