import { resolver, showCampaign } from "../campaign.mjs";
import { openMail } from "./mail.js";

const { renderFor } = openMail(resolver);
await showCampaign(renderFor);
