import { DynamicSupervisor } from '../supervisor/dynamic-supervisor.js';

/** A dynamic supervisor whose children are tasks: they are added directly, not through its mailbox. */
export class TaskSupervisor extends DynamicSupervisor {}
