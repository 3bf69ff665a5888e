import { dayText } from "./dates.js";
import type { HistoryEntry, MessageView, Step } from "./types.js";

/** Why this code: the questions of the rule, and what the subscriber received before. */
export function WhyThisCode({ message }: { message: MessageView }) {
  return (
    <section class="why" aria-labelledby="why">
      <h3 id="why">Why this code</h3>
      {message.why.length === 0 && <p class="none">This message asked for no offer.</p>}
      {message.why.map(({ answer, steps, history }) => (
        <div key={answer.offerId} class="offer">
          {message.why.length > 1 && <h4>{answer.offerName ?? answer.offerId}</h4>}
          <ol class="steps">
            {steps.map((step) => (
              <StepItem key={step.question} step={step} />
            ))}
          </ol>
          <History history={history} timeZone={answer.timeZone} name={answer.offerName ?? answer.offerId} />
        </div>
      ))}
    </section>
  );
}

function StepItem({ step }: { step: Step }) {
  return (
    <li class={step.decides ? "decides" : undefined}>
      <span class="question">{step.question}</span> <b>{step.answer}</b>
      {step.fact !== "" && <small>{step.fact}</small>}
    </li>
  );
}

function History({ history, timeZone, name }: { history: HistoryEntry[] | null; timeZone: string; name: string }) {
  if (history === null) return <p class="none">What was received of {name} before cannot be read.</p>;
  if (history.length === 0) return <p class="none">Never received a code of {name}.</p>;
  const day = (at: number | null, none: string) => (at === null ? none : dayText(at, timeZone));
  return (
    <table class="history">
      <caption>Received before</caption>
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col">Received</th>
          <th scope="col">Redeemed</th>
          <th scope="col">Ends</th>
        </tr>
      </thead>
      <tbody>
        {history.map((entry) => (
          <tr key={entry.code}>
            <td>
              <code>{entry.code}</code>
              {entry.supposed && <i class="tag">supposed</i>}
            </td>
            <td>{day(entry.issuedAt, "")}</td>
            <td>{day(entry.redeemedAt, "no")}</td>
            <td>{day(entry.expiresAt === null ? null : entry.expiresAt - 1, "never")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
