import 'reflect-metadata';
import { Catch, ConflictException, Controller, type HttpException, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { GenServer, GenServerError, refuse, type ServerRef } from '@rookery/genserver';
import { GenServerFilter, InjectServer, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';
import { firstValueFrom, lastValueFrom } from 'rxjs';

class SeatTakenError extends Error {}

@Supervised({ name: 'hall' })
class Hall extends GenServer<Map<number, string>> {
  override init(): Map<number, string> {
    return new Map();
  }

  take(seat: number, guest: string): number {
    if (seat < 1) throw new RangeError(`seat ${seat} is not in the plan`); // the hall crashes, and a fresh one is started
    const holder = this.state.get(seat) ?? guest;
    if (holder !== guest) return refuse(new SeatTakenError(`seat ${seat} is taken`)); // the hall lives on
    return this.state.set(seat, guest).size;
  }

  leave(seat: number): void {
    this.state.delete(seat);
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Hall] })
class HallSupervisor {}

@Controller()
class HallController {
  constructor(@InjectServer(Hall) private readonly hall: ServerRef<Hall>) {}

  @MessagePattern('take')
  take(@Payload() { seat, guest }: { seat: number; guest: string }): Promise<number> {
    return this.hall.call.take(seat, guest);
  }

  @EventPattern('leave')
  leave(@Payload() seat: number): void {
    this.hall.cast.leave(seat); // nobody waits for it
  }
}

@Catch(GenServerError, SeatTakenError)
class HallFilter extends GenServerFilter {
  override toHttp(error: Error): HttpException | undefined {
    if (!(error instanceof SeatTakenError)) return undefined; // what GenServerFilter says
    return new ConflictException({ message: error.message, code: 'SEAT_TAKEN' });
  }
}

@Module({
  imports: [SupervisionModule.forRoot({ root: HallSupervisor })],
  controllers: [HallController],
  providers: [Hall, HallSupervisor, { provide: APP_FILTER, useClass: HallFilter }],
})
class AppModule {}

const options = { host: '127.0.0.1', port: 0 }; // a free port
const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
  transport: Transport.TCP,
  options,
  logger: false,
});
await app.listen();
const { port } = app.unwrap<{ address(): { port: number } }>().address();
const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });

const take = async (seat: number, guest: string): Promise<void> => {
  const answer = client.send<number>('take', { seat, guest });
  console.log(guest, await firstValueFrom(answer).catch((error: unknown) => error));
};
await take(7, 'ada');
await take(7, 'bob');
await take(0, 'cyd');
await take(7, 'bob'); // of the fresh hall, by the same ref
await lastValueFrom(client.emit('leave', 7), { defaultValue: undefined });
client.close();
await app.close();
