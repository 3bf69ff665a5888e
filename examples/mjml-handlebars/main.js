import { resolver, showCampaign } from "../campaign.mjs";
import { openMail } from "./mail.js";

const { renderFor } = await openMail(resolver);
await showCampaign(renderFor);
