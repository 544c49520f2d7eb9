/** POST /v1/sign-in/challenge (nobody's credential): what to sign, once. */
export interface AskSignIn {
  readonly owner: string;
}

export interface SignInChallengeView {
  /** The exact text to sign. */
  readonly text: string;
  readonly expiresAt: string;
}

/** POST /v1/sign-in (nobody's credential). */
export interface SignIn {
  readonly text: string;
  readonly signature: string;
}

/** A session of an owner: it reads, and hands in what the owner signed. The secret is shown this once. */
export interface SignedIn {
  readonly credential: CredentialView;
  readonly secret: string;
  readonly owner: string;
  readonly expiresAt: string;
}

// POST /v1/sign-out (owner) answers CredentialView.

export type Role = 'agent' | 'operator' | 'owner';

/** POST /v1/credentials (operator). An owner has none but the session of a sign-in. */
export interface CreateCredential {
  readonly role: 'agent' | 'operator';
  readonly wallet: string | null;
  readonly label: string;
}

export interface CredentialView {
  readonly id: string;
  readonly role: Role;
  /** The wallet that an agent's is for. */
  readonly wallet: string | null;
  /** The owner who signed in. */
  readonly owner: string | null;
  readonly label: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  /** When it ends by itself. */
  readonly expiresAt: string | null;
}

/** The secret is shown this once. */
export interface CreatedCredential {
  readonly credential: CredentialView;
  readonly secret: string;
}

// POST /v1/credentials/{id}/revoke answers CredentialView. GET /v1/credentials?wallet=&role= answers { items }.
// GET /v1/whoami answers CredentialView.
