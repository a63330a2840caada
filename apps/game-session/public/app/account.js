// @ts-check

const KEY = 'connect-four-token';

/** The token of who plays in this browser: whoever has it can move for them. */
export const account = {
  get token() {
    return localStorage.getItem(KEY) ?? undefined;
  },

  forget() {
    localStorage.removeItem(KEY);
  },

  /**
   * Becomes a player. Rejects with a JoinError.
   * @param {{ name: string, email?: string }} who
   * @returns {Promise<string>} the token, which is remembered
   */
  async join(who) {
    const response = await fetch('api/players', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(who),
    });
    const answer = await response.json();
    if (!response.ok) throw new JoinError(answer);
    localStorage.setItem(KEY, answer.token);
    return answer.token;
  },
};

/** What is wrong, by field where it is known. */
export class JoinError extends Error {
  /** @param {{ message: string, errors?: readonly { field: string, message: string }[] }} answer */
  constructor({ message, errors = [] }) {
    super(message);
    this.errors = errors;
  }
}
