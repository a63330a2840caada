import 'reflect-metadata';
import { Controller, Inject, type MessageEvent, Module, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GenServer, type ServerRef } from '@rookery/genserver';
import {
  getServerToken,
  InjectServer,
  observe,
  Supervised,
  SupervisionEvents,
  SupervisionModule,
  Supervisor,
} from '@rookery/nestjs';
import { map, type Observable, takeUntil } from 'rxjs';

@Supervised({ name: 'hall' })
class Hall extends GenServer<{ readonly guests: readonly string[] }> {
  override init(): { guests: string[] } {
    return { guests: [] };
  }

  join(guest: string): void {
    if (guest === '') throw new Error('nobody'); // this hall is gone; a fresh one has no guests
    this.state = { guests: [...this.state.guests, guest] };
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Hall] })
class HallSupervisor {}

@Controller()
class HallController {
  constructor(
    @InjectServer(Hall) private readonly hall: ServerRef<Hall>,
    @Inject(SupervisionEvents) private readonly events: SupervisionEvents,
  ) {}

  @Sse('guests')
  guests(): Observable<MessageEvent> {
    return observe(this.hall, ({ guests }) => guests.length).pipe(
      map((guests) => ({ data: String(guests) })),
      takeUntil(this.events.stopping), // so that the shutdown need not wait for clients
    );
  }
}

@Module({
  imports: [SupervisionModule.forRoot({ root: HallSupervisor })],
  controllers: [HallController],
  providers: [Hall, HallSupervisor],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
app
  .get(SupervisionEvents)
  .of('child_restarted')
  .subscribe(({ child }) => console.log('restarted', child));

const hall = app.get<ServerRef<Hall>>(getServerToken(Hall));
const { body } = await fetch(`${await app.getUrl()}/guests`);
const stream = body?.pipeThrough(new TextDecoderStream()).getReader();
/** Reads until this was sent. */
const hears = async (data: number): Promise<void> => {
  for (let text = ''; !text.includes(`data: ${data}\n`);) text += (await stream?.read())?.value ?? '';
  console.log('guests', data);
};

await hears(0);
await hall.call.join('ada');
await hears(1);
for (let i = 0; i < 1000; i++) hall.cast.join('group'); // one event for all of them
await hears(1001);
hall.cast.join('');
await hears(0);
await app.close();
