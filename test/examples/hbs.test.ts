import { openMail } from "../../examples/hbs/mail.js";
import { describeStack } from "./stack.js";

describeStack("Express with pillarjs/hbs", (resolver) => openMail(resolver));
