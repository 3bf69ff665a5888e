import nodemailer from "nodemailer";
import { resolver, showCampaign } from "../campaign.mjs";
import { openMail } from "./mail.js";

const { renderFor } = await openMail(resolver, nodemailer.createTransport({ jsonTransport: true }));
await showCampaign(renderFor);
