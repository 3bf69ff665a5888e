import { resolver, showCampaign } from "../campaign.js";
import { openMail } from "./mail.js";

const { renderFor } = openMail(resolver);
await showCampaign(renderFor);
