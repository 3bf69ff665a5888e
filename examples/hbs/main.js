import { resolver, showCampaign } from "../campaign.js";
import { openMail } from "./mail.js";

const { renderFor } = await openMail(resolver);
await showCampaign(renderFor);
