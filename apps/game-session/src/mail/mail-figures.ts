/** How many mails left the outbox since the start, and how often one was put off. */
export class MailFigures {
  sent = 0;
  putOff = 0;
  givenUp = 0;
}
