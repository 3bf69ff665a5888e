import type { AddedCodes } from "offer-code";
import type { Call, FinalCode, Operation } from "../history.js";
import type { Violation } from "./check.js";
import { textOf } from "./holders.js";
import { intervalOf, liesBetween, openEnd, type Record, STALE_AT_MOST } from "./record.js";

type Import = Operation<Extract<Call, { type: "import" }>>;

/** Codes are never made, doubled or lost: what the store has in the end fits what it answered. */
export function checkConservation(record: Record): Violation[] {
  const { faults } = record.end;
  return [
    ...faults.map((detail): Violation => ({ kind: "reconcile", detail })),
    ...importedTwice(record),
    ...lostCodes(record),
    ...lostHolders(record),
    ...lostRedemptions(record),
    ...miscounted(record),
    ...wrongHoldings(record),
  ];
}

function additions(record: Record): { code: string; added: Import }[] {
  const imports = record.calls("import").filter(({ outcome }) => outcome.status === "ok");
  return imports.flatMap((added) => {
    const { outcomes } = (added.outcome as unknown as { value: AddedCodes }).value;
    return added.call.codes.filter((_, place) => outcomes[place] === "added").map((code) => ({ code, added }));
  });
}

function withdrawals(record: Record, { call }: Import) {
  return record
    .calls("withdraw")
    .filter((each) => each.call.offer === call.offer && each.call.batch === call.batch)
    .map((each) => ({ from: each.invoked, to: openEnd(each) }));
}

function importedTwice(record: Record): Violation[] {
  const all = additions(record);
  return all.flatMap(({ code, added: one }, place) =>
    all.slice(place + 1).flatMap(({ code: same, added: other }) => {
      const isTakenBack = (first: Import, second: Import) =>
        withdrawals(record, first).some((withdrawal) => liesBetween(withdrawal, intervalOf(first), intervalOf(second)));
      if (code !== same || isTakenBack(one, other) || isTakenBack(other, one)) return [];
      const detail = `${code} was added to ${placeOf(one)} and to ${placeOf(other)}`;
      return [{ kind: "code-in-two-offers" as const, detail }];
    }),
  );
}

function placeOf({ call, invoked, completed }: Import): string {
  return `${call.offer} "${call.batch}" at ${invoked}-${completed}`;
}

function lostCodes(record: Record): Violation[] {
  return additions(record).flatMap(({ code, added }) => {
    const isTakenBack = withdrawals(record, added).some(({ to }) => to >= added.invoked);
    const isThere = record.end.codes.some(
      (end) => end.code === code && end.offer === added.call.offer && end.batch === added.call.batch,
    );
    return isTakenBack || isThere
      ? []
      : [{ kind: "lost" as const, detail: `${code}, added to ${placeOf(added)}, is not there` }];
  });
}

/** Whoever was shown a code still has it, unless it was given back or the subscriber forgotten. */
function lostHolders(record: Record): Violation[] {
  return record.displays.flatMap((display) => {
    const { shown, call } = display;
    const forever = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    const excuses = [
      ...record.releases(display),
      ...record.forgets(call.subscriber, STALE_AT_MOST),
      ...record.revocations(shown.code),
    ];
    if (excuses.some((excuse) => liesBetween(excuse, display, forever))) return [];
    const end = record.end.codes.find(({ code }) => code === shown.code);
    if (end?.isGivenOut && end.subscriber === call.subscriber) return [];
    const detail = `${shown.code}, shown to ${textOf(display)}, ends up ${end === undefined ? "nowhere" : `with ${end.subscriber}`}`;
    return [{ kind: "lost" as const, detail }];
  });
}

function lostRedemptions(record: Record): Violation[] {
  return record.calls("redeem").flatMap(({ call, outcome }) => {
    const { status } = (outcome as { value?: { status?: string } }).value ?? {};
    const end = record.end.codes.find(({ code }) => code === call.code);
    if (outcome.status !== "ok" || status === "unknown-code" || end?.isRedeemed) return [];
    return [{ kind: "lost" as const, detail: `the redemption of ${call.code}` }];
  });
}

function miscounted(record: Record): Violation[] {
  return [...record.end.counts].flatMap(([offer, batches]) =>
    batches.flatMap(({ batch, inPool, givenOut }) => {
      const here = record.end.codes.filter((code) => code.offer === offer && code.batch === batch);
      const given = here.filter((code) => code.isGivenOut).length;
      const free = here.filter((code) => !code.isGivenOut && !code.isRedeemed && !code.isRevoked).length;
      if (inPool === free && givenOut === given) return [];
      const detail = `${offer} "${batch}" counts ${inPool} in the pool and ${givenOut} given out, but there are ${free} and ${given}`;
      return [{ kind: "miscounted" as const, detail }];
    }),
  );
}

/** The holders and the codes name each other. */
function wrongHoldings(record: Record): Violation[] {
  const { holdings, codes } = record.end;
  const wrong = (detail: string): Violation => ({ kind: "lost", detail });
  const unknown = holdings.flatMap(({ offer, subscriber, codes: held }) =>
    held
      .filter((code) => !codes.some((end) => end.code === code && end.offer === offer && end.subscriber === subscriber))
      .map((code) => wrong(`${subscriber} holds ${code}, which does not name them`)),
  );
  const isKnown = ({ code, offer, subscriber }: FinalCode) =>
    subscriber === null ||
    holdings.some((each) => each.offer === offer && each.subscriber === subscriber && each.codes.includes(code));
  return [
    ...unknown,
    ...codes
      .filter((end) => !isKnown(end))
      .map(({ code, subscriber }) => wrong(`${code} names ${subscriber}, who does not hold it`)),
  ];
}
