import { TaskSupervisor } from '@rookery/nestjs';

/** What takes its time, a mail that is sent or a report that is drawn, runs here, so that who asked for it goes on taking messages. */
@TaskSupervisor({ maxChildren: 20 })
export class Jobs {}
