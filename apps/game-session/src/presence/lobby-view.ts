import type { RegistryRecord } from '@rookery/genserver';
import type { GameEntry } from '../sessions/game-registry.js';
import type { GameSummary, GameView } from '../sessions/game-view.js';
import type { Standing } from '../store/records.js';
import type { LobbyView, OnlinePlayer } from '../web/protocol.js';
import type { PresenceEntry } from './presence.js';

/** Of each kind: nobody reads longer lists, and each is sent several times a second. */
const MOST = 50;

export function lobbyView(
  present: readonly RegistryRecord<string, PresenceEntry>[],
  games: readonly RegistryRecord<string, GameEntry | undefined>[],
  leaderboard: readonly Standing[],
): LobbyView {
  const entries = games.flatMap(({ value }) => value ?? []);
  return {
    online: onlinePlayers(present).slice(0, MOST),
    waiting: summaries(entries, 'waiting').slice(0, MOST),
    playing: summaries(entries, 'playing').slice(-MOST).toReversed(),
    leaderboard,
  };
}

/** Oldest first. */
function summaries(entries: readonly GameEntry[], status: GameView['status']): readonly GameSummary[] {
  const found = entries.filter(({ summary }) => summary.status === status);
  return found.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()).map(({ summary }) => summary);
}

/** Each once, however many windows they have open: since the first was opened, active in any. */
function onlinePlayers(present: readonly RegistryRecord<string, PresenceEntry>[]): readonly OnlinePlayer[] {
  const players = new Map<string, OnlinePlayer>();
  for (const { key: id, value } of present) {
    const { startedAt = value.startedAt, lastActivity = value.lastActivity } = players.get(id) ?? {};
    players.set(id, {
      id,
      name: value.name,
      startedAt: Math.min(startedAt, value.startedAt),
      lastActivity: Math.max(lastActivity, value.lastActivity),
    });
  }
  return [...players.values()];
}
