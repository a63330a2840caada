// @ts-check
import { account, JoinError } from './account.js';
import { byId, setAttribute, toast } from './dom.js';

const FIELDS = ['name', 'email'];

/**
 * The form by which one becomes a player.
 * @param {(token: string) => void} joined
 */
export function setUpJoin(joined) {
  const join = async () => {
    const [name = '', email = ''] = FIELDS.map((field) => input(field).value.trim());
    if (name === '') return showErrors([{ field: 'name', message: 'must not be empty' }]);
    showErrors([]);
    try {
      joined(await account.join(email === '' ? { name } : { name, email }));
    } catch (error) {
      if (error instanceof JoinError && error.errors.length > 0) showErrors(error.errors);
      else toast(error instanceof JoinError ? error.message : 'The server cannot be reached. Please try again.');
    }
  };
  byId('join-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void join();
  });
}

/** @param {readonly { field: string, message: string }[]} errors */
function showErrors(errors) {
  for (const field of FIELDS) {
    const error = errors.find((each) => each.field === field);
    const text = byId(`${field}-error`);
    text.hidden = error === undefined;
    text.textContent = error === undefined ? '' : `This ${error.message}.`;
    setAttribute(input(field), 'aria-invalid', error === undefined ? null : 'true');
  }
  const [first] = errors;
  if (first !== undefined && FIELDS.includes(first.field)) input(first.field).focus();
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}
