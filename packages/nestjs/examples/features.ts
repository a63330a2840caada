import 'reflect-metadata';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  child,
  type DynamicSupervisorRef,
  formatTree,
  GenServer,
  type RegistryRef,
  type Runtime,
  type TaskSupervisorRef,
  via,
} from '@rookery/genserver';
import {
  DynamicSupervisor,
  feature,
  InjectRegistry,
  InjectRuntime,
  InjectServer,
  InjectSupervisor,
  InjectTaskSupervisor,
  Registry,
  Supervised,
  SupervisionModule,
  Supervisor,
  TaskSupervisor,
} from '@rookery/nestjs';
import { TtlCache, type TtlCacheRef } from '@rookery/ttl-cache';

// rooms/: a feature module. It brings its part of the tree, and what that injects.

@Registry({ keys: 'unique' })
class RoomNames {}

@Supervised({ restart: 'transient' })
class Room extends GenServer {
  title(): string {
    return this.self.name;
  }
}

@DynamicSupervisor({ child: Room, maxChildren: 1000 })
class Rooms {}

@Injectable()
class RoomsService {
  constructor(
    @InjectRegistry(RoomNames) private readonly names: RegistryRef<string>,
    @InjectSupervisor(Rooms) private readonly rooms: DynamicSupervisorRef<Room>,
  ) {}

  async open(name: string): Promise<string> {
    const room = await this.rooms.startChild(child(Room, { name: via(this.names, name) }));
    return room.call.title();
  }
}

@Module({
  imports: [SupervisionModule.forFeature({ at: 'rooms', children: [RoomNames, Rooms] })],
  providers: [Room, RoomsService],
  exports: [RoomsService],
})
class RoomsModule {}

// The application: the whole tree on one page, with a place for the feature.

const PROFILES = TtlCache.childSpec<string, string>({ name: 'profiles', ttlMs: 60_000 });

@TaskSupervisor()
class Jobs {}

@Supervisor({ strategy: 'rest_for_one', children: [PROFILES, feature('rooms'), Jobs] })
class AppSupervisor {}

@Injectable()
class Settings {
  readonly shutdownTimeoutMs = 5000;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Reports {
  constructor(
    @InjectServer(PROFILES) private readonly profiles: TtlCacheRef<string, string>,
    @InjectTaskSupervisor(Jobs) private readonly jobs: TaskSupervisorRef,
    @InjectRuntime() private readonly runtime: Runtime,
    @Inject(RoomsService) private readonly rooms: RoomsService,
  ) {}

  async print(): Promise<void> {
    this.profiles.put('ada', 'Ada Lovelace');
    console.log(await this.rooms.open('red'), this.profiles.get('ada'));
    console.log(await this.jobs.async(this.runtime, () => 6 * 7).await());
    console.log(formatTree(this.runtime.tree()));
  }
}

@Module({
  imports: [
    RoomsModule,
    SupervisionModule.forRootAsync({
      root: AppSupervisor,
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ shutdownTimeoutMs }: Settings) => ({ shutdownTimeoutMs }),
    }),
  ],
  providers: [Reports],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
await app.get(Reports).print();
await app.close();
