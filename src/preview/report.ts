import type { Cell, Matrix, Outcome, Question, WorkspaceView } from "./api.js";
import { dayText } from "./wording.js";

const OUTCOME_TEXT: Record<Outcome, string> = {
  keeps: "Keeps",
  new: "New code",
  "sign-up": "Sign-up code",
  fallback: "Fallback",
  omitted: "Without code",
  "not-sent": "Not sent",
  "no-offer": "No code shown",
  error: "Error",
};

/** The matrix as one HTML file that needs nothing else: no script, no style sheet, no picture. */
export function reportOf(workspace: WorkspaceView, matrix: Matrix, question: Question): string {
  const template = workspace.templates.find(({ id }) => id === matrix.template);
  const title = `${template?.name ?? matrix.template}: ${dayText(matrix.now, matrix.timeZone)}`;
  const rows = workspace.subscribers.map((subscriber) => {
    const cells = matrix.types.map((type) => cellHtml(matrix, subscriber.id, type)).join("");
    const about = subscriber.about === null ? "" : `<small>${safe(subscriber.about)}</small>`;
    return `<tr><th scope="row">${safe(subscriber.name)}${about}</th>${cells}</tr>`;
  });
  const heads = matrix.types.map((type) => `<th scope="col">${safe(type)}</th>`).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${safe(title)}</title><style>${STYLE}</style></head>
<body><h1>${safe(title)}</h1>
<p>${safe(workspace.name)}, ${safe(matrix.at.replace("T", " "))} ${safe(matrix.timeZone)}. ${supposedText(question)}A code marked * is a sample: no code was taken.</p>
<table><thead><tr><th scope="col">Subscriber</th>${heads}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></body></html>
`;
}

function cellHtml({ cells }: Matrix, subscriber: string, type: string): string {
  const cell = cells.find((each) => each.subscriber === subscriber && each.type === type);
  if (cell === undefined) return "<td></td>";
  const why = cell.answer === null ? "" : ` title="${safe(cell.answer.sentence)}"`;
  return `<td class="${cell.outcome}" data-type="${safe(type)}"${why}><code>${safe(codeText(cell))}</code><b>${OUTCOME_TEXT[cell.outcome]}</b> ${safe(cell.label)}<small>${safe(cell.line)}</small></td>`;
}

function codeText({ answer, outcome }: Cell): string {
  if (answer === null || answer.code === null || outcome === "not-sent") return "–";
  return answer.isSample ? `${answer.code}*` : answer.code;
}

function supposedText({ suppose = [] }: Question): string {
  return suppose.length === 0 ? "" : `Supposed: ${safe(suppose.join(", "))}. `;
}

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const STYLE = `:root{color-scheme:light dark;font:15px/1.45 system-ui,sans-serif}body{margin:2rem;max-width:80rem}
h1{font-size:1.3rem}table{border-collapse:collapse;width:100%}th,td{border-top:1px solid #8884;padding:.6rem;text-align:left;vertical-align:top}
thead th{font-weight:500}th,td{overflow-wrap:anywhere}small{display:block;opacity:.75;font-weight:400}code{display:block;font-size:1.05em}b{font-weight:600}
.keeps b{color:#23764a}.new b{color:#2563c9}.sign-up b{color:#8347b8}.fallback b,.omitted b{color:#96650f}.not-sent b,.error b{color:#c03a22}
@media(max-width:640px){body{margin:1rem .75rem}table,tbody,tr,th,td{display:block}thead{display:none}tr{border-top:2px solid #8888;padding:.4rem 0}th,td{border:0;padding:.3rem 0}td::before{content:attr(data-type);font-size:.8em;opacity:.75}}
@media(prefers-color-scheme:dark){.keeps b{color:#6fcf97}.new b{color:#82b4ff}.sign-up b{color:#cba6f7}.fallback b,.omitted b{color:#e9b45c}.not-sent b,.error b{color:#ff9a85}}`;
