import { Inject, Injectable } from '@nestjs/common';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { Computer } from '../computer/computer.js';
import { Games } from '../sessions/games.js';
import { SETTINGS, type Settings } from '../settings.js';
import { UserManager } from '../users/user-manager.server.js';
import { AccessError } from '../web/errors.js';

/** What can be broken on purpose. */
export type Harm =
  | { readonly what: 'crash_game' | 'hang_game'; readonly id: string }
  | { readonly what: 'crash_user_manager' | 'kill_thread' | 'hang_thread' };

/** Breaks things, so that one can see them heal. Off in production, unless CHAOS says otherwise. */
@Injectable()
export class Chaos {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'isChaosOn'>,
    @Inject(Games) private readonly games: Games,
    @InjectServer(UserManager) private readonly users: ServerRef<UserManager>,
    @Inject(Computer) private readonly computer: Computer,
  ) {}

  get isOn(): boolean {
    return this.settings.isChaosOn;
  }

  /** Returns before it has happened: nobody can wait for the answer of what is about to break. Throws an AccessError. */
  async do(harm: Harm): Promise<void> {
    if (!this.isOn) throw new AccessError('chaos_off');
    switch (harm.what) {
      case 'crash_game':
      case 'hang_game':
        await this.games.view(harm.id); // so that it is said when there is no such game
        return this.games.disturb(harm.id, harm.what === 'crash_game' ? 'crash' : 'hang');
      case 'crash_user_manager':
        return this.users.cast.crash();
      case 'kill_thread':
        return this.computer.disturb('crash');
      case 'hang_thread':
        return this.computer.disturb('hang');
    }
  }
}
