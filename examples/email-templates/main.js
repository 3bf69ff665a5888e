import nodemailer from "nodemailer";
import { resolver, showCampaign } from "../campaign.js";
import { openMail } from "./mail.js";

const { renderFor } = await openMail(resolver, nodemailer.createTransport({ jsonTransport: true }));
await showCampaign(renderFor);
