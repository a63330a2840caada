import { DynamicSupervisor } from '@rookery/nestjs';
import { UserSession } from './user-session.server.js';

/** Who is connected: a session for each socket. */
@DynamicSupervisor({ child: UserSession })
export class UserSessions {}
