import nodemailer, { type PluginFunction, type Transporter } from "nodemailer";

export type SentMails = {
  /** A plugin for the step "stream", which comes between a mail's rendering and its transport. */
  readonly count: PluginFunction;
  readonly sent: () => number;
};

/** Counts the mails that a transport is given. */
export function sentMails(): SentMails {
  let sent = 0;
  const count: PluginFunction = (_mail, done) => {
    sent += 1;
    done();
  };
  return { count, sent: () => sent };
}

/** nodemailer's own JSON transport, and how many mails it was given. */
export function countingTransport(): { transport: Transporter; sent: () => number } {
  const { count, sent } = sentMails();
  const transport = nodemailer.createTransport({ jsonTransport: true }) as unknown as Transporter;
  transport.use("stream", count);
  return { transport, sent };
}
