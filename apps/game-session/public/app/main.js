// @ts-check
import { account } from './account.js';
import { Connection } from './connection.js';
import { byId, setAttribute, setText, toast } from './dom.js';
import { GameScreen } from './game.js';
import { Inside } from './inside.js';
import { setUpJoin } from './join.js';
import { Lobby } from './lobby.js';

/** @typedef {import('../../src/web/protocol.js').Welcome} Welcome */

const SECTIONS = ['join', 'lobby', 'game', 'missing'];
const STATES = { offline: 'Not connected', connecting: 'Connecting…', online: 'Live' };

const connection = new Connection();
const lobby = new Lobby(connection);
const game = new GameScreen(connection);
const inside = new Inside(connection, () => game.id);

setUpJoin(enter);
byId('leave').addEventListener('click', () => leave());
addEventListener('hashchange', route);
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault(); // the address says which game is on the screen
  byId('main').focus();
});
for (const tab of document.querySelectorAll('[data-tab]')) tab.addEventListener('click', () => showTab(tab));
connection.addEventListener('state', showState);
connection.addEventListener('refused', () => {
  leave();
  toast('You are not known here any more. Please join again.');
});
connection.addEventListener('trouble', (event) => toast(/** @type {CustomEvent<Error>} */ (event).detail.message));
connection.addEventListener('welcome', (event) => welcome(/** @type {CustomEvent<Welcome>} */ (event).detail));
connection.onPush('restarting', () => toast('The server restarts. Your games go on in a moment.'));

if (account.token === undefined) show('join');
else enter(account.token);

/** @param {string} token */
function enter(token) {
  connection.open(token);
}

function leave() {
  account.forget();
  game.close();
  connection.close();
  for (const id of ['me', 'inside', 'tabs']) byId(id).hidden = true;
  show('join');
}

/** At each new connection: a reload, or the server's. @param {Welcome} hello */
function welcome({ player, chaos }) {
  const isFirst = byId('me').hidden;
  setText(byId('my-name'), player.name);
  for (const id of ['me', 'inside', 'tabs']) byId(id).hidden = false;
  lobby.setPlayer(player);
  game.setPlayer(player);
  inside.setChaos(chaos);
  if (!isFirst) return; // all that was watched is watched again by itself
  inside.open();
  route();
}

/** Shows what the address says: `#/game/ID`, or else the lobby. */
function route() {
  if (byId('me').hidden) return; // first who, then where
  const id = /^#\/game\/([0-9a-f]{12})$/.exec(location.hash)?.[1];
  game.close();
  if (id === undefined) {
    lobby.open();
    show('lobby');
  } else {
    lobby.close();
    game.open(id, ({ message }) => {
      game.close();
      inside.update();
      setText(byId('missing-text'), message);
      show('missing');
    });
    show('game');
  }
  inside.update();
}

/** @param {string} section */
function show(section) {
  for (const id of SECTIONS) byId(id).hidden = id !== section;
  const tab = document.querySelector('[data-tab="play"]');
  if (tab !== null) showTab(tab);
  scrollTo(0, 0); // not as far down as what was shown before
  if (section === 'join') byId('name').focus();
  else byId('main').focus({ preventScroll: true });
}

/** On narrow screens one of the two. @param {Element} chosen */
function showTab(chosen) {
  document.body.dataset['view'] = chosen.getAttribute('data-tab') ?? 'play';
  for (const tab of document.querySelectorAll('[data-tab]'))
    setAttribute(tab, 'aria-pressed', tab === chosen ? 'true' : 'false');
}

function showState() {
  const { state } = connection;
  setText(byId('connection'), STATES[state]);
  setAttribute(byId('connection'), 'data-state', state);
}
