import { Supervisor } from '@rookery/nestjs';
import { DataCleanup } from '../cleanup/data-cleanup.server.js';
import { EmailWorker } from '../mail/email-worker.server.js';
import { ReportGenerator } from '../reports/report-generator.server.js';
import { Jobs } from './jobs.supervisor.js';

/**
 * one_for_one: none of them needs another to be up. They may fail often before that is anybody else's trouble: no player waits for them.
 *
 * transient, so that it is nobody else's trouble even then. A supervisor that gives up ends with `shutdown`, which is no crash: the root lets
 * it be, and people play on without mails, reports and clean-up; /health says `degraded`. With `permanent`, the default, a job that crashes at
 * each start would use up the root's restarts as well, and the app would end, again at each start, with every game in it. Not
 * `temporary`: that is forgotten once it has ended, this comes back whenever a layer before it is restarted.
 */
@Supervisor({
  strategy: 'one_for_one',
  restart: 'transient',
  maxRestarts: 10,
  maxSeconds: 5,
  children: [Jobs, EmailWorker, ReportGenerator, DataCleanup],
})
export class BackgroundSupervisor {}
