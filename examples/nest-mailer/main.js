import { resolver, showCampaign } from "../campaign.js";
import { openMail } from "./mail.js";

const { app, renderFor } = await openMail(resolver, { transport: { jsonTransport: true } });
await showCampaign(renderFor);
await app.close();
