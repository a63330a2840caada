import { Supervisor } from '@rookery/nestjs';
import { DataCleanup } from '../cleanup/data-cleanup.server.js';
import { EmailWorker } from '../mail/email-worker.server.js';
import { ReportGenerator } from '../reports/report-generator.server.js';
import { Jobs } from './jobs.supervisor.js';

/** one_for_one: none of them needs another to be up. They may fail often before that is anybody else's trouble: no player waits for them. */
@Supervisor({
  strategy: 'one_for_one',
  maxRestarts: 10,
  maxSeconds: 5,
  children: [Jobs, EmailWorker, ReportGenerator, DataCleanup],
})
export class BackgroundSupervisor {}
