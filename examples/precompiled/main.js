import { resolver, showCampaign } from "../campaign.mjs";
import { buildTemplates } from "./build.js";
import { openMail } from "./mail.js";

// In a project the build writes this module into a file.
const templates = await import(`data:text/javascript,${encodeURIComponent(buildTemplates())}`);
const { renderFor } = openMail(resolver, templates);
await showCampaign(renderFor);
