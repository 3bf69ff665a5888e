import { isPath, type Program, visit } from "./template-node.js";

/** What a template can reach. */
export type Reach = {
  /** It uses partials. */
  partials: boolean;
  /** It needs data variables: it may reach an offer, or a partial may. */
  data: boolean;
};

/** Reads a template before its paths are rewritten. */
export function reachOf(program: Program): Reach {
  let [own, offers, partials] = [false, false, false];
  visit(program, (node) => {
    if (node.type.startsWith("Partial")) partials = true;
    if (!isPath(node)) return;
    if (node.parts.includes("offer")) own = true;
    if (node.parts[0] === "offerCode") offers = true;
  });
  return { partials, data: own || offers || partials };
}
