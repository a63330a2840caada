import { type BeforeApplicationShutdown, Inject, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import type { WebSocket } from 'ws';
import { Chaos } from '../operations/chaos.js';
import { Operators } from '../operations/operators.js';
import { TreeFeed } from '../operations/tree-feed.server.js';
import { LOBBY, TREE } from '../presence/presence.js';
import { GameError } from '../sessions/errors.js';
import type { GameView } from '../sessions/game-view.js';
import { Games } from '../sessions/games.js';
import { AnswerInterceptor } from './answer.interceptor.js';
import { Entrance } from './entrance.js';
import { AccessError } from './errors.js';
import { UNKNOWN, UNREADABLE } from './frame.js';
import { InvalidInputError } from './invalid-input.error.js';
import { type RequestData, requests, type Welcome } from './protocol.js';
import { SocketErrorFilter } from './socket-error.filter.js';
import { SocketGuard } from './socket.guard.js';

/** The longest request has some 300 characters. Who sends more is cut off by ws (1009). */
const MOST_BYTES = 4_096;

/** What browsers ask. Each method is a request of protocol.ts; what it gives is the answer. Input is checked by the app's global pipe. */
@WebSocketGateway({ path: '/ws', maxPayload: MOST_BYTES })
@UseGuards(SocketGuard)
@UseInterceptors(AnswerInterceptor)
@UseFilters(SocketErrorFilter)
export class GameGateway implements OnGatewayConnection, OnGatewayDisconnect, BeforeApplicationShutdown {
  constructor(
    @Inject(Entrance) private readonly entrance: Entrance,
    @Inject(Games) private readonly games: Games,
    @Inject(Chaos) private readonly chaos: Chaos,
    @Inject(Operators) private readonly operators: Operators,
    @InjectServer(TreeFeed) private readonly treeFeed: ServerRef<TreeFeed>,
  ) {}

  handleConnection(client: WebSocket): void {
    this.entrance.connected(client);
  }

  handleDisconnect(client: WebSocket): void {
    this.entrance.disconnected(client);
  }

  /** Before Nest cuts all sockets off. */
  beforeApplicationShutdown(): Promise<void> {
    return this.entrance.closeAll();
  }

  @SubscribeMessage('hello')
  async hello(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests.hello }) { token }: RequestData<'hello'>,
  ): Promise<Welcome> {
    const { id, name } = await this.entrance.hello(client, token);
    return { player: { id, name }, chaos: this.chaos.isOn };
  }

  @SubscribeMessage('lobby.watch')
  watchLobby(@ConnectedSocket() client: WebSocket): Promise<void> {
    return this.entrance.of(client).session.call.watch(LOBBY);
  }

  @SubscribeMessage('lobby.unwatch')
  unwatchLobby(@ConnectedSocket() client: WebSocket): Promise<void> {
    return this.entrance.of(client).session.call.unwatch(LOBBY);
  }

  @SubscribeMessage('game.open')
  open(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.open'] }) { opponent }: RequestData<'game.open'>,
  ): Promise<GameView> {
    return this.games.open(this.entrance.of(client).player, opponent);
  }

  @SubscribeMessage('game.quick')
  quick(@ConnectedSocket() client: WebSocket): Promise<GameView> {
    return this.games.quick(this.entrance.of(client).player);
  }

  @SubscribeMessage('game.join')
  join(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.join'] }) { id }: RequestData<'game.join'>,
  ): Promise<GameView> {
    return this.games.join(this.entrance.of(client).player, id);
  }

  /** Watches first, then looks: so no change falls in between. One that is being restarted is shown when it is back. */
  @SubscribeMessage('game.watch')
  async watch(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.watch'] }) { id }: RequestData<'game.watch'>,
  ): Promise<GameView> {
    const { session } = this.entrance.of(client);
    await session.call.watch(id);
    try {
      return await this.games.view(id);
    } catch (error) {
      if (error instanceof GameError && error.reason === 'unknown_game') session.cast.unwatch(id);
      throw error;
    }
  }

  @SubscribeMessage('game.unwatch')
  unwatch(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.unwatch'] }) { id }: RequestData<'game.unwatch'>,
  ): Promise<void> {
    return this.entrance.of(client).session.call.unwatch(id);
  }

  @SubscribeMessage('game.move')
  move(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.move'] }) { id, ply, column }: RequestData<'game.move'>,
  ): Promise<GameView> {
    return this.games.move(this.entrance.of(client).player, id, ply, column);
  }

  @SubscribeMessage('game.resign')
  resign(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.resign'] }) { id }: RequestData<'game.resign'>,
  ): Promise<GameView> {
    return this.games.resign(this.entrance.of(client).player, id);
  }

  @SubscribeMessage('game.rematch')
  rematch(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['game.rematch'] }) { id }: RequestData<'game.rematch'>,
  ): Promise<GameView> {
    return this.games.rematch(this.entrance.of(client).player, id);
  }

  @SubscribeMessage('tree.watch')
  async watchTree(
    @ConnectedSocket() client: WebSocket,
    @MessageBody({ schema: requests['tree.watch'] }) { operatorToken }: RequestData<'tree.watch'>,
  ): Promise<void> {
    this.operators.check(operatorToken);
    await this.entrance.of(client).session.call.watch(TREE);
    this.treeFeed.cast.watched();
  }

  @SubscribeMessage('tree.unwatch')
  unwatchTree(@ConnectedSocket() client: WebSocket): Promise<void> {
    return this.entrance.of(client).session.call.unwatch(TREE);
  }

  @SubscribeMessage('chaos')
  harm(@MessageBody({ schema: requests.chaos }) harm: RequestData<'chaos'>): Promise<void> {
    return this.chaos.do(harm);
  }

  @SubscribeMessage(UNKNOWN)
  unknown(): never {
    throw new AccessError('unknown_event');
  }

  @SubscribeMessage(UNREADABLE)
  unreadable(): never {
    throw new InvalidInputError([
      { field: 'body', message: 'must be a text such as {"event":"hello","data":{"ref":1}}' },
    ]);
  }
}
