/** The exit codes of every command. */
export const EXIT = {
  /** Done, and the answer is yes. */
  done: 0,
  /** Done, but the answer is no or something was left out: too few codes, an unknown code, a rejected line, no code to give. */
  no: 1,
  /** The command or its input is wrong; nothing was changed. */
  wrongInput: 2,
  /** Redis is unavailable. Running the command again is safe. */
  storeUnavailable: 3,
  /** A fault of this package. */
  fault: 4,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes: 0 done; 1 the answer is no, or something was left out; 2 wrong command or input;
            3 Redis is unavailable; 4 a bug in offer-code; 130 interrupted`;
