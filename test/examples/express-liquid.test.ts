import { openMail } from "../../examples/express-liquid/mail.js";
import { describeStack } from "./stack.js";

describeStack("Express with LiquidJS", (resolver) => openMail(resolver));
