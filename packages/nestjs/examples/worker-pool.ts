import 'reflect-metadata';
import { Controller, Get, Inject, Injectable, Module, Param } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { InjectPool, InPool, type Pool, WorkerPoolFilter, WorkerPoolModule } from '@rookery/nestjs/worker-pool';
import { threads, type Threads } from '@rookery/worker-pool';

let answer!: () => void;
const database = new Promise<void>((resolve) => (answer = resolve));

@Injectable()
class Reports {
  // Two at a time in the whole application, those of one customer one after the other.
  @InPool('database', { timeoutMs: 5_000, key: (customer: string) => customer })
  async load(customer: string): Promise<string> {
    await database;
    return `report for ${customer}`;
  }
}

@Controller()
class ReportsController {
  constructor(
    @Inject(Reports) private readonly reports: Reports,
    @InjectPool('hashing') private readonly hashing: Pool<Threads<string, string>>,
  ) {}

  @Get(':customer')
  async show(@Param('customer') customer: string): Promise<object> {
    const report = await this.reports.load(customer);
    return { report, hash: await this.hashing.executeTask(report) };
  }
}

const engine = threads({ module: new URL('./hash.mjs', import.meta.url), export: 'hash' });

@Module({
  imports: [
    WorkerPoolModule.forRoot({
      pools: [
        { name: 'database', size: 2, queue: { limit: 2 } },
        { name: 'hashing', size: 1, engine },
      ],
    }),
  ],
  controllers: [ReportsController],
  providers: [Reports, { provide: APP_FILTER, useClass: WorkerPoolFilter }],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();

const reports = app.get(Reports);
const loads = ['ada', 'bob', 'cyd', 'dan'].map((customer) => reports.load(customer)); // two run, two wait
const refused = await fetch(`${url}/eve`);
console.log(refused.status, 'Retry-After:', refused.headers.get('retry-after'));

answer();
console.log(await Promise.all(loads));
console.log(await (await fetch(`${url}/eve`)).json());
await app.close(); // the pools drain
