import { resolver, showCampaign } from "../campaign.mjs";
import { openMail } from "./mail.js";

const { app, renderFor } = await openMail(resolver, { transport: { jsonTransport: true } });
await showCampaign(renderFor);
await app.close();
